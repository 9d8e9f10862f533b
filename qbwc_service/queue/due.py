"""Ask whether there is anything to do."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from qbwc_service.queue.unblock import has_undone_parent
from qbwc_service.store import Operation, OperationState


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDepth:
    """How much is left: ``due`` can go out now; ``later`` waits for a time or for other operations."""

    due: int
    later: int


def has_due_work(connection_id: int, *, now: datetime) -> ColumnElement[bool]:
    """Say, in SQL, that the connection has an operation that could go out now."""
    return exists(
        select(Operation.id).where(
            Operation.connection_id == connection_id,
            or_(
                and_(Operation.state == OperationState.WAITING, Operation.not_before <= now),
                and_(Operation.state == OperationState.BLOCKED, ~has_undone_parent()),
            ),
        )
    )


def measure_queue(db: Session, connection_id: int, *, now: datetime) -> QueueDepth:
    """Count what can go out now and what has to wait; one statement, over unfinished operations only."""
    is_due = and_(Operation.state == OperationState.WAITING, Operation.not_before <= now)
    counts = select(func.coalesce(func.sum(case((is_due, 1), else_=0)), 0), func.count()).where(
        Operation.connection_id == connection_id,
        or_(Operation.state == OperationState.WAITING, Operation.state == OperationState.BLOCKED),
    )
    due, unfinished = db.execute(counts).one()
    return QueueDepth(due=due, later=unfinished - due)
