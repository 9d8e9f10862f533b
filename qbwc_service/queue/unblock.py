"""Let operations go whose parents are all done."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, TextClause, exists, select, update
from sqlalchemy.orm import Session, aliased

from qbwc_service.store import IS_UNFINISHED, Operation, OperationDependency, OperationState


def unblock_children(db: Session, connection_id: int, done: Collection[int], *, now: datetime) -> list[int]:
    """Move to *waiting* every blocked operation that depends on one of ``done`` and on nothing else undone.

    One statement; gives the ids that moved.
    """
    if not done:
        return []
    children = select(OperationDependency.operation_id).where(
        OperationDependency.connection_id == connection_id, OperationDependency.depends_on_id.in_(done)
    )
    return _unblock(db, connection_id, Operation.id.in_(children), now=now)


def unblock_all(db: Session, connection_id: int, *, now: datetime) -> list[int]:
    """The same over the whole connection.

    It heals the one race there is: a child that was put into the queue while its parent's end was being recorded
    sees the parent undone, and the parent's end does not see the child.
    """
    return _unblock(db, connection_id, None, now=now)


def has_undone_parent() -> ColumnElement[bool]:
    """Say, in SQL, that the operation at hand depends on one that is not done."""
    parent = aliased(Operation)
    undone = (
        select(parent.id)
        .join(
            OperationDependency,
            (OperationDependency.connection_id == parent.connection_id)
            & (OperationDependency.depends_on_id == parent.id),
        )
        .where(
            OperationDependency.connection_id == Operation.connection_id,
            OperationDependency.operation_id == Operation.id,
            parent.state != OperationState.DONE,
        )
        .correlate(Operation)
    )
    return exists(undone)


def _unblock(db: Session, connection_id: int, which: ColumnElement[bool] | None, *, now: datetime) -> list[int]:
    held: list[ColumnElement[bool] | TextClause] = [
        Operation.connection_id == connection_id,
        IS_UNFINISHED,
        Operation.state == OperationState.BLOCKED,
        ~has_undone_parent(),
    ]
    if which is not None:
        held.append(which)
    move = update(Operation).where(*held).values(state=OperationState.WAITING, not_before=now)
    return list(db.scalars(move.returning(Operation.id), execution_options={"synchronize_session": False}))
