"""Ask whether there is anything to do."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Executable, and_, bindparam, case, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from qbwc_service.queue.unblock import has_undone_parent
from qbwc_service.store import ABOUT_OUTCOMES, IS_UNFINISHED, Operation, OperationState


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDepth:
    """How much is left: ``due`` can go out, or be asked about, now; ``later`` waits for a time or for others.

    ``unsettled`` of both are handed out already, and QuickBooks is asked what became of them. Of ``undecided`` ones it
    could not tell: they wait for a person.
    """

    due: int
    later: int
    unsettled: int = 0
    undecided: int = 0

    @property
    def waiting(self) -> int:
        """How many were not handed out yet, or have to go again."""
        return self.due + self.later - self.unsettled


def has_due_work(connection_id: int, *, now: datetime) -> ColumnElement[bool]:
    """Say, in SQL, that the connection has an operation that could go out now, or a question about one.

    While an outcome is unknown only questions about outcomes are due: nothing else goes out before.
    """
    mine, is_now = Operation.connection_id == connection_id, Operation.not_before <= now
    is_unsettled = Operation.inquiry.in_(ABOUT_OUTCOMES)
    unsettled = exists(select(Operation.id).where(mine, is_unsettled))
    asks = exists(select(Operation.id).where(mine, is_unsettled, is_now))
    waits = exists(select(Operation.id).where(mine, Operation.state == OperationState.WAITING, is_now))
    freed = exists(
        select(Operation.id).where(mine, IS_UNFINISHED, Operation.state == OperationState.BLOCKED, ~has_undone_parent())
    )
    return or_(asks, and_(~unsettled, or_(waits, freed)))


def measure_queue(db: Session, connection_id: int, *, now: datetime) -> QueueDepth:
    """Count what can go out now and what has to wait; one statement, over unfinished operations only."""
    totals = db.execute(_totals(), {"connection_id": connection_id, "now": now}).one()
    going, asking, unknown, undecided, unfinished = (int(total) for total in totals)
    due = asking if unknown else going
    return QueueDepth(due=due, later=unfinished - undecided - due, unsettled=unknown, undecided=undecided)


@cache
def _totals() -> Executable:
    """Say what is counted; put together once, for it is counted with every answer."""
    is_now, is_unsettled = Operation.not_before <= bindparam("now"), Operation.inquiry.in_(ABOUT_OUTCOMES)
    is_undecided = and_(Operation.state == OperationState.UNKNOWN, Operation.inquiry.is_(None))
    mine = Operation.connection_id == bindparam("connection_id")
    # Two statements in one: a single condition over both would read every finished operation on SQLite.
    waiting = select(
        _count_if(is_now).label("going"),
        literal(0).label("asking"),
        literal(0).label("unknown"),
        literal(0).label("undecided"),
        func.count().label("unfinished"),
    ).where(mine, Operation.state == OperationState.WAITING)
    others = select(
        literal(0),
        _count_if(and_(is_unsettled, is_now)),
        _count_if(is_unsettled),
        _count_if(is_undecided),
        func.count(),
    ).where(mine, IS_UNFINISHED, Operation.state.in_((OperationState.BLOCKED, OperationState.UNKNOWN)))
    parts = union_all(waiting, others).subquery()
    names = ("going", "asking", "unknown", "undecided", "unfinished")
    return select(*(func.sum(parts.c[name]) for name in names))


def _count_if(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, 1), else_=0)), 0)
