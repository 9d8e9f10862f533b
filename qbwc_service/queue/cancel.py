"""Take an operation out of the queue before it was handed out."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from qbwc_service.store import Operation, OperationState

CANCELLABLE = (OperationState.WAITING, OperationState.BLOCKED, OperationState.FAILED)


def cancel(db: Session, connection_id: int, operation_id: int, *, reason: str, now: datetime) -> bool:
    """Cancel it if it is waiting, blocked or failed, and say whether it was.

    What was handed out cannot be cancelled: QuickBooks may have done it.
    """
    held = (
        Operation.connection_id == connection_id,
        Operation.id == operation_id,
        Operation.state.in_(CANCELLABLE),
    )
    move = update(Operation).where(*held).values(state=OperationState.CANCELLED, finished_at=now, reason=reason)
    return db.scalar(move.returning(Operation.id), execution_options={"synchronize_session": False}) is not None
