"""See by itself whether the cause of a document's problem is gone from QuickBooks.

The failed operation goes back into the queue; its problem and its document's state stay as they are until the outcome
is known. What failed was refused, and what was refused was not done: sending it again doubles nothing. Only documents
are checked: of a request that was handed in as qbXML nobody knows whether another one took its place.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, union
from sqlalchemy.orm import Session

from qbwc_service import queue
from qbwc_service.store import Document, Operation, OperationState, Problem
from qbwc_service.sync.look.anew import find_inquiry, without_found
from qbwc_service.sync.problems.about import select_changed
from qbwc_service.sync.problems.reasons import RECHECKED
from qbwc_service.sync.rules import Rules, load_rules

MOST_RECHECKED = 50
"""How many problems one session checks again: a thousand of them must not keep QuickBooks from new work."""

_ITS_OPERATION = and_(Operation.connection_id == Problem.connection_id, Operation.id == Problem.operation_id)
_ITS_DOCUMENT = and_(Document.connection_id == Operation.connection_id, Document.id == Operation.document_id)


def has_due_rechecks(connection_id: int, *, after: timedelta, now: datetime) -> ColumnElement[bool]:
    """Say, in SQL, that the connection has a problem that is to be checked again."""
    mine = _is_checked(connection_id)
    old, changed = Problem.seen_at <= now - after, Problem.id.in_(select_changed(connection_id))
    # Each with its own index: as one condition they would read all open problems.
    parts = (exists(select(Problem.id).join(Operation, _ITS_OPERATION).where(*mine, why)) for why in (old, changed))
    return or_(*parts)


def recheck(db: Session, connection_id: int, *, after: timedelta, now: datetime) -> bool:
    """Put the operations of problems that are to be checked again back into the queue; say whether there were any.

    These are those that were seen last so long ago, and those that are about something that changed. The oldest first,
    at most MOST_RECHECKED. One statement where nothing is due.
    """
    old = select(Problem.id).where(*_is_open(connection_id), Problem.seen_at <= now - after)
    due = union(old, select_changed(connection_id)).subquery()
    return _check(db, connection_id, select(due.c[0]), now=now)


def recheck_changed(db: Session, connection_id: int, *, now: datetime) -> bool:
    """The same for those only that are about something that changed."""
    return _check(db, connection_id, select_changed(connection_id), now=now)


def _check(db: Session, connection_id: int, problems: Select[int], *, now: datetime) -> bool:
    oldest = (
        select(Operation.id, Operation.request, Operation.decided, Document.kind)
        .select_from(Problem)
        .join(Operation, _ITS_OPERATION)
        .join(Document, _ITS_DOCUMENT)
        .where(*_is_checked(connection_id), Problem.id.in_(problems))
        .order_by(Problem.seen_at, Problem.id)
        .limit(MOST_RECHECKED)
    )
    due = {row.id: row for row in db.execute(oldest)}
    rules = load_rules(db, connection_id) if due else Rules()
    for operation_id, row in sorted(due.items()):  # Locks are taken lowest id first.
        # What somebody said is kept: as a new one the document would be there twice.
        decided = without_found(row.decided)
        queue.send_again(
            db,
            connection_id,
            operation_id,
            inquiry=find_inquiry(rules, row.kind, row.request, decided),
            decided=decided,
            is_recheck=True,
            now=now,
        )
    return bool(due)


def _is_checked(connection_id: int) -> tuple[ColumnElement[bool], ...]:
    failed = (Operation.document_id.is_not(None), Operation.state == OperationState.FAILED)
    return (*_is_open(connection_id), *failed)


def _is_open(connection_id: int) -> tuple[ColumnElement[bool], ...]:
    return (Problem.connection_id == connection_id, Problem.closed_at.is_(None), Problem.reason.in_(RECHECKED))
