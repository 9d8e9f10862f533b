"""What an hresult says: why the Web Connector brings no answer, and whether QuickBooks did anything.

hresults come with connectionError and receiveResponseXML, never inside qbXML. Sources: "Intuit" are the SDK's samples
and guides, "vendors" tables and notes of open-source projects and SDK vendors.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class HresultKind(StrEnum):
    """What an hresult means for the message set in flight."""

    POISON = "poison"
    """Nothing was done; the same document would be refused for ever."""
    CONNECTION = "connection"
    """It was not sent: QuickBooks was not available."""
    AUTHORIZATION = "authorization"
    """It was not sent: a person must allow something in QuickBooks first."""
    UNKNOWN = "unknown"
    """Nobody knows whether something was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HresultFact:
    """What is known about one hresult. ``advice`` is for a person; ``may_retry`` without anybody doing anything."""

    hresult: str
    kind: HresultKind
    meaning: str
    advice: str
    may_retry: bool
    source: str
    certain: bool = True


_POISON, _CONNECTION = HresultKind.POISON, HresultKind.CONNECTION
_AUTHORIZATION, _UNKNOWN = HresultKind.AUTHORIZATION, HresultKind.UNKNOWN

_ALLOW = "As Admin, allow the application under Edit, Preferences, Integrated Applications."
_LOOKED_UP = "Whether QuickBooks saved anything is looked up."

_ROWS: tuple[tuple[str, HresultKind, bool, str, str, str, bool], ...] = (
    ("0x80040400", _POISON, False, "QuickBooks could not read the request",
     "Report this with the request.", "Intuit", True),
    ("0x80040401", _CONNECTION, True, "QuickBooks could not be accessed",
     "Restart QuickBooks and the Web Connector.", "Intuit", True),
    ("0x80040402", _UNKNOWN, True, "an unexpected error, see qbsdklog.txt", _LOOKED_UP, "Intuit", True),
    ("0x80040408", _CONNECTION, True, "QuickBooks could not be started",
     "Open QuickBooks with the company file, or allow the application to sign in unattended.", "vendors", True),
    ("0x8004040A", _CONNECTION, True, "another company file is open",
     "Open the right company file; only one can be open at a time.", "vendors", True),
    ("0x8004040D", _UNKNOWN, True, "the session with QuickBooks was lost", _LOOKED_UP, "vendors", True),
    ("0x80040410", _CONNECTION, True, "the company file is open in another mode",
     "Switch between single-user and multi-user mode.", "vendors", True),
    ("0x80040414", _CONNECTION, True, "a dialog is open in QuickBooks", "Close the dialog.", "vendors", True),
    ("0x80040416", _CONNECTION, True, "QuickBooks is not running, and no company file is named",
     "Open QuickBooks, or enter the path of the company file here.", "Intuit", True),
    ("0x80040417", _CONNECTION, True, "no company file is open", "Open the company file.", "vendors", True),
    ("0x80040418", _AUTHORIZATION, False, "the application has never accessed this company file",
     "As Admin, in single-user mode, let the Web Connector run once and allow the access.", "vendors", True),
    ("0x8004041A", _AUTHORIZATION, False, "the application may not access this company file", _ALLOW, "vendors", True),
    ("0x8004041B", _CONNECTION, True, "needed information could not be locked",
     "Nothing to do, if it is rare.", "vendors",
     True),
    ("0x8004041C", _UNKNOWN, True, "an internal error; a record was saved all the same in a known case",
     f"Restart QuickBooks. {_LOOKED_UP}", "vendors", True),
    ("0x8004041D", _AUTHORIZATION, False, "signing in unattended is not allowed",
     "As Admin, tick the access even if QuickBooks is not running.", "vendors", True),
    ("0x8004041E", _AUTHORIZATION, False, "the certificate of the application has expired", _ALLOW, "vendors", True),
    ("0x8004041F", _CONNECTION, False, "QuickBooks Basic cannot be used",
     "Another edition is needed.", "vendors", True),
    ("0x80040420", _AUTHORIZATION, False, "somebody denied the access in QuickBooks", _ALLOW, "vendors", True),
    ("0x80040421", _UNKNOWN, True, "QuickBooks passed a message through",
     "Read the message of QuickBooks.", "vendors", False),
    ("0x80040422", _CONNECTION, True, "single-user mode is needed, and another application has the file",
     "Close the other applications.", "Intuit", True),
    ("0x80040423", _POISON, False, "the qbXML version is not supported",
     "Report this with the version of QuickBooks.", "vendors", False),
    ("0x80040424", _CONNECTION, True, "QuickBooks has not finished starting", "Wait a moment.", "vendors", True),
    ("0x80040427", _CONNECTION, False, "QuickBooks is not registered", "Register QuickBooks.", "vendors", True),
    ("0x8004042A", _CONNECTION, False, "remote access is not allowed",
     "Let the Web Connector run on the PC of QuickBooks.", "vendors", True),
    ("0x8004042C", _AUTHORIZATION, False, "the certificate of the application was revoked", _ALLOW, "vendors", True),
    ("0x80040438", _CONNECTION, True, "a stray QuickBooks is running",
     "End QBW.EXE in the task manager.", "vendors", False),
    ("0x80040480", _UNKNOWN, True, "the session ended without an answer", _LOOKED_UP, "vendors", False),
    ("0x80040154", _CONNECTION, False, "QuickBooks' programming interface is not installed",
     "Install QuickBooks and the Web Connector again.", "vendors", True),
)  # fmt: skip

HRESULT_FACTS: dict[str, HresultFact] = {
    row[0]: HresultFact(
        hresult=row[0],
        kind=row[1],
        may_retry=row[2],
        meaning=row[3],
        advice=row[4],
        source=row[5],
        certain=row[6],
    )
    for row in _ROWS
}
"""Every hresult that is known, by its text (``0x8004040A``)."""

_HEX = re.compile(r"(?:0[xX])?([0-9a-fA-F]{8})")
_NEGATIVE = re.compile(r"-[0-9]{1,10}", re.ASCII)


def explain_hresult(hresult: str) -> HresultFact | None:
    """Tell what is known about an hresult, in any spelling (``0x8004040a``, ``8004040A``, -2147220470); else None."""
    return HRESULT_FACTS.get(_normalise(hresult))


def judge_hresult(hresult: str) -> HresultKind:
    """Decide what an hresult means for the message set in flight; what is not known is UNKNOWN."""
    fact = explain_hresult(hresult)
    return HresultKind.UNKNOWN if fact is None else fact.kind


def _normalise(hresult: str) -> str:
    text = "".join(hresult.split())
    if _NEGATIVE.fullmatch(text):
        text = f"{int(text) + 2**32:08X}"
    match = _HEX.fullmatch(text)
    return text if match is None else f"0x{match[1].upper()}"
