"""Keep the order of each customer: what is of one waits while an earlier operation of it waits for its next attempt.

Who the customer is, is taken as the documents name it: where one names it by external id and another by full name,
their order is not kept. Operations that are no document's have no customer.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, Select, TextClause, exists, select, update
from sqlalchemy.orm import Session, aliased

from qbwc_service.store import IS_BACKED_OFF, Document, DocumentKind, Operation, OperationState

MOST_POSTPONED = 1000
"""How many due operations are postponed at a time."""

FIELDS = "DataExt%"
"""Requests that set a custom field beside a document: nothing waits for one."""

EARLIER = aliased(Operation, name="earlier")

Customer = tuple[str, str]
Place = tuple[int, int]
"""A place in line: priority, number."""


def find_customer(kind: DocumentKind | None, external_id: str | None, named: object) -> Customer | None:
    """Give the customer of a document as it names it; ``named`` is its field ``customer``."""
    if kind is DocumentKind.CUSTOMER:
        return ("external_id", external_id or "")
    if not isinstance(named, Mapping) or len(named) != 1:
        return None
    ((way, name),) = named.items()
    return (str(way), str(name).casefold() if way == "full_name" else str(name))


def has_backed_off(
    connection_id: int | BindParameter[int], *, now: datetime | BindParameter[datetime]
) -> ColumnElement[bool]:
    """Say, in SQL, that an operation of the connection waits for its next attempt."""
    return exists(select(EARLIER.id).where(*_waits_for_an_attempt(connection_id, now=now)))


def postpone_later(
    db: Session, connection_id: int, customers: Sequence[tuple[Place, Customer]], *, now: datetime
) -> bool:
    """Let what is due wait as long as an earlier operation of its customer; say whether it was any of ``customers``."""
    held = _list_backed_off(db, connection_id, now=now)
    if all(_find_end(held, place, customer) is None for place, customer in customers):
        return False
    rows = _due(connection_id, now=now).limit(MOST_POSTPONED)
    ends: dict[datetime, list[int]] = {}
    for number, priority, kind, external_id, named in db.execute(rows):
        customer = find_customer(kind, external_id, named)
        end = None if customer is None else _find_end(held, (priority, number), customer)
        if end is not None:
            ends.setdefault(end, []).append(number)
    for end, numbers in ends.items():
        still = (
            Operation.connection_id == connection_id,
            Operation.id.in_(numbers),
            Operation.state == OperationState.WAITING,
        )
        move = update(Operation).where(*still).values(not_before=end)
        db.execute(move, execution_options={"synchronize_session": False})
    return True


Held = Mapping[Customer, Sequence[tuple[Place, datetime]]]


def _list_backed_off(db: Session, connection_id: int, *, now: datetime) -> Held:
    same_document = (Document.connection_id == EARLIER.connection_id) & (Document.id == EARLIER.document_id)
    query = (
        select(
            EARLIER.priority,
            EARLIER.id,
            EARLIER.not_before,
            Document.kind,
            Document.external_id,
            Document.body["customer"],
        )
        .join(Document, same_document)
        .where(*_waits_for_an_attempt(connection_id, now=now), EARLIER.request.not_like(FIELDS))
    )
    held: dict[Customer, list[tuple[Place, datetime]]] = {}
    for priority, number, not_before, kind, external_id, named in db.execute(query):
        customer = find_customer(kind, external_id, named)
        if customer is not None:
            held.setdefault(customer, []).append(((priority, number), not_before))
    return held


def _find_end(held: Held, place: Place, customer: Customer) -> datetime | None:
    """Give until when an operation waits for those before it; None where it waits for none."""
    ends = (end for before, end in held.get(customer, ()) if before < place)
    return max(ends, default=None)


def _waits_for_an_attempt(
    connection_id: int | BindParameter[int], *, now: datetime | BindParameter[datetime]
) -> tuple[ColumnElement[bool] | TextClause, ...]:
    return (EARLIER.connection_id == connection_id, IS_BACKED_OFF, EARLIER.not_before > now)


def _due(connection_id: int, *, now: datetime) -> Select[int, int, DocumentKind, str, object]:
    same_document = (Document.connection_id == Operation.connection_id) & (Document.id == Operation.document_id)
    return (
        select(Operation.id, Operation.priority, Document.kind, Document.external_id, Document.body["customer"])
        .join(Document, same_document)
        .where(
            Operation.connection_id == connection_id,
            Operation.state == OperationState.WAITING,
            Operation.not_before <= now,
            Operation.inquiry.is_(None),
        )
        .order_by(Operation.priority, Operation.id)
        .with_for_update(of=Operation, skip_locked=True, key_share=True)  # What a claim takes, and nothing else.
    )
