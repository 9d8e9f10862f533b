"""Change what has ended: let a failed operation wait for another one, or take a success back that was none."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert, or_, update
from sqlalchemy.orm import Session

from qbwc_service.queue.retry import as_new, in_its_turn, waits_as_check
from qbwc_service.store import Attempt, Inquiry, Operation, OperationDependency, OperationState, lock_dependencies


def hold_back(
    db: Session,
    connection_id: int,
    operation_id: int,
    *,
    behind: int,
    inquiry: Inquiry | None,
    decided: Mapping[str, object] | None,
) -> bool:
    """Let an operation wait until ``behind`` is done, and say whether it had failed, or is only checked again.

    ``inquiry`` is what has to be asked (again) when it goes out, ``decided`` what stands of what was decided about it.
    """
    lock_dependencies(db, connection_id)
    held = (
        Operation.connection_id == connection_id,
        Operation.id == operation_id,
        or_(Operation.state == OperationState.FAILED, waits_as_check()),
    )
    values = {**as_new(inquiry), "priority": in_its_turn(), "decided": decided}
    move = update(Operation).where(*held).values(**values).returning(Operation.id)
    if db.scalar(move, execution_options={"synchronize_session": False}) is None:
        return False
    row = {"connection_id": connection_id, "operation_id": operation_id, "depends_on_id": behind}
    db.execute(insert(OperationDependency), [row])
    return True


def take_back(db: Session, connection_id: int, operation_id: int, *, reason: str, now: datetime) -> bool:
    """Mark a done operation *failed* again, because somebody linked it to the wrong record; say whether it was done."""
    held = (
        Operation.connection_id == connection_id,
        Operation.id == operation_id,
        Operation.state == OperationState.DONE,
    )
    values = {"state": OperationState.FAILED, "finished_at": now, "reason": reason}
    move = update(Operation).where(*held).values(**values).returning(Operation.id)
    unsynced = {"synchronize_session": False}
    if db.scalar(move, execution_options=unsynced) is None:
        return False
    # The record that it was taken for is not what an attempt of it made.
    its_attempts = (Attempt.connection_id == connection_id, Attempt.operation_id == operation_id)
    db.execute(update(Attempt).where(*its_attempts).values(result=None), execution_options=unsynced)
    return True
