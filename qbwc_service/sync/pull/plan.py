"""What is asked of QuickBooks next: a pure function of what the tables say.

First what is due, changes and deletions in one set, and objects that are wanted by id: also between two pages of an
iterator, so that a long one holds up nothing. Then what is under way (an iterator, a window that was cut), the first
sync (lists, the last twelve months), looks and fetches that failed before, what is asked once a day, and the history.
Questions that are small share a message set; a page of the first sync goes alone. One iterator is kept open at most.
"""

from datetime import date, datetime, timedelta

from qbwc_service.store import Cursor, PullPhase
from qbwc_service.sync.pull.cursors import Pull, is_under_way, window_of
from qbwc_service.sync.pull.entities import ACCOUNT, DELETED_LISTS, DELETED_TXNS, ENTITIES
from qbwc_service.sync.pull.questions import Question, QuestionKind, Topic
from qbwc_service.sync.pull.rests import goes_alone, is_refused, may_ask
from qbwc_service.sync.pull.walls import move
from qbwc_service.sync.pull.windows import FILL, next_window, recent_limit

DAILY = timedelta(hours=24)
MONTHLY = timedelta(days=30)
"""So often all ids are compared whatever the counts say: a company file put back from a backup tells nothing of it."""

MOST_SILENCE = timedelta(days=80)
"""QuickBooks tells of deletions for 90 days; after so many without a look, all ids are compared."""

DELETIONS_OVERLAP = timedelta(hours=2)
GRACE = timedelta(seconds=60)
"""What would be due so soon goes along."""

EARLIEST = date(1900, 1, 1)
"""A window that reaches as far back has no beginning: QuickBooks has no transactions before."""

Questions = tuple[Question, ...]


def plan_questions(pull: Pull, *, now: datetime) -> Questions:
    """Give the questions of the next message set; none where nothing is due."""
    for step in (_look, _fetch):
        found = tuple(one for one in step(pull, now) if not _goes_alone(pull, one))
        if found:
            return found
    steps = (
        _go_on,
        _compare_cut,
        _count_first,
        _pull_lists,
        _pull_recent,
        _look,
        _fetch,
        _refresh_accounts,
        _sweep,
        _daily,
        _pull_history,
    )
    for step in steps:
        found = step(pull, now)
        if found:
            return _separate(pull, found)
    return ()


def _separate(pull: Pull, questions: Questions) -> Questions:
    """Have a question that failed before go alone, after the others: it must not take any of them with it."""
    together = tuple(one for one in questions if not _goes_alone(pull, one))
    return together or questions[:1]


def _goes_alone(pull: Pull, question: Question) -> bool:
    is_stop = question.kind is QuestionKind.STOP
    return not is_stop and goes_alone(pull.cursors[question.entity], question.topic)


def _look(pull: Pull, now: datetime) -> Questions:
    """Ask what changed, and along with it what was deleted; what is due so soon goes along."""
    known = [cursor for cursor in _entities(pull) if cursor.recent_done_at is not None and not is_under_way(cursor)]
    changes = [_changes(cursor) for cursor in known if _may_look(cursor, Topic.CHANGES, now=now)]
    if not any(_is_due(pull.cursors[one.entity], now) for one in changes):
        return ()
    deleted = (pull.cursors[name] for name in (DELETED_LISTS, DELETED_TXNS) if name in pull.cursors)
    return (*changes, *(_deletions(cursor) for cursor in deleted if _may_look(cursor, Topic.DELETED, now=now)))


def _may_look(cursor: Cursor, topic: Topic, *, now: datetime) -> bool:
    return _is_due(cursor, now + GRACE) and may_ask(cursor, topic, now=now)


def _fetch(pull: Pull, now: datetime) -> Questions:
    """Fetch objects that are wanted by id: of one entity as many as a page holds, of several while they fit."""
    questions: list[Question] = []
    room = 1.0
    for cursor in _entities(pull):
        count = pull.waiting_ids.get(cursor.entity, 0)
        if count and room > 0 and may_ask(cursor, Topic.FETCH, now=now):
            size = min(count, max(1, int(cursor.page_size * room)))
            room -= size / cursor.page_size
            questions.append(Question(kind=QuestionKind.FETCH, entity=cursor.entity, size=size))
    return tuple(questions)


def _go_on(pull: Pull, now: datetime) -> Questions:  # noqa: ARG001 - every step has the same
    """Go on with an open iterator; others, which a set of looks may have left open, are let go."""
    is_open = [
        (window, cursor)
        for cursor in _entities(pull)
        if cursor.iterator_id is not None and (window := window_of(cursor)) is not None
    ]
    if not is_open:
        return ()
    kept = max(is_open, key=lambda one: (one[0].is_first_sync, one[1].page_number))
    stops = [_with_iterator(*one, QuestionKind.STOP) for one in is_open if one is not kept]
    return (_with_iterator(*kept, QuestionKind.PAGE), *stops)


def _with_iterator(window: Question, cursor: Cursor, kind: QuestionKind) -> Question:
    return Question.from_json(window.to_json() | {"kind": kind, "iterator_id": cursor.iterator_id})


