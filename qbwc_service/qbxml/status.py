"""Decide what a status code means for the request that got it.

The code's range decides first, because severities were seen wrong in real answers; a text decides where one code
stands for several reasons (3170, 3180; the rules are in ``status_texts.py``).
"""

from dataclasses import replace
from enum import StrEnum

from qbwc_service.qbxml.status_facts import STATUS_FACTS, Action, Applied, StatusFact
from qbwc_service.qbxml.status_texts import is_lock as is_lock


class Outcome(StrEnum):
    """How a request ended, as far as its status tells."""

    DONE = "done"
    EMPTY = "empty"
    WARNING = "warning"
    """Done, or found in part; the result differs from what was asked for."""
    RETRY = "retry"
    """Nothing was done; the same request may succeed later."""
    REQUERY = "requery"
    """Nothing was done; the record has changed, read it and send the change again."""
    LOOK_UP = "look_up"
    """Nothing was done, because the name exists: find who has it."""
    FAILED = "failed"
    """Nothing was done; the same request will fail again."""
    UNKNOWN = "unknown"
    """Nobody knows whether something was done."""


_RETRY = (1010, 3175, 3176, 3177, 3231)
_REQUERY = (3200, 3290)
_MESSAGE_SET = (9001, 9002, 9003, 9005)
_MACRO_ERRORS = range(9100, 9200)


def judge(code: int, message: str, *, is_write: bool) -> Outcome:
    """Decide from a request's status code and message how it ended.

    A success of a write without an ID in its answer is unknown all the same; that is for the caller to see.
    """
    match code:
        case 0:
            return Outcome.DONE
        case 1:
            return Outcome.EMPTY
        case _ if 0 <= code < 500:  # noqa: PLR2004 -- The ranges are Intuit's.
            return Outcome.DONE
        case _ if 500 <= code < 1000:  # noqa: PLR2004 -- The same.
            return Outcome.WARNING
        case _:
            return _judge_error(code, message, is_write=is_write)


def explain_status(code: int) -> StatusFact | None:
    """Tell what is known about a status code; None if nothing is."""
    fact = STATUS_FACTS.get(code)
    if fact is None and code in _MACRO_ERRORS:
        return replace(_MACRO_FACT, code=code)
    return fact


def _judge_error(code: int, message: str, *, is_write: bool) -> Outcome:
    if code in (3170, 3180):
        return Outcome.RETRY if is_lock(message) else Outcome.FAILED
    if code in _RETRY:
        return Outcome.RETRY
    if code in _REQUERY:
        return Outcome.REQUERY
    if code == 3100 and is_write:  # noqa: PLR2004 -- The name is already in use.
        return Outcome.LOOK_UP
    if code == 1000 or code in _MESSAGE_SET or not 1000 <= code < 10000:  # noqa: PLR2004 -- Intuit's range of errors.
        return Outcome.UNKNOWN if is_write else Outcome.RETRY
    return Outcome.FAILED


_MACRO_FACT = StatusFact(
    code=0,
    meaning="a macro was defined or used wrongly",
    severity="Error",
    applied=Applied.NO,
    action=Action.REPORT_BUG,
    advice="This is a mistake of the program that made the request. Report it with the request.",
    source="Intuit",
)
