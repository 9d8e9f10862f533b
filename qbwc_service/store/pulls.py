"""Tables of pulling: how far each entity of a connection is mirrored, what is fetched by id, what a set asked for."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from qbwc_service.store.base import Base, one_of
from qbwc_service.store.states import PullPhase
from qbwc_service.store.types import Json, JsonOrNull, UtcDateTime, Word


class Cursor(Base):
    """How far one entity of one connection has been pulled. All progress stands here, none in a process.

    ``covered_from`` is the first day of which, and after which, the transactions are here. ``window`` is the question
    whose answer comes in several pages; its ``iterator_id`` is good only in the update session
    ``iterator_session_id``. ``is_cut`` says that this broke off, so that the ids of the window are compared before
    anything of it is asked again. ``high_water`` is the largest TimeModified seen, as QuickBooks wrote it but without
    its offset; ``next_high_water`` is what it will be when the iteration has ended. While the history is pulled,
    ``remaining_count`` is how many objects are older than ``covered_from``. ``rests`` says what is not asked for a
    while, and why.
    """

    __tablename__ = "cursors"
    __table_args__ = (
        ForeignKeyConstraint(["connection_id"], ["connections.id"]),
        one_of("phase", PullPhase),
        CheckConstraint("page_size BETWEEN 25 AND 1000", name="page_size"),
        CheckConstraint("(iterator_id IS NULL) = (iterator_session_id IS NULL)", name="iterator"),
        Index("ix_cursors_due", "connection_id", "due_at"),
    )

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entity: Mapped[str] = mapped_column(String(32), primary_key=True)
    phase: Mapped[PullPhase] = mapped_column(Word(PullPhase))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    covered_from: Mapped[str | None] = mapped_column(String(10))
    window: Mapped[dict[str, object] | None] = mapped_column(JsonOrNull)
    window_days: Mapped[int] = mapped_column(server_default="31")
    is_cut: Mapped[bool] = mapped_column(server_default=false())
    iterator_id: Mapped[str | None] = mapped_column(String(64))
    iterator_session_id: Mapped[int | None] = mapped_column(BigInteger)
    page_number: Mapped[int] = mapped_column(server_default="0")
    remaining_count: Mapped[int | None]
    window_rows: Mapped[int] = mapped_column(server_default="0")

    high_water: Mapped[str | None] = mapped_column(String(32))
    next_high_water: Mapped[str | None] = mapped_column(String(32))

    row_count: Mapped[int] = mapped_column(server_default="0")
    expected_count: Mapped[int | None]
    page_size: Mapped[int] = mapped_column(server_default="100")
    page_seconds: Mapped[float | None]
    page_characters: Mapped[int | None]
    page_rows: Mapped[int | None]

    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recent_done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pulled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    compared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    compare_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    quickbooks_count: Mapped[int | None]
    mirror_count: Mapped[int | None]
    swept_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    comparison: Mapped[dict[str, object] | None] = mapped_column(JsonOrNull)

    rests: Mapped[dict[str, dict[str, object]] | None] = mapped_column(JsonOrNull)


class PullId(Base):
    """One object that is fetched by its id: its balance may have changed, or it is missing in the mirror.

    ``tries`` is how often a question with it failed; after the first time it is asked for alone.
    """

    __tablename__ = "pull_ids"
    __table_args__ = (ForeignKeyConstraint(["connection_id", "entity"], ["cursors.connection_id", "cursors.entity"]),)

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entity: Mapped[str] = mapped_column(String(32), primary_key=True)
    object_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(server_default="0")


class PullSet(Base):
    """What a message set of the purpose *pull* asks for, one entry for each request in order."""

    __tablename__ = "pull_sets"
    __table_args__ = (
        ForeignKeyConstraint(["connection_id", "message_set_id"], ["message_sets.connection_id", "message_sets.id"]),
    )

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    message_set_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    questions: Mapped[list[dict[str, object]]] = mapped_column(Json)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
