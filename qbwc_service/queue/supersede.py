"""Replace operations by newer ones of the same documents."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from qbwc_service.queue.hold import hold_operations
from qbwc_service.store import Operation, OperationDependency, OperationState, lock_dependencies, table_of

REPLACEABLE = (OperationState.WAITING, OperationState.BLOCKED, OperationState.FAILED, OperationState.CANCELLED)


def supersede(db: Session, connection_id: int, replacements: Mapping[int, int], *, now: datetime) -> set[int]:
    """Mark operations *superseded*, each by the newer one that ``replacements`` names, and move their children to it.

    Gives those that were replaced; one that is out or done is left alone. A handful of statements for any number.
    """
    if not replacements:
        return set()
    lock_dependencies(db, connection_id)
    states = hold_operations(db, connection_id, list(replacements))
    replaced = {operation_id for operation_id, state in states.items() if state in REPLACEABLE}
    rows = [{"old": old, "new": new} for old, new in replacements.items() if old in replaced]
    if not rows:
        return set()
    retire(db, connection_id, {row["old"]: row["new"] for row in rows}, now=now)
    move_children(db, connection_id, {row["old"]: row["new"] for row in rows})
    return replaced


def move_children(db: Session, connection_id: int, replacements: Mapping[int, int]) -> None:
    """Let what waits for an operation wait for another one in its place. Two statements."""
    rows = [{"old": old, "new": new} for old, new in replacements.items()]
    dependencies = table_of(OperationDependency)
    on_the_old = (dependencies.c.connection_id == connection_id, dependencies.c.depends_on_id == bindparam("old"))
    other = dependencies.alias()
    on_the_new = select(other.c.operation_id).where(
        other.c.connection_id == connection_id, other.c.depends_on_id == bindparam("new")
    )
    move = (
        update(dependencies)
        .where(
            *on_the_old,
            dependencies.c.operation_id != bindparam("new"),
            dependencies.c.operation_id.not_in(on_the_new),
        )
        .values(depends_on_id=bindparam("new"))
    )
    connection = db.connection()
    connection.execute(move, rows)
    # What is left waited for the new one already, or is the new one: nothing waits for what will never be done.
    connection.execute(delete(dependencies).where(*on_the_old), rows)


def retire(db: Session, connection_id: int, replacements: Mapping[int, int], *, now: datetime) -> None:
    """Mark operations *superseded* that nothing waits for; one that is out or done is left alone. One statement."""
    if not replacements:
        return
    operations = table_of(Operation)
    move = (
        update(operations)
        .where(
            operations.c.connection_id == connection_id,
            operations.c.id == bindparam("old"),
            or_(*(operations.c.state == state for state in REPLACEABLE)),  # A list cannot be bound for many rows.
        )
        .values(state=OperationState.SUPERSEDED, finished_at=now, reason=bindparam("why"))
    )
    rows = [{"old": old, "why": f"replaced by operation {new}"} for old, new in sorted(replacements.items())]
    db.connection().execute(move, rows)
