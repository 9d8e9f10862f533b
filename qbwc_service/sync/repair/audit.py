"""Keep what people did: who, when, why, and how the document stood before and after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from qbwc_service.errors import NotFoundError
from qbwc_service.store import AuditEntry, Document, DocumentKind, Link, Operation, SyncState, allocate_ids
from qbwc_service.sync.problems.actions import ProblemAction

LINK_COLUMNS = ("object_type", "quickbooks_id", "edit_sequence", "external_guid", "fingerprint", "agreed")

Standing = dict[str, object]
"""How a document stands, as JSON: its state, the operation that decides it, its link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One action of a person: who does it, and when; ``quickbooks_id`` is the record to link, ``note`` says why."""

    action: ProblemAction
    by: str
    now: datetime
    quickbooks_id: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditInfo:
    """One action as people see it."""

    id: int
    action: str
    kind: DocumentKind | None
    external_id: str | None
    problem_id: int | None
    document_id: int | None
    done_by: str
    done_at: datetime
    note: str | None
    before: Mapping[str, object]
    after: Mapping[str, object]
    undone_at: datetime | None
    undone_by: str | None


def standing_of(db: Session, connection_id: int, document_id: int | None) -> Standing:
    """Say how a document stands now; nothing for what is about no document."""
    if document_id is None:
        return {}
    held = (SyncState.connection_id == connection_id, SyncState.document_id == document_id)
    same = (Operation.connection_id == SyncState.connection_id) & (Operation.id == SyncState.operation_id)
    query = select(SyncState.state, SyncState.message, Operation.id, Operation.state).join(Operation, same)
    state, message, operation_id, operation_state = db.execute(query.where(*held)).one()
    link = db.get(Link, (connection_id, document_id), populate_existing=True)
    return {
        "state": state.value,
        "message": message,
        "operation_id": operation_id,
        "operation_state": operation_state.value,
        "link": None if link is None else {name: getattr(link, name) for name in LINK_COLUMNS},
    }


def record_deed(
    db: Session,
    connection_id: int,
    deed: Deed,
    *,
    document_id: int | None,
    problem_id: int | None,
    before: Standing,
) -> int:
    """Keep what was done, with how the document stands now; gives its number."""
    (number,) = allocate_ids(db, "audit_entries")
    row = {
        "connection_id": connection_id,
        "id": number,
        "problem_id": problem_id,
        "document_id": document_id,
        "action": deed.action.value,
        "done_by": deed.by,
        "done_at": deed.now,
        "note": deed.note,
        "before": before,
        "after": standing_of(db, connection_id, document_id),
    }
    db.execute(insert(AuditEntry), [row])
    return number


def list_deeds(
    db: Session, connection_id: int, *, document_id: int | None = None, before: int | None = None, limit: int = 100
) -> list[AuditInfo]:
    """Give what people did, newest first."""
    query = select(AuditEntry, Document.kind, Document.external_id).outerjoin(
        Document,
        (Document.connection_id == AuditEntry.connection_id) & (Document.id == AuditEntry.document_id),
    )
    query = query.where(AuditEntry.connection_id == connection_id).order_by(AuditEntry.id.desc()).limit(limit)
    if document_id is not None:
        query = query.where(AuditEntry.document_id == document_id)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return [_info(*row) for row in db.execute(query)]


def get_deed(db: Session, connection_id: int, deed_id: int) -> AuditInfo:
    """Give one action; NotFoundError where the connection has none of that number."""
    found = list_deeds(db, connection_id, before=deed_id + 1, limit=1)
    if not found or found[0].id != deed_id:
        message = f"action {deed_id} does not exist in connection {connection_id}"
        remedy = f"list them with: qbwc-service problems history {connection_id}"
        raise NotFoundError(message, field="action", remedy=remedy)
    return found[0]


def _info(entry: AuditEntry, kind: DocumentKind | None, external_id: str | None) -> AuditInfo:
    return AuditInfo(
        id=entry.id,
        action=entry.action,
        kind=kind,
        external_id=external_id,
        problem_id=entry.problem_id,
        document_id=entry.document_id,
        done_by=entry.done_by,
        done_at=entry.done_at,
        note=entry.note,
        before=entry.before,
        after=entry.after,
        undone_at=entry.undone_at,
        undone_by=entry.undone_by,
    )
