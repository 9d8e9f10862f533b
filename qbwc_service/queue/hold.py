"""Hold operations against the Web Connector's calls until the transaction ends."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from qbwc_service.store import Operation, OperationState

CHUNK = 500


def hold_operations(db: Session, connection_id: int, operation_ids: Sequence[int]) -> dict[int, OperationState]:
    """Lock operations, lowest id first, and give their states as they are now; one statement per few hundred.

    A claim passes by what is held; where a call holds one already, this waits for it.
    """
    ordered = sorted(operation_ids)
    states: dict[int, OperationState] = {}
    for start in range(0, len(ordered), CHUNK):
        query = (
            select(Operation.id, Operation.state)
            .where(Operation.connection_id == connection_id, Operation.id.in_(ordered[start : start + CHUNK]))
            .order_by(Operation.id)
            .with_for_update(key_share=True)
        )
        states.update(db.execute(query).all())
    return states
