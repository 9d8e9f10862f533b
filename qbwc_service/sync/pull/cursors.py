"""Read a connection's cursors, begin them, and the few moves that every answer makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from qbwc_service.store import Connection, Cursor, PullId, PullPhase
from qbwc_service.sync.pull.entities import CURSORS
from qbwc_service.sync.pull.page_size import FIRST
from qbwc_service.sync.pull.questions import Question
from qbwc_service.sync.pull.state import PullSettings, PullState

BACK_OFF, LONGEST_BACK_OFF = timedelta(minutes=5), timedelta(hours=12)


@dataclass(slots=True, kw_only=True)
class Pull:
    """All that is known of a connection's pulling, read in one go. ``save`` writes the state back."""

    connection: Connection
    cursors: dict[str, Cursor]
    waiting_ids: dict[str, int]
    settings: PullSettings
    state: PullState

    def save(self) -> None:
        """Hand the state to the connection's row; the caller commits."""
        self.connection.pull_state = self.state.to_json()


def read_pull(db: Session, connection: Connection) -> Pull | None:
    """Read everything; None where the connection is not mirrored."""
    if not connection.is_mirrored:
        return None
    found = db.scalars(select(Cursor).where(Cursor.connection_id == connection.id))
    cursors = {cursor.entity: cursor for cursor in found}
    counts = select(PullId.entity, func.count()).where(PullId.connection_id == connection.id)
    return Pull(
        connection=connection,
        cursors={name: cursors[name] for name in CURSORS if name in cursors},
        waiting_ids={row[0]: row[1] for row in db.execute(counts.group_by(PullId.entity))},
        settings=PullSettings.read(connection.pull_settings),
        state=PullState.read(connection.pull_state),
    )


def begin_cursors(db: Session, connection_id: int, *, now: datetime) -> None:
    """Put a cursor for everything that is mirrored and has none yet."""
    known = set(db.scalars(select(Cursor.entity).where(Cursor.connection_id == connection_id)))
    rows = [
        {
            "connection_id": connection_id,
            "entity": entity,
            "phase": PullPhase.RECENT,
            "page_size": FIRST,
            "due_at": now,
            "started_at": now,
        }
        for entity in CURSORS
        if entity not in known
    ]
    if rows:
        db.execute(insert(Cursor), rows)


def has_due_pull(connection_id: int, *, now: datetime) -> ColumnElement[bool]:
    """Say, in SQL, that the connection has something to pull now; stands in a query of connections."""
    has_history = and_(Cursor.phase == PullPhase.HISTORY, Cursor.failures == 0)
    is_due = exists(
        select(Cursor.entity).where(Cursor.connection_id == connection_id, or_(Cursor.due_at <= now, has_history))
    )
    waits = exists(
        select(PullId.entity)
        .join(Cursor, and_(Cursor.connection_id == PullId.connection_id, Cursor.entity == PullId.entity))
        .where(PullId.connection_id == connection_id, or_(Cursor.failures == 0, Cursor.due_at <= now))
    )
    return and_(
        Connection.is_mirrored,
        ~Connection.is_pull_paused,
        or_(Connection.pull_rests_until.is_(None), Connection.pull_rests_until <= now),
        or_(is_due, waits),
    )


def open_window(cursor: Cursor, question: Question) -> None:
    """Keep what a cursor is about to ask page by page."""
    cursor.window = question.to_json()
    cursor.page_number = cursor.window_rows = 0
    cursor.is_cut = False
    drop_iterator(cursor)


def window_of(cursor: Cursor) -> Question | None:
    """Give the question that is under way."""
    return None if cursor.window is None else Question.from_json(cursor.window)


def drop_iterator(cursor: Cursor) -> None:
    """Forget an iterator: it ended, or its session did."""
    cursor.iterator_id = cursor.iterator_session_id = None


def drop_lost_iterators(cursors: Mapping[str, Cursor], update_session_id: int) -> None:
    """Forget the iterators of other sessions: an iterator is good only in the session that began it."""
    for cursor in cursors.values():
        if cursor.iterator_id is not None and cursor.iterator_session_id != update_session_id:
            drop_iterator(cursor)
            cursor.is_cut = cursor.page_number > 0


def note_failure(cursor: Cursor, reason: str, *, now: datetime, wait: timedelta | None = None) -> None:
    """Keep why a question could not be answered; it is asked again, later each time."""
    cursor.failures += 1
    cursor.last_error = reason
    cursor.due_at = now + (wait or min(BACK_OFF * 2 ** min(cursor.failures - 1, 10), LONGEST_BACK_OFF))
    cursor.is_cut = cursor.is_cut or (cursor.iterator_id is not None and cursor.page_number > 0)
    drop_iterator(cursor)


def note_success(cursor: Cursor, *, now: datetime) -> None:
    """Forget earlier failures."""
    cursor.failures, cursor.last_error, cursor.goes_alone = 0, None, False
    cursor.pulled_at = now
