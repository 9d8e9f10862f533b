"""Tables of the queue: operations, what they wait for, and every attempt that was made."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from qbwc_service.store.base import Base, one_of, within
from qbwc_service.store.states import Inquiry, OperationState
from qbwc_service.store.types import JsonOrNull, UtcDateTime, Word

IS_UNFINISHED = text("operations.state IN ('blocked', 'sent', 'unknown')")
"""Word for word the condition of the partial index: SQLite uses the index only where it stands in the statement."""

IS_BACKED_OFF = text("earlier.state = 'waiting' AND earlier.retries > 0")
"""The same of operations, aliased as ``earlier``, that QuickBooks could not do when they were handed out last."""


class Operation(Base):
    """One thing to do in QuickBooks.

    Either ``body`` holds the request's values (qbXML handed in), or ``document_id`` names the document from which the
    request is rendered when it is handed out. ``message_set_id`` is the set that carries it now or carried it last.
    Lower ``priority`` goes first. ``attempts`` counts hand-outs, ``retries`` those after which
    QuickBooks could not do it just then. ``batch_limit`` is how many operations a set that
    carries this one may hold: it is halved each time QuickBooks refuses a whole set, until the bad one is alone.
    ``inquiry`` is what QuickBooks has to be asked about it first, ``inquiries`` how often it was asked in a row.
    ``edit_sequence`` is the record's, read for a change that leaves it to the service. ``decided`` is what a look into
    QuickBooks, or a person, decided about an operation of a document (docs/architecture.md).
    """

    __tablename__ = "operations"
    __table_args__ = (
        ForeignKeyConstraint(["connection_id"], ["connections.id"]),
        within("documents", "document_id"),
        within("message_sets", "message_set_id", deferred=True),
        one_of("state", OperationState),
        CheckConstraint("(body IS NULL) <> (document_id IS NULL)", name="body_or_document"),
        CheckConstraint("state NOT IN ('sent', 'unknown') OR message_set_id IS NOT NULL", name="sent_in_a_set"),
        CheckConstraint(
            "(state IN ('done', 'failed', 'cancelled', 'superseded')) = (finished_at IS NOT NULL)", name="finished"
        ),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("batch_limit >= 1", name="batch_limit"),
        one_of("inquiry", Inquiry),
        CheckConstraint(
            "inquiry IS NULL OR inquiry NOT IN ('stored_answer', 'outcome') OR state = 'unknown'", name="inquiry_fits"
        ),
        Index(
            "ix_operations_waiting",
            "connection_id",
            "priority",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_operations_unfinished",
            "connection_id",
            "state",
            sqlite_where=text("state IN ('blocked', 'sent', 'unknown')"),
            postgresql_where=text("state IN ('blocked', 'sent', 'unknown')"),
        ),
        Index(
            "ix_operations_inquiry",
            "connection_id",
            "id",
            sqlite_where=text("inquiry IS NOT NULL"),
            postgresql_where=text("inquiry IS NOT NULL"),
        ),
        Index(
            "ix_operations_backed_off",
            "connection_id",
            "priority",
            "id",
            sqlite_where=text("state = 'waiting' AND retries > 0"),
            postgresql_where=text("state = 'waiting' AND retries > 0"),
        ),
        Index("ix_operations_message_set", "connection_id", "message_set_id"),
        Index("ix_operations_document", "connection_id", "document_id"),
    )

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    request: Mapped[str] = mapped_column(String(64))
    is_write: Mapped[bool]
    body: Mapped[dict[str, object] | None] = mapped_column(JsonOrNull)
    document_id: Mapped[int | None] = mapped_column(BigInteger)
    external_guid: Mapped[str | None] = mapped_column(String(38))
    priority: Mapped[int]
    state: Mapped[OperationState] = mapped_column(Word(OperationState))
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int]
    retries: Mapped[int] = mapped_column(server_default="0")
    batch_limit: Mapped[int | None]
    message_set_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    inquiry: Mapped[Inquiry | None] = mapped_column(Word(Inquiry))
    inquiries: Mapped[int] = mapped_column(server_default="0")
    edit_sequence: Mapped[str | None] = mapped_column(String(16))
    decided: Mapped[dict[str, object] | None] = mapped_column(JsonOrNull)
    readings: Mapped[int] = mapped_column(server_default="0")


class OperationDependency(Base):
    """``operation_id`` must not be handed out before ``depends_on_id`` is done."""

    __tablename__ = "operation_dependencies"
    __table_args__ = (
        within("operations", "operation_id"),
        within("operations", "depends_on_id"),
        CheckConstraint("operation_id <> depends_on_id", name="not_itself"),
        Index("ix_operation_dependencies_depends_on", "connection_id", "depends_on_id"),
    )

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    operation_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    depends_on_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class Attempt(Base):
    """One hand-out of one operation, and what QuickBooks said to it."""

    __tablename__ = "attempts"
    __table_args__ = (
        within("operations", "operation_id"),
        within("message_sets", "message_set_id"),
        CheckConstraint("number >= 1", name="number"),
        Index("ix_attempts_message_set", "connection_id", "message_set_id"),
    )

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    operation_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    message_set_id: Mapped[int] = mapped_column(BigInteger)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status_code: Mapped[str | None] = mapped_column(String(64))
    status_message: Mapped[str | None]
    result: Mapped[dict[str, object] | None] = mapped_column(JsonOrNull, deferred=True)
