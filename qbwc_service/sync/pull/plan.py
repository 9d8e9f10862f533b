"""What is asked of QuickBooks next: a pure function of what the tables say.

First what is under way (an iterator, a window that was cut, objects wanted by id), then the first sync (lists, the last
twelve months, the history), and in between whatever is due: changes, deletions, sweeps, counts. Questions that are
small share a message set; a page of the first sync goes alone. At most one iterator is open.
"""

from datetime import date, datetime, timedelta

from qbwc_service.store import Cursor, PullPhase
from qbwc_service.sync.pull.cursors import Pull, window_of
from qbwc_service.sync.pull.entities import ACCOUNT, DELETED_LISTS, DELETED_TXNS, ENTITIES, INVOICE
from qbwc_service.sync.pull.questions import Question, QuestionKind
from qbwc_service.sync.pull.walls import look_back, move
from qbwc_service.sync.pull.windows import FILL, next_window, recent_limit

DAILY = timedelta(hours=24)
MONTHLY = timedelta(days=30)
"""So often all ids are compared whatever the counts say: a company file put back from a backup tells nothing of it."""

MOST_SILENCE = timedelta(days=80)
"""QuickBooks tells of deletions for 90 days; after so many without a look, all ids are compared."""

DELETIONS_OVERLAP = timedelta(hours=2)
GRACE = timedelta(seconds=60)
"""What would be due so soon goes along."""

Questions = tuple[Question, ...]


def plan_questions(pull: Pull, *, now: datetime) -> Questions:
    """Give the questions of the next message set; none where nothing is due."""
    cursors = [cursor for cursor in pull.cursors.values() if cursor.failures == 0 or _is_due(cursor, now)]
    for step in (_go_on, _compare_cut, _count_first, _fetch, _pull_lists, _pull_recent, _look):
        found = step(pull, cursors, now)
        if found:
            return found
    return ()


def _go_on(pull: Pull, cursors: list[Cursor], now: datetime) -> Questions:  # noqa: ARG001 - every step has the same
    """Go on with an open iterator; others, which a batch may have left open, are let go."""
    is_open = [cursor for cursor in cursors if cursor.iterator_id is not None]
    if not is_open:
        return ()
    first, *others = ((cursor, window) for cursor in is_open if (window := window_of(cursor)) is not None)
    stops = [_with_iterator(window, cursor, QuestionKind.STOP) for cursor, window in others]
    return (_with_iterator(first[1], first[0], QuestionKind.PAGE), *stops)


def _with_iterator(window: Question, cursor: Cursor, kind: QuestionKind) -> Question:
    return Question.from_json(window.to_json() | {"kind": kind, "iterator_id": cursor.iterator_id})


def _compare_cut(pull: Pull, cursors: list[Cursor], now: datetime) -> Questions:  # noqa: ARG001 - the same
    """Ask which objects a window has, of which some pages are here already."""
    for cursor in cursors:
        window = window_of(cursor)
        if cursor.is_cut and window is not None:
            return (Question.from_json(window.to_json() | {"kind": QuestionKind.IDS, "size": None}),)
    return ()


def _count_first(pull: Pull, cursors: list[Cursor], now: datetime) -> Questions:  # noqa: ARG001 - the same
    """Ask how much there is before the first page: for honest progress."""
    if pull.state.counted_first:
        return ()
    return tuple(_all(pull, cursor, QuestionKind.COUNT) for cursor in cursors if cursor.entity in ENTITIES)


def _fetch(pull: Pull, cursors: list[Cursor], now: datetime) -> Questions:  # noqa: ARG001 - the same
    """Fetch objects that are wanted by id: of one entity as many as a page holds, of several while they fit."""
    questions: list[Question] = []
    room = 1.0
    for cursor in cursors:
        count = pull.waiting_ids.get(cursor.entity, 0)
        if count and room > 0:
            size = min(count, max(1, int(cursor.page_size * room)))
            room -= size / cursor.page_size
            questions.append(Question(kind=QuestionKind.FETCH, entity=cursor.entity, size=size))
    return tuple(questions)


def _pull_lists(pull: Pull, cursors: list[Cursor], now: datetime) -> Questions:  # noqa: ARG001 - the same
    """Pull the lists whole, before anything that refers to them; the small ones together."""
    lists = [
        cursor
        for cursor in cursors
        if _is_due(cursor, now)
        and cursor.phase is PullPhase.RECENT
        and cursor.entity in ENTITIES
        and not _is_transaction(cursor)
    ]
    small = [cursor for cursor in lists if not ENTITIES[cursor.entity].has_iterator and not cursor.goes_alone]
    return tuple(_page(cursor, is_first_sync=True) for cursor in small or lists[:1])


def _pull_recent(pull: Pull, cursors: list[Cursor], now: datetime) -> Questions:
    """Pull the next window of the last twelve months, of whichever kind is furthest behind."""
    waiting = [cursor for cursor in cursors if cursor.phase is PullPhase.RECENT and _is_transaction(cursor)]
    due = [cursor for cursor in waiting if _is_due(cursor, now)]
    if not due:
        return ()
    cursor = max(due, key=lambda one: one.covered_from or "9")
    return (_window(pull, cursor, now=now, limit=recent_limit(now.date())),)


def _pull_history(pull: Pull, cursors: list[Cursor], now: datetime) -> Questions:
    """Pull the next window of the history; how much is older is asked where it is not known."""
    waiting = [cursor for cursor in cursors if cursor.phase is PullPhase.HISTORY]
    if not waiting:
        return ()
    cursor = max(waiting, key=lambda one: one.covered_from or "9")
    if cursor.remaining_count is None or cursor.remaining_count <= 0:
        return tuple(_older(pull, one) for one in waiting if one.remaining_count is None or one.remaining_count <= 0)
    return (_window(pull, cursor, now=now, limit=_oldest(pull)),)