def _compare_cut(pull: Pull, now: datetime) -> Questions:
    """Ask which objects a window has, of which some pages are here already."""
    for cursor in _entities(pull):
        window = window_of(cursor)
        if cursor.is_cut and window is not None and may_ask(cursor, Topic.IDS, now=now):
            return (Question.from_json(window.to_json() | {"kind": QuestionKind.IDS, "size": None}),)
    return ()


def _count_first(pull: Pull, now: datetime) -> Questions:
    """Ask how much there is before the first page: for honest progress."""
    return tuple(
        _all(pull, cursor, QuestionKind.COUNT)
        for cursor in _entities(pull)
        if cursor.phase is not PullPhase.INCREMENTAL
        and cursor.expected_count is None
        and may_ask(cursor, Topic.COUNT, now=now)
    )


def _pull_lists(pull: Pull, now: datetime) -> Questions:
    """Pull the lists whole, before anything that refers to them; the small ones together."""
    lists = [cursor for cursor in _waiting(pull, PullPhase.RECENT, now=now) if not _is_transaction(cursor)]
    small = [cursor for cursor in lists if not ENTITIES[cursor.entity].has_iterator]
    return tuple(_page(cursor, is_first_sync=True) for cursor in small or lists[:1])


def _pull_recent(pull: Pull, now: datetime) -> Questions:
    """Pull the next window of the last twelve months, of whichever kind is furthest behind."""
    waiting = [cursor for cursor in _waiting(pull, PullPhase.RECENT, now=now) if _is_transaction(cursor)]
    if not waiting:
        return ()
    cursor = max(waiting, key=lambda one: one.covered_from or "9")
    return (_window(pull, cursor, now=now, limit=recent_limit(now.date())),)


def _refresh_accounts(pull: Pull, now: datetime) -> Questions:
    """Ask for the accounts again: every transaction changes their balances, and none says so."""
    account = pull.cursors.get(ACCOUNT.name)
    if account is None or not pull.state.accounts_are_stale or account.recent_done_at is None:
        return ()
    return (_page(account),) if may_ask(account, Topic.CHANGES, now=now) and not is_under_way(account) else ()


def _sweep(pull: Pull, now: datetime) -> Questions:
    """Ask for balances once a day: transactions that are not mirrored, such as journal entries, change them too."""
    return tuple(
        _all(pull, cursor, QuestionKind.BALANCES)
        for cursor in _entities(pull)
        if cursor.phase is PullPhase.INCREMENTAL
        and ENTITIES[cursor.entity].swept
        and _is_old(cursor.swept_at, now)
        and may_ask(cursor, Topic.BALANCES, now=now)
    )


def _daily(pull: Pull, now: datetime) -> Questions:
    """Ask what is asked once a day, or when somebody wants to know: ids where counts differ, and counts."""
    complete = [cursor for cursor in _entities(pull) if cursor.phase is PullPhase.INCREMENTAL]
    for cursor in complete:
        is_asked = cursor.compare_at is not None and cursor.compare_at <= now
        is_time = is_asked or _is_old(cursor.compared_at or cursor.done_at, now, after=MONTHLY)
        if is_time and may_ask(cursor, Topic.IDS, now=now):
            return (_all(pull, cursor, QuestionKind.IDS),)
    return tuple(
        _all(pull, cursor, QuestionKind.COUNT)
        for cursor in complete
        if _is_old(cursor.counted_at, now) and may_ask(cursor, Topic.COUNT, now=now)
    )


def _pull_history(pull: Pull, now: datetime) -> Questions:
    """Pull the next window of the history; how much is older is asked where it is not known."""
    waiting = _waiting(pull, PullPhase.HISTORY, now=now)
    unknown = [cursor for cursor in waiting if not cursor.remaining_count or cursor.remaining_count < 0]
    able = [cursor for cursor in waiting if cursor not in unknown or is_refused(cursor, Topic.OLDER)]
    if not able:
        return tuple(_older(pull, one) for one in unknown if may_ask(one, Topic.OLDER, now=now))
    cursor = max(able, key=lambda one: one.covered_from or "9")
    return (_window(pull, cursor, now=now, limit=_oldest(pull)),)


def _changes(cursor: Cursor) -> Question:
    return Question(kind=QuestionKind.PAGE, entity=cursor.entity, since=cursor.high_water, size=cursor.page_size)


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
    # Where QuickBooks does not say how much is left, all of it is taken for little.
    is_little = (cursor.remaining_count or 0) <= cursor.page_size * FILL
    is_rest = since <= EARLIEST or (cursor.phase is PullPhase.HISTORY and oldest is None and is_little)
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


def _entities(pull: Pull) -> list[Cursor]:
    return [cursor for name, cursor in pull.cursors.items() if name in ENTITIES]


def _waiting(pull: Pull, phase: PullPhase, *, now: datetime) -> list[Cursor]:
    """Give the entities whose first sync is in a phase, and can go on now."""
    return [
        cursor
        for cursor in _entities(pull)
        if cursor.phase is phase and not is_under_way(cursor) and may_ask(cursor, Topic.FIRST_SYNC, now=now)
    ]
