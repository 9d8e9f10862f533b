"""Ask whether there is anything to do."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from qbwc_service.queue.inquire import is_open_question
from qbwc_service.queue.unblock import has_undone_parent
from qbwc_service.store import ABOUT_OUTCOMES, Operation, OperationState


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

    While an outcome is unknown only questions are due.
    """
    mine = Operation.connection_id == connection_id
    asks = exists(select(Operation.id).where(mine, is_open_question(), Operation.not_before <= now))
    unsettled = exists(select(Operation.id).where(mine, Operation.inquiry.in_(ABOUT_OUTCOMES)))
    goes = exists(
        select(Operation.id).where(
            mine,
            or_(
                and_(
                    Operation.state == OperationState.WAITING,
                    Operation.not_before <= now,
                    Operation.inquiry.is_(None),
                ),
                and_(Operation.state == OperationState.BLOCKED, ~has_undone_parent()),
            ),
        )
    )
    return or_(asks, and_(~unsettled, goes))


def measure_queue(db: Session, connection_id: int, *, now: datetime) -> QueueDepth:
    """Count what can go out now and what has to wait; one statement, over unfinished operations only."""
    is_now = Operation.not_before <= now
    goes = and_(Operation.state == OperationState.WAITING, is_now, Operation.inquiry.is_(None))
    asks = and_(is_open_question(), is_now)
    unsettled = Operation.inquiry.in_(ABOUT_OUTCOMES)
    undecided = and_(Operation.state == OperationState.UNKNOWN, Operation.inquiry.is_(None))
    counts = select(_count_if(goes), _count_if(asks), _count_if(unsettled), _count_if(undecided), func.count()).where(
        Operation.connection_id == connection_id,
        # Each on its own: one list of states would match no partial index.
        or_(
            Operation.state == OperationState.WAITING,
            Operation.state == OperationState.BLOCKED,
            Operation.state == OperationState.UNKNOWN,
            unsettled,
        ),
    )
    going, asking, unknown, left, unfinished = db.execute(counts).one()
    due = asking if unknown else asking + going
    return QueueDepth(due=due, later=unfinished - left - due, unsettled=unknown, undecided=left)


def _count_if(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, 1), else_=0)), 0)
