"""Read documents as people see them: how each one stands, and what QuickBooks made of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, select
from sqlalchemy.orm import Session

from qbwc_service.errors import NotFoundError
from qbwc_service.queue import OperationInfo, list_operations
from qbwc_service.store import Document, DocumentKind, DocumentState, Link, SyncState
from qbwc_service.store.mirror_transactions import qb_credit_memos, qb_invoices
from qbwc_service.sync.agreed import ID
from qbwc_service.sync.custom_fields import FieldInfo, list_fields

SHOWN_OPERATIONS = 50
BALANCES = (
    ("Invoice", qb_invoices, "balance_remaining_cents"),
    ("CreditMemo", qb_credit_memos, "credit_remaining_cents"),
)
"""Where the mirror has what is left of the record of a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInfo:
    """How one document stands. ``total`` and ``balance_remaining`` are QuickBooks' last words on its amounts.

    What the mirror has seen since counts before what the document's own operations told.
    """

    id: int
    kind: DocumentKind
    external_id: str
    state: DocumentState
    message: str | None
    status_code: str | None
    quickbooks_id: str | None
    object_type: str | None
    edit_sequence: str | None
    total: Decimal | None
    balance_remaining: Decimal | None
    operation_id: int
    created_at: datetime
    updated_at: datetime
    changed_at: datetime
    synced_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineInfo:
    """One line in QuickBooks that is the document's: its place in the document (None: the text of a source)."""

    txn_line_id: str
    line: int | None
    source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDetails:
    """One document with its content as accepted, and the operations that were made of it, newest first.

    ``lines`` are its lines as they were when it was last in step with QuickBooks, ``custom_fields`` what was last to be
    set beside it.
    """

    document: DocumentInfo
    body: Mapping[str, object]
    lines: tuple[LineInfo, ...]
    custom_fields: tuple[FieldInfo, ...]
    operations: tuple[OperationInfo, ...]


def list_documents(
    db: Session,
    connection_id: int,
    *,
    kind: DocumentKind | None = None,
    state: DocumentState | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[DocumentInfo]:
    """Give the connection's documents, newest first; ``before`` goes on after the last one's ``id``."""
    query = _select(connection_id).order_by(Document.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(Document.kind == kind)
    if state is not None:
        query = query.where(SyncState.state == state)
    if before is not None:
        query = query.where(Document.id < before)
    return [_info(document, standing, link, mirrored) for document, standing, link, *mirrored in db.execute(query)]


def get_document(db: Session, connection_id: int, kind: DocumentKind, *, external_id: str) -> DocumentDetails:
    """Give one document; NotFoundError where the connection has none of that kind and external id."""
    wanted = _select(connection_id).where(Document.kind == kind, Document.external_id == external_id)
    row = db.execute(wanted).one_or_none()
    if row is None:
        raise NotFoundError(
            f"{kind.value} {external_id!r} does not exist in connection {connection_id}",
            field="external_id",
            remedy=f"list them with: qbwc-service documents list {connection_id} --kind {kind.value}",
        )
    document, standing, link, *mirrored = row
    operations = list_operations(db, connection_id, document_id=document.id, limit=SHOWN_OPERATIONS)
    return DocumentDetails(
        document=_info(document, standing, link, mirrored),
        body=document.body,
        lines=tuple(_lines(link)) if link else (),
        custom_fields=tuple(list_fields(db, connection_id, document.id)),
        operations=tuple(operations),
    )


def count_documents(db: Session, connection_id: int) -> dict[DocumentState, int]:
    """Say how many documents of the connection are in each state; states that none is in are left out."""
    counts = select(SyncState.state, func.count()).where(SyncState.connection_id == connection_id)
    found = dict(db.execute(counts.group_by(SyncState.state)).all())
    return {state: found[state] for state in DocumentState if state in found}


def _select(connection_id: int) -> Select[*tuple[Any, ...]]:
    """Select documents with how they stand, their links, and when the mirror read which balance of the record."""
    standing = (SyncState.connection_id == Document.connection_id) & (SyncState.document_id == Document.id)
    linked = (Link.connection_id == Document.connection_id) & (Link.document_id == Document.id)
    mirrored = [(table, _is_record(table, object_type)) for object_type, table, _ in BALANCES]
    read_at = func.coalesce(*(table.c.pulled_at for _, table, _ in BALANCES))
    balance = func.coalesce(*(table.c[column] for _, table, column in BALANCES))
    query = select(Document, SyncState, Link, read_at, balance).join(SyncState, standing).outerjoin(Link, linked)
    for table, is_record in mirrored:
        query = query.outerjoin(table, is_record)
    return query.where(Document.connection_id == connection_id)


def _is_record(table: Table, object_type: str) -> ColumnElement[bool]:
    """Say, in SQL, that a row of the mirror is the record that the link at hand names."""
    its_id = (table.c.connection_id == Link.connection_id) & (table.c.txn_id == Link.quickbooks_id)
    return its_id & (Link.object_type == object_type) & table.c.deleted_at.is_(None)


def _balance(standing: SyncState, mirrored: Sequence[Any]) -> Decimal | None:
    read_at, balance = mirrored
    told_at = standing.balance_at if standing.balance_remaining is not None else None
    is_newer = read_at is not None and (told_at is None or read_at > told_at)
    return balance if is_newer else standing.balance_remaining


def _lines(link: Link) -> Iterator[LineInfo]:
    kept = (link.agreed or {}).get("lines")
    for line in kept if isinstance(kept, list) else ():
        yield LineInfo(txn_line_id=line[ID], line=line.get("line"), source=line.get("source"))


def _info(document: Document, standing: SyncState, link: Link | None, mirrored: Sequence[Any]) -> DocumentInfo:
    return DocumentInfo(
        id=document.id,
        kind=document.kind,
        external_id=document.external_id,
        state=standing.state,
        message=standing.message,
        status_code=standing.status_code,
        quickbooks_id=link.quickbooks_id if link else None,
        object_type=link.object_type if link else None,
        edit_sequence=link.edit_sequence if link else None,
        total=standing.total,
        balance_remaining=_balance(standing, mirrored),
        operation_id=standing.operation_id,
        created_at=document.created_at,
        updated_at=document.updated_at,
        changed_at=standing.changed_at,
        synced_at=standing.synced_at,
    )
