"""What exactly an operation asked QuickBooks to do, read from the message set that carried it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from qbwc_service import qbxml
from qbwc_service.queue import InquiredOperation
from qbwc_service.store import Inquiry, MessageSet
from qbwc_service.sync.look import LookContext, plan_look, render_values
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.raw import PLACEHOLDER, render_request

ACTION = re.compile(r"(?P<kind>\w+?)(?P<action>Add|Mod|Del|Void|Merge)Rq")
TARGET = re.compile(r"(Txn|List)(Del|Void|Merge)Type")
MARGIN = timedelta(days=2)
"""How much older than its hand-out an effect may seem: another zone's day, and a PC's clock that is hours behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentWrite:
    """A write as QuickBooks got it, or would get it: Intuit's names, values as text.

    ``kind`` is what it is about (``Invoice``), ``action`` Add, Mod, Del, Void or Merge; ``object_id`` the record's
    ListID or TxnID where the request names one. ``look`` is what to ask before it goes out.
    """

    operation: InquiredOperation
    request: qbxml.Request
    sent_at: datetime | None
    kind: str
    action: str
    body: Mapping[str, object]
    look: tuple[qbxml.Request, ...] = ()

    @property
    def external_guid(self) -> str | None:
        """The mark that the object carries in QuickBooks, if it can carry one."""
        return self.text("ExternalGUID")

    @property
    def is_named(self) -> bool:
        """Whether a person said which record it is."""
        return Decided.LINK in (self.operation.decided or {})

    @property
    def object_id(self) -> str | None:
        """The record it changes, deletes, voids, or merges into another one."""
        merged = self.body.get("MergeFrom")
        if isinstance(merged, Mapping):
            return str(merged["ListID"]) if merged.get("ListID") else None
        return self.text("TxnID") or self.text("ListID")

    @property
    def since(self) -> date | None:
        """The first day on which QuickBooks can have done it; None for what was never handed out."""
        return None if self.sent_at is None else (self.sent_at - MARGIN).date()

    def text(self, name: str) -> str | None:
        """Give the text of one of its elements, None where it is missing, empty or holds others."""
        value = self.body.get(name)
        return value if isinstance(value, str) and value else None


def load_sent_writes(
    db: Session, connection_id: int, operations: Sequence[InquiredOperation], *, context: LookContext | None = None
) -> dict[int, SentWrite]:
    """Give the writes behind questions, by operation; those whose set does not hold them any more are left out.

    One statement; ``context`` is what looks need to know. What was never handed out (a change whose EditSequence has
    to be read first) is rendered now.
    """
    carried = {one.message_set_id for one in operations if one.message_set_id is not None}
    sets = _read_sets(db, connection_id, carried)
    found: dict[int, SentWrite] = {}
    for operation in operations:
        if operation.inquiry is Inquiry.EDIT_SEQUENCE and operation.body is not None:
            found[operation.id] = make_write(operation, _rendered(operation), sent_at=None)
            continue
        requests, sent_at = sets.get(operation.message_set_id or 0, ({}, None))
        if operation.inquiry is Inquiry.LOOK and context is not None:
            found[operation.id] = _looked_for(operation, context)
            continue
        request = requests.get(str(operation.id))
        if request is not None:
            found[operation.id] = make_write(operation, request, sent_at=sent_at)
    return found


def _read_sets(
    db: Session, connection_id: int, set_ids: Collection[int]
) -> dict[int, tuple[dict[str, qbxml.Request], datetime]]:
    if not set_ids:
        return {}
    mine = (MessageSet.connection_id == connection_id, MessageSet.id.in_(sorted(set_ids)))
    rows = db.execute(select(MessageSet.id, MessageSet.request, MessageSet.sent_at).where(*mine))
    return {
        number: ({request.request_id or "": request for request in qbxml.read_requests(text)}, sent_at)
        for number, text, sent_at in rows
    }


def _looked_for(operation: InquiredOperation, context: LookContext) -> SentWrite:
    """Give a write of a document as far as it is known before QuickBooks was looked at, and what to ask about it."""
    element = operation.request.removesuffix("Rq")
    named = {name: value for name, value in (operation.decided or {}).items() if name in {"TxnID", "ListID"}}
    body = named if element.endswith("Mod") else render_values(operation, context) or {}
    request = qbxml.Request(name=operation.request, values={element: body}, request_id=str(operation.id))
    return replace(make_write(operation, request, sent_at=None), look=plan_look(operation, context))


def _rendered(operation: InquiredOperation) -> qbxml.Request:
    """Bring a request that somebody handed in, in whatever spelling, into Intuit's names."""
    request = render_request(
        operation.request,
        operation.body or {},
        request_id=str(operation.id),
        external_guid=operation.external_guid,
        edit_sequence=PLACEHOLDER,
    )
    (read,) = qbxml.read_requests(qbxml.build_request(request, version=qbxml.grammar.KNOWN_VERSIONS[-1]).xml)
    return read


def make_write(operation: InquiredOperation, request: qbxml.Request, *, sent_at: datetime | None) -> SentWrite:
    """Read a request as the write it is."""
    match = ACTION.fullmatch(request.name)
    kind, action = (match["kind"], match["action"]) if match else (request.name, "")
    body = request.values
    inner = body.get(f"{kind}{action}")
    if isinstance(inner, Mapping):
        body = inner
    target = next((str(value) for name, value in body.items() if TARGET.fullmatch(name)), kind)
    return SentWrite(operation=operation, request=request, sent_at=sent_at, kind=target, action=action, body=body)
