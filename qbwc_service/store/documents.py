"""Tables of what was handed to us and how it stands: documents, their links and their sync states."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qbwc_service.store.base import Base, one_of, within
from qbwc_service.store.states import DocumentKind, DocumentState
from qbwc_service.store.types import Json, JsonOrNull, Money, UtcDateTime, Word


class Document(Base):
    """What the customer's program handed us, in the shape of docs/documents.md.

    ``fingerprint`` is the SHA-256 of the body's canonical JSON: the same content again is no change.
    """

    __tablename__ = "documents"
    __table_args__ = (
        ForeignKeyConstraint(["connection_id"], ["connections.id"]),
        one_of("kind", DocumentKind),
        UniqueConstraint("connection_id", "kind", "external_id"),
    )

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[DocumentKind] = mapped_column(Word(DocumentKind))
    external_id: Mapped[str] = mapped_column(String(200))
    body: Mapped[dict[str, object]] = mapped_column(Json)
    fingerprint: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Link(Base):
    """The pairing of a document with its object in QuickBooks, as last agreed.

    ``agreed`` holds both sides of that moment: our ``body`` and QuickBooks' ``record`` (sync/agreed.py).
    """

    __tablename__ = "links"
    __table_args__ = (
        within("documents", "document_id"),
        # QuickBooks' ids are unique within a type of object, not across them [Intuit's on-screen reference].
        UniqueConstraint("connection_id", "object_type", "quickbooks_id"),
    )

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    document_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    object_type: Mapped[str] = mapped_column(String(64))
    quickbooks_id: Mapped[str] = mapped_column(String(36))
    edit_sequence: Mapped[str | None] = mapped_column(String(16))
    external_guid: Mapped[str | None] = mapped_column(String(38))
    fingerprint: Mapped[str] = mapped_column(String(64))
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    agreed: Mapped[dict[str, object] | None] = mapped_column(JsonOrNull)


class SyncState(Base):
    """How one document stands, its last outcome, and what QuickBooks last said of its amounts.

    ``operation_id`` is the operation that decides the state now. ``balance_at`` is when the balance was last told: what
    the mirror has read since counts before it.
    """

    __tablename__ = "sync_states"
    __table_args__ = (
        within("documents", "document_id"),
        within("operations", "operation_id"),
        one_of("state", DocumentState),
        CheckConstraint("state <> 'problem' OR message IS NOT NULL", name="problem_has_a_message"),
        Index("ix_sync_states_state", "connection_id", "state"),
        Index("ix_sync_states_operation", "connection_id", "operation_id"),
    )

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    document_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    state: Mapped[DocumentState] = mapped_column(Word(DocumentState))
    operation_id: Mapped[int] = mapped_column(BigInteger)
    status_code: Mapped[str | None] = mapped_column(String(64))
    message: Mapped[str | None]
    total: Mapped[Decimal | None] = mapped_column("total_cents", Money)
    balance_remaining: Mapped[Decimal | None] = mapped_column("balance_remaining_cents", Money)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    synced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    balance_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
