"""Put operations into the queue, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from qbwc_service.errors import NotFoundError
from qbwc_service.store import Inquiry, Operation, OperationDependency, OperationState, allocate_ids, lock_dependencies

NORMAL_PRIORITY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOperation:
    """One operation to be put into the queue.

    Exactly one of ``body`` (the values of a qbXML request) and ``document_id`` (render it late) is given.
    ``external_guid`` is the braced GUID that marks the object an Add makes. Lower ``priority`` goes first. ``id`` is
    set where the caller took the number before, so that other operations of the same batch can depend on it.
    ``inquiry`` is what QuickBooks has to be asked before it goes out; ``decided`` what is decided already.
    """

    request: str
    is_write: bool
    body: Mapping[str, object] | None = None
    document_id: int | None = None
    external_guid: str | None = None
    depends_on: tuple[int, ...] = ()
    priority: int = NORMAL_PRIORITY
    not_before: datetime | None = None
    id: int | None = None
    inquiry: Inquiry | None = None
    decided: Mapping[str, object] | None = None


def enqueue(
    db: Session, connection_id: int, operations: Sequence[NewOperation], *, now: datetime
) -> dict[int, OperationState]:
    """Write the operations; give their ids, in their order, with their states: blocked where a parent is not done.

    Raises NotFoundError where an operation depends on one that neither this connection nor the batch has.
    """
    if not operations:
        return {}
    siblings = {new.id for new in operations if new.id is not None}
    older_parents = {parent for new in operations for parent in new.depends_on} - siblings
    if older_parents:
        lock_dependencies(db, connection_id)
    undone = _undone_parents(db, connection_id, older_parents) | siblings
    ids = _number(db, operations)
    states = {
        operation_id: OperationState.WAITING if undone.isdisjoint(new.depends_on) else OperationState.BLOCKED
        for operation_id, new in zip(ids, operations, strict=True)
    }
    db.execute(
        insert(Operation),
        [
            _row(connection_id, new, operation_id=operation_id, state=states[operation_id], now=now)
            for operation_id, new in zip(ids, operations, strict=True)
        ],
    )
    dependencies = [
        {"connection_id": connection_id, "operation_id": operation_id, "depends_on_id": parent}
        for operation_id, new in zip(ids, operations, strict=True)
        for parent in dict.fromkeys(new.depends_on)
    ]
    if dependencies:
        db.execute(insert(OperationDependency), dependencies)
    return states


def _number(db: Session, operations: Sequence[NewOperation]) -> list[int]:
    """Give each operation its number: the one it came with, or a new one."""
    fresh = iter(allocate_ids(db, "operations", count=sum(new.id is None for new in operations)))
    return [next(fresh) if new.id is None else new.id for new in operations]


def _undone_parents(db: Session, connection_id: int, parents: set[int]) -> set[int]:
    """Give those of ``parents`` that are not done."""
    if not parents:
        return set()
    chosen = select(Operation.id, Operation.state).where(
        Operation.connection_id == connection_id, Operation.id.in_(parents)
    )
    states = dict(db.execute(chosen).all())
    missing = parents - states.keys()
    if missing:
        raise NotFoundError(f"operation {min(missing)} does not exist in this connection", field="depends_on")
    return {operation_id for operation_id, state in states.items() if state is not OperationState.DONE}


def _row(
    connection_id: int, new: NewOperation, *, operation_id: int, state: OperationState, now: datetime
) -> dict[str, object]:
    return {
        "connection_id": connection_id,
        "id": operation_id,
        "request": new.request,
        "is_write": new.is_write,
        "body": dict(new.body) if new.body is not None else None,
        "document_id": new.document_id,
        "external_guid": new.external_guid,
        "priority": new.priority,
        "state": state,
        "not_before": new.not_before or now,
        "attempts": 0,
        "inquiry": new.inquiry,
        "decided": None if new.decided is None else dict(new.decided),
        "created_at": now,
    }
