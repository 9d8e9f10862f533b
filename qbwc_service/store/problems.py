"""The tables of problems: why something does not sync, with evidence, and which records that is about."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from qbwc_service.store.base import Base, within
from qbwc_service.store.states import ProblemReason
from qbwc_service.store.types import Json, UtcDateTime, Word


class Problem(Base):
    """One reason why a document, an operation or the whole connection does not sync.

    ``subject`` says what it is about (``document:12``, ``operation:34``, ``record:C5-1417118624``, ``connection``): a
    subject has each reason at most once while it is open. ``cause_id`` is the operation that holds this one up.
    ``closed_by`` is ``itself`` where the cause went away, or the person who dealt with it. Reasons have no CHECK: every
    release knows more.
    """

    __tablename__ = "problems"
    __table_args__ = (
        ForeignKeyConstraint(["connection_id"], ["connections.id"]),
        within("documents", "document_id"),
        within("operations", "operation_id"),
        within("operations", "cause_id"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed"),
        Index(
            "uq_problems_one_open",
            "connection_id",
            "subject",
            "reason",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_problems_open_reason",
            "connection_id",
            "reason",
            "seen_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_problems_document", "connection_id", "document_id"),
        Index("ix_problems_cause", "connection_id", "cause_id"),
    )

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(String(48))
    document_id: Mapped[int | None] = mapped_column(BigInteger)
    operation_id: Mapped[int | None] = mapped_column(BigInteger)
    cause_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[ProblemReason] = mapped_column(Word(ProblemReason))
    message: Mapped[str]
    evidence: Mapped[dict[str, object]] = mapped_column(Json)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(String(200))


class ProblemRecord(Base):
    """What an open problem that is checked again is about: the id of a record, or the name of an entry (``name:…``).

    ``changed_at`` is set where the mirror showed since that it changed: the problem is checked again at once.
    """

    __tablename__ = "problem_records"
    __table_args__ = (
        within("problems", "problem_id"),
        Index("ix_problem_records_problem", "connection_id", "problem_id"),
        Index(
            "ix_problem_records_changed",
            "connection_id",
            "problem_id",
            sqlite_where=text("changed_at IS NOT NULL"),
            postgresql_where=text("changed_at IS NOT NULL"),
        ),
    )

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    record: Mapped[str] = mapped_column(String(255), primary_key=True)
    problem_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
