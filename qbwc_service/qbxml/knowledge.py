"""The one table of every code that a program or a person meets: statuses, hresults, the Web Connector's own codes.

Docs, the command line and pages for people are made from it. Each row says what the code means, whether QuickBooks
changed anything, what to do next, what to tell a person, where the knowledge comes from, and whether it is certain.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from qbwc_service.qbxml.hresult import HRESULT_FACTS, HresultFact, HresultKind, explain_hresult
from qbwc_service.qbxml.qbwc_codes import QBWC_FACTS, QbwcFact
from qbwc_service.qbxml.status import explain_status
from qbwc_service.qbxml.status_facts import STATUS_FACTS, Action, Applied, StatusFact


class CodeKind(StrEnum):
    """Where a code is met."""

    STATUS = "status"
    """In an answer of QuickBooks: ``statusCode``, or ``messageSetStatusCode``."""
    HRESULT = "hresult"
    """From the Web Connector, in place of an answer."""
    QBWC = "qbwc"
    """On the screen and in the log of the Web Connector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFact:
    """One row: ``code`` as people read it (``3200``, ``0x8004040A``, ``QBWC1048``); ``severity`` Info, Warn, Error."""

    code: str
    kind: CodeKind
    meaning: str
    severity: str
    applied: Applied
    action: Action
    advice: str
    source: str
    certain: bool


_NO, _YES, _OPEN, _NIL = Applied.NO, Applied.YES, Applied.UNKNOWN, Applied.NOTHING_TO_APPLY
_SENDER = "Report this with the request and the answer."
_READ = "Read the message of QuickBooks."
_RANGES: tuple[tuple[range, str, str, Applied, Action, str], ...] = (
    (range(500), "done, with an information", "Info", _YES, Action.NONE, _READ),
    (range(500, 1000), "done, but the result differs from what was asked for", "Warn", _YES, Action.QUERY,
     _READ),
    (range(1000, 2000), "a general error", "Error", _NO, Action.REPORT_BUG, _SENDER),
    (range(2000, 3000), "an error of QuickBooks Online, not for QuickBooks Desktop", "Error", _NO, Action.REPORT_BUG,
     _SENDER),
    (range(3000, 3100), "a value has a wrong form", "Error", _NO, Action.REPORT_BUG, _SENDER),
    (range(3300, 3371), "not possible now: a closing date, an accountant's copy, an iterator or a subscription",
     "Error", _NO, Action.ASK_PERSON, _READ),
    (range(3100, 9100), "the request was refused", "Error", _NO, Action.ASK_PERSON, _READ),
)  # fmt: skip
"""What Intuit says about the codes that nobody describes one by one; the first range that fits."""

_UNKNOWN_HRESULT = CodeFact(
    code="",
    kind=CodeKind.HRESULT,
    meaning="not described; the session may have ended in the middle of a request",
    severity="Error",
    applied=_OPEN,
    action=Action.QUERY,
    advice="Whether QuickBooks saved anything is looked up.",
    source="vendors",
    certain=False,
)
_HRESULT = re.compile(r"(?:0[xX])?[0-9a-fA-F]{8}|-[0-9]{5,10}", re.ASCII)
_STATUS = re.compile(r"[0-9]{1,5}", re.ASCII)
_QBWC = re.compile(r"QBWC\s*([0-9]{4})", re.ASCII | re.IGNORECASE)


def list_facts() -> Iterator[CodeFact]:
    """Yield every row: statuses, then hresults, then codes of the Web Connector, each in order."""
    yield from (_from_status(STATUS_FACTS[code]) for code in sorted(STATUS_FACTS))
    yield from (_from_hresult(HRESULT_FACTS[code]) for code in sorted(HRESULT_FACTS))
    yield from (_from_qbwc(QBWC_FACTS[code]) for code in sorted(QBWC_FACTS))


def explain(code: str | int) -> CodeFact | None:
    """Tell what is known about a code in any spelling: ``3200``, ``0x80040414``, ``-2147220458``, ``QBWC1048``.

    A status or an hresult that is not in the table gets what its range says, not certain. None for other texts.
    """
    text = f"0x{code:08X}" if isinstance(code, int) and 2**31 <= code < 2**32 else str(code).strip()
    if (match := _QBWC.fullmatch(text)) is not None:
        fact = QBWC_FACTS.get(f"QBWC{match[1]}")
        return None if fact is None else _from_qbwc(fact)
    if _STATUS.fullmatch(text):
        return _explain_status(int(text))
    if _HRESULT.fullmatch(text):
        return _explain_hresult(text)
    return None


def _explain_status(code: int) -> CodeFact | None:
    fact = explain_status(code)
    if fact is not None:
        return _from_status(fact)
    for codes, meaning, severity, applied, action, advice in _RANGES:
        if code in codes:
            return CodeFact(
                code=str(code),
                kind=CodeKind.STATUS,
                meaning=meaning,
                severity=severity,
                applied=applied,
                action=action,
                advice=advice,
                source="Intuit",
                certain=False,
            )
    return None


def _explain_hresult(text: str) -> CodeFact:
    fact = explain_hresult(text)
    if fact is not None:
        return _from_hresult(fact)
    number = int(text, 10 if text.startswith("-") else 16) % 2**32
    return replace(_UNKNOWN_HRESULT, code=f"0x{number:08X}")


def _from_status(fact: StatusFact) -> CodeFact:
    return CodeFact(
        code=str(fact.code),
        kind=CodeKind.STATUS,
        meaning=fact.meaning,
        severity=fact.severity,
        applied=fact.applied,
        action=fact.action,
        advice=fact.advice,
        source=fact.source,
        certain=fact.certain,
    )


def _from_hresult(fact: HresultFact) -> CodeFact:
    return CodeFact(
        code=fact.hresult,
        kind=CodeKind.HRESULT,
        meaning=fact.meaning,
        severity="Error",
        applied=_OPEN if fact.kind is HresultKind.UNKNOWN else _NO,
        action=_find_action(fact),
        advice=fact.advice,
        source=fact.source,
        certain=fact.certain,
    )


def _find_action(fact: HresultFact) -> Action:
    match fact.kind:
        case HresultKind.POISON:
            return Action.REPORT_BUG
        case HresultKind.UNKNOWN:
            return Action.QUERY
        case HresultKind.CONNECTION | HresultKind.AUTHORIZATION:
            return Action.RETRY if fact.may_retry else Action.ASK_PERSON


def _from_qbwc(fact: QbwcFact) -> CodeFact:
    return CodeFact(
        code=fact.code,
        kind=CodeKind.QBWC,
        meaning=fact.meaning,
        severity=fact.severity,
        applied=fact.applied,
        action=fact.action,
        advice=fact.advice,
        source=fact.source,
        certain=fact.certain,
    )
