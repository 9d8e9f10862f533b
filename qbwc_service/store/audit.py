"""The table of what people did about documents and problems."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from qbwc_service.store.base import Base, within
from qbwc_service.store.types import Json, UtcDateTime


class AuditEntry(Base):
    """One action of a person: who, when, why, and how the document stood before and after it."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        ForeignKeyConstraint(["connection_id"], ["connections.id"]),
        within("problems", "problem_id"),
        within("documents", "document_id"),
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone"),
        Index("ix_audit_entries_document", "connection_id", "document_id"),
    )

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    problem_id: Mapped[int | None] = mapped_column(BigInteger)
    document_id: Mapped[int | None] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(32))
    done_by: Mapped[str] = mapped_column(String(200))
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str | None]
    before: Mapped[dict[str, object]] = mapped_column(Json)
    after: Mapped[dict[str, object]] = mapped_column(Json)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(200))
