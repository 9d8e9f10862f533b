"""Tables of the talk with the Web Connector: update sessions, and the message sets they exchanged."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from qbwc_service.store.base import Base, one_of, within
from qbwc_service.store.states import MessageSetPurpose, MessageSetState, SessionEnd, SessionState
from qbwc_service.store.types import CompressedText, Json, UtcDateTime, Word

IS_UNSETTLED = text("message_sets.state NOT IN ('applied', 'settled')")
"""Word for word the condition of the partial index: SQLite uses the index only where it stands in the statement."""


class UpdateSession(Base):
    """One run of the Web Connector, authenticate … closeConnection; the ticket is kept as its SHA-256.

    ``progress`` is the last percentage told. The set that is out is the one message set in the state *sent*.
    """

    __tablename__ = "update_sessions"
    __table_args__ = (
        ForeignKeyConstraint(["connection_id"], ["connections.id"]),
        within("installs", "install_id"),
        one_of("state", SessionState),
        one_of("end_reason", SessionEnd),
        UniqueConstraint("connection_id", "ticket_hash"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("state = 'open' OR end_reason IS NOT NULL", name="ended_for_a_reason"),
        Index(
            "uq_update_sessions_one_open",
            "connection_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    install_id: Mapped[int] = mapped_column(BigInteger)
    ticket_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[SessionState] = mapped_column(Word(SessionState))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_call_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[SessionEnd | None] = mapped_column(Word(SessionEnd))
    is_identified: Mapped[bool] = mapped_column(server_default=false())
    company_file_path: Mapped[str | None]
    progress: Mapped[int] = mapped_column(server_default="0")
    done_count: Mapped[int] = mapped_column(server_default="0")
    failed_count: Mapped[int] = mapped_column(server_default="0")
    connection_tries: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]


class MessageSet(Base):
    """One qbXML document handed out in one sendRequestXML, and its answer, byte for byte.

    ``request`` is committed before the text leaves; ``answer`` before it is understood. ``new_message_set_id`` is the
    ID under which QuickBooks keeps the outcome (sets with a write only). ``recovers_id`` is the set whose kept answer
    this one asks for. ``apply_attempts`` counts how often the answer could not be applied.
    """

    __tablename__ = "message_sets"
    __table_args__ = (
        ForeignKeyConstraint(["connection_id"], ["connections.id"]),
        within("update_sessions", "update_session_id"),
        within("message_sets", "recovers_id"),
        one_of("state", MessageSetState),
        one_of("purpose", MessageSetPurpose),
        UniqueConstraint("connection_id", "new_message_set_id"),
        CheckConstraint("state = 'settled' OR (state IN ('sent', 'unknown')) = (answered_at IS NULL)", name="answered"),
        CheckConstraint("(state = 'applied') = (applied_at IS NOT NULL)", name="applied"),
        CheckConstraint("(purpose = 'recovery') = (recovers_id IS NOT NULL)", name="recovers"),
        Index(
            "uq_message_sets_one_sent",
            "connection_id",
            "update_session_id",
            unique=True,
            sqlite_where=text("state = 'sent'"),
            postgresql_where=text("state = 'sent'"),
        ),
        Index(
            "ix_message_sets_unsettled",
            "connection_id",
            "id",
            sqlite_where=text("state NOT IN ('applied', 'settled')"),
            postgresql_where=text("state NOT IN ('applied', 'settled')"),
        ),
    )

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    update_session_id: Mapped[int] = mapped_column(BigInteger)
    purpose: Mapped[MessageSetPurpose] = mapped_column(Word(MessageSetPurpose))
    state: Mapped[MessageSetState] = mapped_column(Word(MessageSetState))
    new_message_set_id: Mapped[str | None] = mapped_column(String(24))
    operation_ids: Mapped[list[int]] = mapped_column(Json)
    request: Mapped[str] = mapped_column(CompressedText, deferred=True)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(CompressedText, deferred=True)
    hresult: Mapped[str | None] = mapped_column(String(64))
    hresult_message: Mapped[str | None]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    apply_error: Mapped[str | None]
    recovers_id: Mapped[int | None] = mapped_column(BigInteger)
    apply_attempts: Mapped[int] = mapped_column(server_default="0")
