"""Replace an operation by a newer one of the same document."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from qbwc_service.store import Operation, OperationDependency, OperationState

REPLACEABLE = (OperationState.WAITING, OperationState.BLOCKED, OperationState.FAILED, OperationState.CANCELLED)


def supersede(db: Session, connection_id: int, operation_id: int, *, by: int, now: datetime) -> bool:
    """Mark it *superseded* if it is not out and not done, and let its children wait for ``by`` instead.

    Says whether it happened; where it did not, nothing has changed.
    """
    held = (
        Operation.connection_id == connection_id,
        Operation.id == operation_id,
        Operation.state.in_(REPLACEABLE),
    )
    move = (
        update(Operation)
        .where(*held)
        .values(state=OperationState.SUPERSEDED, finished_at=now, reason=f"replaced by operation {by}")
    )
    if db.scalar(move.returning(Operation.id), execution_options={"synchronize_session": False}) is None:
        return False
    children = (
        OperationDependency.connection_id == connection_id,
        OperationDependency.depends_on_id == operation_id,
        OperationDependency.operation_id != by,
    )
    db.execute(
        update(OperationDependency).where(*children).values(depends_on_id=by),
        execution_options={"synchronize_session": False},
    )
    return True
