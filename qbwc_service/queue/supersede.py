"""Replace an operation by a newer one of the same document."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, aliased

from qbwc_service.store import Operation, OperationDependency, OperationState, lock_dependencies

REPLACEABLE = (OperationState.WAITING, OperationState.BLOCKED, OperationState.FAILED, OperationState.CANCELLED)


def supersede(db: Session, connection_id: int, operation_id: int, *, by: int, now: datetime) -> bool:
    """Mark it *superseded* if it is not out and not done, and let its children wait for ``by`` instead.

    Says whether it happened; where it did not, nothing has changed.
    """
    lock_dependencies(db, connection_id)
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
    on_the_old = (OperationDependency.connection_id == connection_id, OperationDependency.depends_on_id == operation_id)
    other = aliased(OperationDependency)
    on_the_new = select(other.operation_id).where(other.connection_id == connection_id, other.depends_on_id == by)
    children = (
        *on_the_old,
        OperationDependency.operation_id != by,
        OperationDependency.operation_id.not_in(on_the_new),
    )
    unsynced = {"synchronize_session": False}
    db.execute(update(OperationDependency).where(*children).values(depends_on_id=by), execution_options=unsynced)
    # What is left waited for the new one already, or is the new one: nothing waits for what will never be done.
    db.execute(delete(OperationDependency).where(*on_the_old), execution_options=unsynced)
    return True
