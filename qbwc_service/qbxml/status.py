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


_OF_TEXT = (3170, 3180)
_NAME_IN_USE = 3100
_IN_PART = (510,)
"""The object that cannot be returned; an answer came all the same."""

_MACRO_ERRORS = range(9100, 9200)


def judge(code: int, message: str, *, is_write: bool) -> Outcome:
    """Decide from a request's status code and message how it ended.

    A success of a write without an ID in its answer is unknown all the same; that is for the caller to see.
    """
    fact = STATUS_FACTS.get(code)
    if fact is not None and fact.action is Action.QUERY and fact.applied is Applied.UNKNOWN and code not in _IN_PART:
        return Outcome.UNKNOWN if is_write else Outcome.RETRY
    match code:
        case 1:
            return Outcome.EMPTY
        case _ if 0 <= code < 500:  # noqa: PLR2004 -- The ranges are Intuit's.
            return Outcome.DONE
        case _ if 500 <= code < 1000:  # noqa: PLR2004 -- The same.
            return Outcome.WARNING
        case _ if 1000 < code < 10000:  # noqa: PLR2004 -- Intuit's range of errors.
            return _judge_error(code, fact, message, is_write=is_write)
        case _:
            return Outcome.UNKNOWN if is_write else Outcome.RETRY


def explain_status(code: int) -> StatusFact | None:
    """Tell what is known about a status code; None if nothing is."""
    fact = STATUS_FACTS.get(code)
    if fact is None and code in _MACRO_ERRORS:
        return replace(_MACRO_FACT, code=code)
    return fact


def _judge_error(code: int, fact: StatusFact | None, message: str, *, is_write: bool) -> Outcome:
    """Judge what certainly was not done by the action in the table of codes."""
    if code in _OF_TEXT:
        return Outcome.RETRY if is_lock(message) else Outcome.FAILED
    match fact.action if fact is not None else Action.REPORT_BUG:
        case Action.RETRY:
            return Outcome.RETRY
        case Action.QUERY if code != _NAME_IN_USE:
            return Outcome.REQUERY
        case Action.QUERY if is_write:
            return Outcome.LOOK_UP
        case _:
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
