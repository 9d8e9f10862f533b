"""Which phase a kind of object is in: what is here, and how far back people want it, decide."""

from datetime import date, datetime

from qbwc_service.store import Cursor, PullPhase
from qbwc_service.sync.pull.cursors import Pull, is_under_way
from qbwc_service.sync.pull.entities import ENTITIES
from qbwc_service.sync.pull.questions import Topic
from qbwc_service.sync.pull.rests import is_refused
from qbwc_service.sync.pull.windows import recent_limit

BEGINNING = date.min.isoformat()
"""What ``covered_from`` says where nothing can be older."""


def settle_phases(pull: Pull, *, now: datetime) -> None:
    """Move on what has all that is wanted of it; go back to the history where more of it is wanted than before."""
    oldest = pull.settings.oldest or BEGINNING
    recent = max(recent_limit(now.date()).isoformat(), oldest)
    for cursor in pull.cursors.values():
        if cursor.covered_from is None or is_under_way(cursor):
            continue
        if cursor.covered_from <= oldest:
            finish(pull, cursor, now=now)
        elif cursor.covered_from <= recent or cursor.recent_done_at is not None:
            _go_into_history(pull, cursor, now=now)
    _note_milestones(pull, now=now)


def finish(pull: Pull, cursor: Cursor, *, now: datetime) -> None:
    """Note that all of an entity is here."""
    _note_recent(pull, cursor, now=now)
    cursor.done_at = cursor.done_at or now
    cursor.phase, cursor.remaining_count = PullPhase.INCREMENTAL, None


def _go_into_history(pull: Pull, cursor: Cursor, *, now: datetime) -> None:
    if cursor.phase is PullPhase.INCREMENTAL:
        # Somebody wants more of the past than before.
        cursor.done_at = cursor.expected_count = cursor.remaining_count = None
        pull.state.done_at = None
    _note_recent(pull, cursor, now=now)
    cursor.phase = PullPhase.HISTORY


def _note_recent(pull: Pull, cursor: Cursor, *, now: datetime) -> None:
    """Note that the last twelve months are here: from now on changes are asked for."""
    if cursor.recent_done_at is None:
        cursor.recent_done_at = now
        cursor.due_at = now + pull.settings.every


def _note_milestones(pull: Pull, *, now: datetime) -> None:
    """Note when the last twelve months, and when all, of everything are here that QuickBooks will give."""
    state = pull.state
    given = [
        cursor
        for name, cursor in pull.cursors.items()
        if name in ENTITIES and not (cursor.recent_done_at is None and is_refused(cursor, Topic.FIRST_SYNC))
    ]
    if state.recent_done_at is None and given and all(cursor.recent_done_at for cursor in given):
        state.recent_done_at = now.isoformat()
        _have_balances_compared(pull)
    if state.done_at is None and given and all(cursor.done_at for cursor in given):
        state.done_at = now.isoformat()
        _have_balances_compared(pull)


def _have_balances_compared(pull: Pull) -> None:
    """Money moved while the first sync went on: balances that came early are compared once more."""
    pull.state.accounts_are_stale = True
    for cursor in pull.cursors.values():
        cursor.swept_at = None
