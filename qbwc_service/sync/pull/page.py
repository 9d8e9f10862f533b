"""Apply whole objects: a page of a window, or objects that were asked for by id."""

from datetime import date

from qbwc_service import qbxml
from qbwc_service.store import Cursor, PullPhase
from qbwc_service.sync.pull.cursors import drop_iterator, window_of
from qbwc_service.sync.pull.derived import Watch
from qbwc_service.sync.pull.entities import ACCOUNT, ENTITIES
from qbwc_service.sync.pull.page_size import adapt_page_size
from qbwc_service.sync.pull.questions import Question
from qbwc_service.sync.pull.step import Step
from qbwc_service.sync.pull.vanished import mark_gone
from qbwc_service.sync.pull.walls import Seen, allow_for_skew, later, latest_plausible, note_walls
from qbwc_service.sync.pull.windows import adapt_days, recent_limit
from qbwc_service.sync.pull.write import make_rows, replace_objects

MOST_IN_MEMORY = 1000
"""How many objects are written at once: an answer of any length needs no more memory than this."""


def apply_page(step: Step, question: Question, response: qbxml.Response, cursor: Cursor) -> None:
    """Write a page; go on with its iterator, or close the window when this was its last page."""
    known = step.pull.state.latest_wall
    seen = Seen(latest=latest_plausible(step.now))
    rows = len(_write(step, question, response, seen=seen))
    is_first_page = question.iterator_id is None
    if is_first_page:
        # What changes from now on will carry a later time than all that was seen until now, of whatever entity, so
        # this is how far the cursor may move even if the iteration takes hours. The times of its later pages are not:
        # an object of the first page may have been changed again before they were made.
        cursor.next_high_water = later(allow_for_skew(known), seen.wall)
        if question.is_first_sync and cursor.high_water is None:
            cursor.high_water = cursor.next_high_water
    if note_walls(step.pull.state, seen):
        _look_at_all_again(step)
    _note_page(step, question, cursor, rows=rows)
    if _has_more(response) and rows:
        cursor.iterator_id = response.iterator_id
        cursor.iterator_session_id = step.update_session_id
        cursor.remaining_count = response.iterator_remaining_count
        return
    close_window(step, cursor)


def apply_fetch(step: Step, question: Question, response: qbxml.Response, cursor: Cursor) -> None:
    """Write objects that were asked for by id; those that are not in the answer are gone."""
    entity = ENTITIES[question.entity]
    found = _write(step, question, response, seen=Seen(latest=latest_plausible(step.now)))
    step.forget_wish(entity.name, question.ids)
    mark_gone(step, entity, [one for one in question.ids if one not in found])
    cursor.page_size = _adapted(step, cursor, rows=len(found), size=len(question.ids))


def close_window(step: Step, cursor: Cursor) -> None:
    """Note that all of a window is here (or wanted by id), and what comes next."""
    window = window_of(cursor)
    drop_iterator(cursor)
    cursor.window, cursor.is_cut, cursor.page_number = None, False, 0
    if window is None:
        return
    if window.is_first_sync:
        _go_back(step, cursor, window)
        return
    if cursor.entity == ACCOUNT.name and window.since is None:
        step.pull.state.accounts_are_stale = False
    cursor.high_water = later(cursor.high_water, cursor.next_high_water)
    cursor.due_at = step.now + step.pull.settings.every


def _go_back(step: Step, cursor: Cursor, window: Question) -> None:
    """Move the first sync on, back in time."""
    cursor.window_days = adapt_days(cursor.window_days, rows=cursor.window_rows, page_size=cursor.page_size)
    if not window.by_day:
        _finish(step, cursor, is_all=True)
        return
    if cursor.phase is PullPhase.HISTORY:
        cursor.remaining_count = max(0, (cursor.remaining_count or 0) - cursor.window_rows)
    else:
        cursor.remaining_count = None
    cursor.covered_from = window.since or date.min.isoformat()
    oldest = step.pull.settings.oldest
    is_all = window.since is None or (oldest is not None and window.since <= oldest)
    if is_all or window.since <= recent_limit(step.now.date()).isoformat():  # type: ignore[operator]  # Not None here.
        _finish(step, cursor, is_all=is_all)


def _finish(step: Step, cursor: Cursor, *, is_all: bool) -> None:
    """Note that the last twelve months are here, or everything."""
    now = step.now
    cursor.recent_done_at = cursor.recent_done_at or now
    cursor.done_at = now if is_all else None
    cursor.phase = PullPhase.INCREMENTAL if is_all else PullPhase.HISTORY
    note_milestones(step)


def note_milestones(step: Step) -> None:
    """Note when the last twelve months, and when all, of every entity are here."""
    state = step.pull.state
    cursors = [cursor for name, cursor in step.pull.cursors.items() if name in ENTITIES]
    if state.recent_done_at is None and all(cursor.recent_done_at for cursor in cursors):
        state.recent_done_at = step.now.isoformat()
    if state.done_at is None and all(cursor.done_at for cursor in cursors):
        state.done_at = step.now.isoformat()


def _write(step: Step, question: Question, response: qbxml.Response, *, seen: Seen) -> set[str]:
    """Write all objects of a response, piece by piece; give their ids."""
    entity = ENTITIES[question.entity]
    ids: set[str] = set()
    maker = make_rows(step.db, step.connection_id, entity, now=step.now)

    def flush() -> None:
        watch = None if question.is_first_sync else Watch.begin(step, entity, maker.rows.ids)
        replace_objects(step.db, step.connection_id, entity, maker.rows)
        if watch is not None:
            watch.end()

    for found in response.objects:
        seen.note(found.values.get("TimeModified"), found.values.get("EditSequence"))
        object_id = maker.add(found.name, found.values)
        if object_id is not None:
            ids.add(object_id)
        if len(maker.rows.ids) >= MOST_IN_MEMORY:
            flush()
            maker = make_rows(step.db, step.connection_id, entity, now=step.now)
    if maker.rows.ids:
        flush()
    step.rows += len(ids)
    return ids


def _note_page(step: Step, question: Question, cursor: Cursor, *, rows: int) -> None:
    cursor.page_number += 1
    cursor.window_rows += rows
    cursor.page_rows, cursor.page_seconds, cursor.page_characters = rows, step.seconds, step.characters
    if question.is_first_sync:
        cursor.row_count += rows
    size = question.size
    if size is not None:
        cursor.page_size = _adapted(step, cursor, rows=rows, size=size)


def _adapted(step: Step, cursor: Cursor, *, rows: int, size: int) -> int:
    """Give the next page's size; only a page that was asked for in full says anything."""
    if size < cursor.page_size:
        return cursor.page_size
    return adapt_page_size(size, rows=rows, seconds=step.seconds, characters=step.characters)


def _has_more(response: qbxml.Response) -> bool:
    return bool(response.iterator_remaining_count) and response.iterator_id is not None


def _look_at_all_again(step: Step) -> None:
    """After a change of the PC's clock, every entity looks back once more, now."""
    for cursor in step.pull.cursors.values():
        if cursor.phase is PullPhase.INCREMENTAL and cursor.due_at is not None:
            cursor.due_at = min(cursor.due_at, step.now)
