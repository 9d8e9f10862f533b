"""How far a connection's mirror is: a percentage for the Web Connector's bar, figures and times for people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from qbwc_service.store import Connection, Cursor, PullPhase
from qbwc_service.sync.pull.cursors import Pull, drop_lost_iterators, read_pull
from qbwc_service.sync.pull.entities import ENTITIES
from qbwc_service.sync.pull.phases import settle_phases
from qbwc_service.sync.pull.plan import plan_questions
from qbwc_service.sync.pull.questions import Topic
from qbwc_service.sync.pull.rests import is_refused

ALL, MOST_UNFINISHED = 100, 99


@dataclass(frozen=True, slots=True, kw_only=True)
class PullDepth:
    """Whether anything is to be pulled now, and how far the first sync is; 100 where nothing is left."""

    is_due: bool
    percent: int


def measure_pull(
    db: Session, connection: Connection, *, update_session_id: int | None = None, now: datetime
) -> PullDepth:
    """Say what is left of this connection's pulling, in a session, or before there is one."""
    nothing = PullDepth(is_due=False, percent=ALL)
    if not connection.is_mirrored:
        return nothing
    db.flush()
    pull = read_pull(db, connection)
    if pull is None or pull.rests(now):
        return nothing
    drop_lost_iterators(pull.cursors, update_session_id, now=now)
    settle_phases(pull, now=now)
    pull.save()
    is_due = bool(plan_questions(pull, now=now))
    return PullDepth(is_due=is_due, percent=min(percent_of(pull), MOST_UNFINISHED) if is_due else ALL)


def percent_of(pull: Pull) -> int:
    """Give how much of the first sync is done, by the rows that QuickBooks has; all of it once it is over.

    What QuickBooks refuses does not count.
    """
    cursors = [cursor for cursor in mirrored(pull.cursors.values()) if not is_refused(cursor, Topic.FIRST_SYNC)]
    if all(cursor.done_at is not None for cursor in cursors):
        return ALL
    expected = sum(max(cursor.expected_count or 0, cursor.row_count) for cursor in cursors)
    done = sum(expected_rows(cursor) for cursor in cursors)
    return ALL * done // expected if expected else 0


def expected_rows(cursor: Cursor) -> int:
    """Give how many of the expected rows are here; all of them when an entity is done."""
    expected = max(cursor.expected_count or 0, cursor.row_count)
    return expected if cursor.phase is PullPhase.INCREMENTAL else min(cursor.row_count, expected)


def estimate_time(cursor: Cursor) -> timedelta | None:
    """Give how long an entity's first sync will still take, at the pace of its last page; None where nobody knows."""
    if cursor.phase is PullPhase.INCREMENTAL:
        return timedelta(0)
    if cursor.expected_count is None or not cursor.page_rows or cursor.page_seconds is None:
        return None
    left = max(cursor.expected_count - cursor.row_count, 0)
    return timedelta(seconds=round(left * cursor.page_seconds / cursor.page_rows))


def mirrored(cursors: Iterable[Cursor]) -> list[Cursor]:
    """Give the cursors that have a table."""
    return [cursor for cursor in cursors if cursor.entity in ENTITIES]