def _look(pull: Pull, cursors: list[Cursor], now: datetime) -> Questions:
    """Ask what is due: changes and deletions in one set; else the daily questions; else go on with the history."""
    if any(cursor.phase is PullPhase.RECENT and _is_transaction(cursor) for cursor in cursors):
        return ()
    known = [cursor for cursor in cursors if cursor.entity in ENTITIES and cursor.recent_done_at is not None]
    if any(_is_due(cursor, now) for cursor in cursors if _is_deletions(cursor) or cursor in known):
        changes = [cursor for cursor in known if _is_due(cursor, now + GRACE)]
        alone = [cursor for cursor in changes if cursor.goes_alone]
        if alone:
            return (_changes(pull, alone[0]),)
        deletions = [cursor for cursor in cursors if _is_deletions(cursor) and _is_due(cursor, now + GRACE)]
        return (*(_changes(pull, cursor) for cursor in changes), *(_deletions(cursor) for cursor in deletions))
    return _refresh_accounts(pull, cursors) or _pull_history(pull, cursors, now) or _daily(pull, known, now=now)


def _refresh_accounts(pull: Pull, cursors: list[Cursor]) -> Questions:
    """Ask for the accounts again: every transaction changes their balances, and none says so."""
    account = next((cursor for cursor in cursors if cursor.entity == ACCOUNT.name), None)
    return (_page(account),) if pull.state.accounts_are_stale and account is not None else ()


def _daily(pull: Pull, known: list[Cursor], *, now: datetime) -> Questions:
    """Ask what is asked once a day, or when somebody wants to know: ids where counts differ, balances, counts."""
    complete = [cursor for cursor in known if cursor.phase is PullPhase.INCREMENTAL]
    for cursor in complete:
        is_asked = cursor.compare_at is not None and cursor.compare_at <= now
        if is_asked or _is_old(cursor.compared_at or cursor.done_at, now, after=MONTHLY):
            return (_all(pull, cursor, QuestionKind.IDS),)
    for cursor in complete:
        if cursor.entity == INVOICE.name and _is_old(cursor.swept_at or cursor.done_at, now):
            return (_all(pull, cursor, QuestionKind.BALANCES),)
    return tuple(_all(pull, cursor, QuestionKind.COUNT) for cursor in complete if _is_old(cursor.counted_at, now))


def _changes(pull: Pull, cursor: Cursor) -> Question:
    return Question(
        kind=QuestionKind.PAGE,
        entity=cursor.entity,
        since=look_back(cursor.high_water, pull.state),
        size=cursor.page_size,
    )


def _deletions(cursor: Cursor) -> Question:
    """Ask what was deleted; always a little from before, for these times come without an EditSequence."""
    since = None if cursor.high_water is None else move(cursor.high_water, -DELETIONS_OVERLAP)
    return Question(kind=QuestionKind.DELETED, entity=cursor.entity, since=since)


def _page(cursor: Cursor, *, is_first_sync: bool = False) -> Question:
    return Question(kind=QuestionKind.PAGE, entity=cursor.entity, size=cursor.page_size, is_first_sync=is_first_sync)


def _window(pull: Pull, cursor: Cursor, *, now: datetime, limit: date | None) -> Question:
    """Give the next window back in time; the last one has no beginning, as soon as all that is left fits a page."""
    oldest = _oldest(pull)
    covered = None if cursor.covered_from is None else date.fromisoformat(cursor.covered_from)
    if limit is not None and oldest is not None:
        limit = max(limit, oldest)
    since, until = next_window(covered_from=covered, days=cursor.window_days, limit=limit, today=now.date())
    is_rest = (
        cursor.phase is PullPhase.HISTORY
        and oldest is None
        and 0 < (cursor.remaining_count or 0) <= cursor.page_size * FILL
    )
    return Question(
        kind=QuestionKind.PAGE,
        entity=cursor.entity,
        since=None if is_rest else since.isoformat(),
        until=None if until is None else until.isoformat(),
        by_day=True,
        size=cursor.page_size,
        is_first_sync=True,
    )


def _older(pull: Pull, cursor: Cursor) -> Question:
    oldest = _oldest(pull)
    until = None if cursor.covered_from is None else date.fromisoformat(cursor.covered_from) - timedelta(days=1)
    return Question(
        kind=QuestionKind.OLDER,
        entity=cursor.entity,
        since=None if oldest is None else oldest.isoformat(),
        until=None if until is None else until.isoformat(),
        by_day=True,
    )


def _all(pull: Pull, cursor: Cursor, kind: QuestionKind) -> Question:
    """Ask about all objects of an entity, back to the oldest day of interest."""
    oldest = _oldest(pull)
    if oldest is None or not _is_transaction(cursor):
        return Question(kind=kind, entity=cursor.entity)
    return Question(kind=kind, entity=cursor.entity, since=oldest.isoformat(), by_day=True)


def _oldest(pull: Pull) -> date | None:
    return None if pull.settings.oldest is None else date.fromisoformat(pull.settings.oldest)


def _is_due(cursor: Cursor, now: datetime) -> bool:
    return cursor.due_at is not None and cursor.due_at <= now


def _is_old(moment: datetime | None, now: datetime, *, after: timedelta = DAILY) -> bool:
    return moment is None or now - moment >= after


def _is_transaction(cursor: Cursor) -> bool:
    return cursor.entity in ENTITIES and ENTITIES[cursor.entity].is_transaction


def _is_deletions(cursor: Cursor) -> bool:
    return cursor.entity in (DELETED_LISTS, DELETED_TXNS)
