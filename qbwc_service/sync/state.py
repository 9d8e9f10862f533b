"""Move the sync states of documents along with their operations."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from qbwc_service.store import DocumentState, SyncState, table_of


def mark_documents(
    db: Session,
    connection_id: int,
    operation_ids: Collection[int],
    *,
    state: DocumentState,
    now: datetime,
    message: str | None = None,
) -> None:
    """Give the documents that these operations decide on a new state; one statement, none where there are none."""
    if not operation_ids:
        return
    held = (SyncState.connection_id == connection_id, SyncState.operation_id.in_(operation_ids))
    move = update(SyncState).where(*held).values(state=state, status_code=None, message=message, changed_at=now)
    db.execute(move, execution_options={"synchronize_session": False})


def mark_document(
    db: Session,
    connection_id: int,
    document_id: int,
    *,
    state: DocumentState,
    operation_id: int | None = None,
    message: str | None = None,
    now: datetime,
) -> None:
    """Give one document a new state, and another operation that decides it from now on."""
    held = (SyncState.connection_id == connection_id, SyncState.document_id == document_id)
    values: dict[str, object] = {"state": state, "status_code": None, "message": message, "changed_at": now}
    if operation_id is not None:
        values["operation_id"] = operation_id
    db.execute(update(SyncState).where(*held).values(**values), execution_options={"synchronize_session": False})


def mark_refused(db: Session, connection_id: int, reasons: Mapping[int, str], *, now: datetime) -> None:
    """Give documents whose operation could not be rendered the state *problem*, each with its reason."""
    if not reasons:
        return
    states = table_of(SyncState)
    move = (
        update(states)
        .where(states.c.connection_id == connection_id, states.c.operation_id == bindparam("operation"))
        .values(state=DocumentState.PROBLEM, message=bindparam("why"), changed_at=now)
    )
    rows = [{"operation": operation_id, "why": reason} for operation_id, reason in reasons.items()]
    db.connection().execute(move, rows)
