"""What decisions about found records have in common."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from qbwc_service import qbxml
from qbwc_service.store import Inquiry
from qbwc_service.sync.compare import is_marked
from qbwc_service.sync.judge import Judgement, goes_again
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.sent import Sent

SHOWN = (
    "ListID",
    "TxnID",
    "FullName",
    "Email",
    "IsActive",
    "RefNumber",
    "TxnDate",
    "CustomerRef",
    "Subtotal",
    "TotalAmount",
    "BalanceRemaining",
)


def go(sent: Sent, decided: Mapping[str, object], *, now: datetime) -> Judgement:
    """It goes out, with what was decided."""
    judged = goes_again(sent, code=None, text="", not_before=now)
    so = {**decided, Decided.LOOKED: True}
    return replace(judged, outcome=replace(judged.outcome, status_message=None, decided=so))


def look_again(sent: Sent, decided: Mapping[str, object], *, when: datetime) -> Judgement:
    """It is looked for once more, with what was decided so far."""
    judged = goes_again(sent, code=None, text="", not_before=when, inquiry=Inquiry.LOOK)
    return replace(judged, outcome=replace(judged.outcome, status_message=None, decided=dict(decided)))


def identity_of(record: qbxml.RetObject) -> str:
    """Give a record's ListID or TxnID."""
    return str(record.values.get("ListID") or record.values.get("TxnID") or "")


def has_mark(sent: Sent, record: qbxml.RetObject) -> bool:
    """Say whether a record carries the operation's ExternalGUID: then it is what the operation made."""
    return bool(is_marked(sent.external_guid, record.values))


def show(record: qbxml.RetObject) -> dict[str, object]:
    """Give what a person needs to tell a record from others."""
    shown: dict[str, object] = {"type": record.name.removesuffix("Ret")}
    for name in SHOWN:
        value = record.values.get(name)
        if isinstance(value, Mapping):
            value = value.get("FullName")
        if value is not None:
            shown[name] = value if isinstance(value, bool) else str(value)
    return shown
