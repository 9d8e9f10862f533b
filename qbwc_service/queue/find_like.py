"""Find what does the same already."""

from collections.abc import Mapping
from datetime import datetime

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
    db: Session, connection_id: int, request: str, *, after: int, since: datetime
) -> dict[int, Mapping[str, object]]:
    """Give the values of those with this qbXML request that came ``after`` an operation and were done ``since``."""
    done = (
        Operation.connection_id == connection_id,
        Operation.id > after,
        Operation.request == request,
        Operation.state == OperationState.DONE,
        Operation.finished_at >= since,
        Operation.body.is_not(None),
    )
    rows = db.execute(select(Operation.id, Operation.body).where(*done).order_by(Operation.id))
    return {number: body or {} for number, body in rows}
