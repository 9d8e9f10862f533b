"""Take an operation for done because somebody found in QuickBooks what it should do."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from qbwc_service.store import Operation, OperationState

ADOPTABLE = (OperationState.UNKNOWN, OperationState.FAILED, OperationState.CANCELLED)
WAITING = (OperationState.WAITING, OperationState.BLOCKED)


def adopt(db: Session, connection_id: int, operation_id: int, *, is_waiting: bool = False, now: datetime) -> bool:
    """Mark it *done* if its outcome is unknown, or if it failed or was cancelled; say whether it was one of these.

    With ``is_waiting`` also what waits to go out again.
    """
    held = (
        Operation.connection_id == connection_id,
        Operation.id == operation_id,
        Operation.state.in_((*ADOPTABLE, *WAITING) if is_waiting else ADOPTABLE),
    )
    move = (
        update(Operation)
        .where(*held)
        .values(state=OperationState.DONE, finished_at=now, reason=None, inquiry=None, inquiries=0)
    )
    return db.scalar(move.returning(Operation.id), execution_options={"synchronize_session": False}) is not None
