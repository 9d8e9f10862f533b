"""List what may do already what is about to be put into the queue."""

from collections.abc import Mapping

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from qbwc_service.store import IS_UNFINISHED, Operation, OperationState


def list_unfinished(db: Session, connection_id: int, request: str) -> dict[int, Mapping[str, object]]:
    """Give the values of the operations with this qbXML request that are not finished, oldest first."""
    mine = (Operation.connection_id == connection_id, Operation.request == request, Operation.body.is_not(None))
    # Two statements in one, each with its own index: what is finished is not read.
    parts = union_all(
        select(Operation.id, Operation.body).where(*mine, Operation.state == OperationState.WAITING),
        select(Operation.id, Operation.body).where(*mine, IS_UNFINISHED),
    ).subquery()
    rows = db.execute(select(parts.c.id, parts.c.body).order_by(parts.c.id))
    return {number: body or {} for number, body in rows}


def list_done_since(
    db: Session, connection_id: int, request: str, *, message_set_id: int
) -> dict[int, Mapping[str, object]]:
    """Give the values of those with this qbXML request that are done, and went out in this set or a later one."""
    done = (
        Operation.connection_id == connection_id,
        Operation.message_set_id >= message_set_id,
        Operation.request == request,
        Operation.state == OperationState.DONE,
        Operation.body.is_not(None),
    )
    # Not sorted by the database: it would read by number then, from the first on.
    rows = db.execute(select(Operation.id, Operation.body).where(*done)).all()
    return {number: body or {} for number, body in sorted(rows, key=lambda row: row[0])}
