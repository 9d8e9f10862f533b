"""Read a connection's cursors, begin them, and the few moves that every answer makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from qbwc_service.store import Connection, Cursor, PullId, PullPhase
from qbwc_service.sync.pull.entities import CURSORS
from qbwc_service.sync.pull.page_size import FIRST
from qbwc_service.sync.pull.questions import Question, Topic
from qbwc_service.sync.pull.rests import may_ask
from qbwc_service.sync.pull.state import PullSettings, PullState


@dataclass(slots=True, kw_only=True)
class Pull:
    """All that is known of a connection's pulling, read in one go. ``save`` writes the state back."""

    connection: Connection
    cursors: dict[str, Cursor]
    waiting_ids: dict[str, int]
    settings: PullSettings
    state: PullState

    def rests(self, now: datetime) -> bool:
        """Say whether nothing is pulled now: somebody paused it, or these are the quiet hours."""
        return self.connection.is_pull_paused or self.settings.find_end_of_rest(now) is not None

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


def open_window(cursor: Cursor, question: Question) -> None:
    """Keep what a cursor is about to ask page by page."""
    cursor.window = question.to_json()
    cursor.page_number = cursor.window_rows = 0
    cursor.is_cut = False
    drop_iterator(cursor)


def window_of(cursor: Cursor) -> Question | None:
    """Give the question that is under way."""
    return None if cursor.window is None else Question.from_json(cursor.window)


def is_under_way(cursor: Cursor) -> bool:
    """Say whether a part of a window is here, and the rest is not."""
    return cursor.iterator_id is not None or cursor.is_cut


def drop_iterator(cursor: Cursor) -> None:
    """Forget an iterator: it ended, or its session did."""
    cursor.iterator_id = cursor.iterator_session_id = None


def drop_lost_iterators(cursors: Mapping[str, Cursor], update_session_id: int | None, *, now: datetime) -> None:
    """Forget the iterators of other sessions: an iterator is good only in the session that began it."""
    for cursor in cursors.values():
        if cursor.iterator_id is not None and cursor.iterator_session_id != update_session_id:
            cut_window(cursor, now=now)


def cut_window(cursor: Cursor, *, now: datetime) -> bool:
    """Let the ids of a window tell what of it is not here; False where they are not asked now: it begins anew."""
    drop_iterator(cursor)
    cursor.is_cut = cursor.window is not None and may_ask(cursor, Topic.IDS, now=now)
    return cursor.is_cut
