"""Take the operations that go out next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import takewhile

from sqlalchemy import BindParameter, ColumnElement, Executable, Integer, bindparam, insert, select, update
from sqlalchemy.orm import Session

from qbwc_service.queue.order import Customer, Place, find_customer, has_backed_off, postpone_later
from qbwc_service.store import Attempt, Document, DocumentKind, Operation, OperationState


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedOperation:
    """One operation that is being handed out; its document's content where it is rendered from one.

    ``retries`` says how often QuickBooks could not do it just then, ``customer`` whose it is (queue/order.py).
    """

    id: int
    request: str
    is_write: bool
    body: Mapping[str, object] | None
    external_guid: str | None
    document_id: int | None
    document_kind: DocumentKind | None
    document_body: Mapping[str, object] | None
    edit_sequence: str | None
    decided: Mapping[str, object] | None
    attempt: int
    batch_limit: int | None
    priority: int
    retries: int
    customer: Customer | None


def claim(
    db: Session, connection_id: int, *, message_set_id: int, now: datetime, write_limit: int, read_limit: int
) -> list[ClaimedOperation]:
    """Take what is next, first in first out inside a priority, and mark it *sent* in ``message_set_id``.

    A set holds only writes or only reads: reads carry no message set ID, because asking again does no harm. So the
    claim stops where the kind changes. Operations in the list never depend on each other: one that waits for another
    is *blocked*. What is of one customer keeps its order, also where QuickBooks could not do the first of it: that goes
    without those behind it. The set's own row, and its attempts (``record_attempts``), may be written after this.
    """
    limit = max(write_limit, read_limit)
    candidates, waits_some = _candidates(db, connection_id, now=now, limit=limit)
    while waits_some and postpone_later(db, connection_id, _customers(candidates), now=now):
        candidates, waits_some = _candidates(db, connection_id, now=now, limit=limit)
    if not candidates:
        return []
    is_write = candidates[0].is_write
    alike = takewhile(lambda candidate: candidate.is_write is is_write, candidates)
    chosen = _within_limits(alike, limit=write_limit if is_write else read_limit)
    still_waiting = (
        Operation.connection_id == connection_id,
        Operation.id.in_([candidate.id for candidate in chosen]),
        Operation.state == OperationState.WAITING,
    )
    move = (
        update(Operation)
        .where(*still_waiting)
        .values(state=OperationState.SENT, message_set_id=message_set_id, attempts=Operation.attempts + 1, reason=None)
    )
    taken = set(db.scalars(move.returning(Operation.id), execution_options={"synchronize_session": False}))
    return [candidate for candidate in chosen if candidate.id in taken]


def find_first_due(db: Session, connection_id: int, *, now: datetime) -> tuple[int, int] | None:
    """Give the place in line (priority, id) of what would be claimed first; None where nothing is due."""
    first = select(Operation.priority, Operation.id).where(*_is_due(connection_id, now=now))
    row = db.execute(first.order_by(Operation.priority, Operation.id).limit(1)).one_or_none()
    return None if row is None else (row.priority, row.id)


def record_attempts(
    db: Session, connection_id: int, operations: Sequence[ClaimedOperation], *, message_set_id: int, now: datetime
) -> None:
    """Keep that these operations were handed out in this message set."""
    db.execute(
        insert(Attempt),
        [
            {
                "connection_id": connection_id,
                "operation_id": operation.id,
                "number": operation.attempt,
                "message_set_id": message_set_id,
                "sent_at": now,
            }
            for operation in operations
        ],
    )


def _within_limits(candidates: Iterable[ClaimedOperation], *, limit: int) -> list[ClaimedOperation]:
    """Take from the front as many as every one taken allows to share its set.

    What QuickBooks could not do before, it may refuse again: nothing of the same customer stands behind it in the set.
    """
    chosen: list[ClaimedOperation] = []
    tried: set[Customer] = set()
    for candidate in candidates:
        if candidate.customer in tried:
            continue
        limit = min(limit, candidate.batch_limit or limit)
        if len(chosen) >= limit:
            break
        chosen.append(candidate)
        if candidate.retries and candidate.customer is not None:
            tried.add(candidate.customer)
    return chosen


def _customers(candidates: Iterable[ClaimedOperation]) -> list[tuple[Place, Customer]]:
    return [((one.priority, one.id), one.customer) for one in candidates if one.customer is not None]


def _is_due(
    connection_id: int | BindParameter[int], *, now: datetime | BindParameter[datetime]
) -> tuple[ColumnElement[bool], ...]:
    return (
        Operation.connection_id == connection_id,
        Operation.state == OperationState.WAITING,
        Operation.not_before <= now,
        Operation.inquiry.is_(None),
    )


def _candidates(db: Session, connection_id: int, *, now: datetime, limit: int) -> tuple[list[ClaimedOperation], bool]:
    """Read the first waiting operations with their documents, and lock them against every other claim.

    Says beside whether any operation waits for its next attempt.
    """
    values = {"connection_id": connection_id, "now": now, "limit": limit}
    rows = db.execute(_first_waiting(), values).all()
    candidates = [
        ClaimedOperation(
            id=operation.id,
            request=operation.request,
            is_write=operation.is_write,
            body=operation.body,
            external_guid=operation.external_guid,
            document_id=operation.document_id,
            document_kind=kind,
            document_body=body,
            edit_sequence=operation.edit_sequence,
            decided=operation.decided,
            attempt=operation.attempts + 1,
            batch_limit=operation.batch_limit,
            priority=operation.priority,
            retries=operation.retries,
            customer=find_customer(kind, external_id, (body or {}).get("customer")),
        )
        for operation, kind, external_id, body, _ in rows
    ]
    return candidates, any(waits_some for *_, waits_some in rows)


@cache
def _first_waiting() -> Executable:
    """Say what is read of the operations that may go next; put together once, for every call asks for it."""
    connection_id: BindParameter[int] = bindparam("connection_id")
    now: BindParameter[datetime] = bindparam("now")
    same_document = (Document.connection_id == Operation.connection_id) & (Document.id == Operation.document_id)
    return (
        select(Operation, Document.kind, Document.external_id, Document.body, has_backed_off(connection_id, now=now))
        .outerjoin(Document, same_document)
        .where(*_is_due(connection_id, now=now))
        .order_by(Operation.priority, Operation.id)
        .limit(bindparam("limit", type_=Integer))
        .with_for_update(of=Operation, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
