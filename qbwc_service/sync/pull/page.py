"""Apply whole objects: a page of a window, or objects that were asked for by id."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from qbwc_service import qbxml
from qbwc_service.store import Cursor, PullPhase
from qbwc_service.sync.gone import note_back
from qbwc_service.sync.pull.cursors import cut_window, drop_iterator, window_of
from qbwc_service.sync.pull.derived import Watch
from qbwc_service.sync.pull.entities import ACCOUNT, ENTITIES, Entity
from qbwc_service.sync.pull.page_size import adapt_page_size
from qbwc_service.sync.pull.phases import BEGINNING, finish
from qbwc_service.sync.pull.questions import Question
from qbwc_service.sync.pull.rows import Rows
from qbwc_service.sync.pull.step import Step
from qbwc_service.sync.pull.vanished import mark_gone
from qbwc_service.sync.pull.walls import SKEW, Seen, move, note_walls, put_back, trusted_until
from qbwc_service.sync.pull.windows import adapt_days
from qbwc_service.sync.pull.write import make_rows, replace_objects

MOST_IN_MEMORY = 1000
"""How many objects are written at once: an answer of any length needs no more memory than this."""

ABSENT = (1, 500)
"""The statuses that prove that what is missing in the answer is not there; by 501 and 510 it can only not be shown."""


@dataclass(slots=True, kw_only=True)
class Taken:
    """What was in an answer: the ids of all objects, and how many of them are of a kind that is mirrored."""

    ids: set[str] = field(default_factory=set)
    rows: int = 0


def apply_page(step: Step, question: Question, response: qbxml.Response, cursor: Cursor) -> None:
    """Write a page; go on with its iterator, or close the window when this was its last page."""
    seen = Seen(until=trusted_until(step.sent_at))
    taken = _write(step, question, response, seen=seen)
    back = note_walls(step.pull.state, seen)
    if back is not None:
        for one in step.pull.cursors.values():
            put_back(one, back)
    if question.iterator_id is None:
        _set_mark(step, question, cursor, back=back)
    _note_page(step, question, cursor, rows=taken.rows)
    _go_on(step, response, cursor, is_empty=not taken.ids)
    if back is not None:
        _look_at_all_again(step)


def _set_mark(step: Step, question: Question, cursor: Cursor, *, back: timedelta | None) -> None:
    """Note how far the cursor may move, at the first page of a window.

    What changes from now on will carry a later time than all that was seen until now, of whatever entity, even if the
    iteration takes hours. The times of its later pages are not good for it: an object of the first page may have been
    changed again before they were made. Where the clock was changed meanwhile, the window began too late.
    """
    latest = step.pull.state.latest_wall
    if back is not None:
        latest = cursor.high_water or (None if latest is None else move(latest, -back))
    cursor.next_high_water = latest
    if cursor.window is not None:
        cursor.window = {**cursor.window, "taken_from": step.now.isoformat()}
    if question.is_first_sync and cursor.high_water is None:
        cursor.high_water = latest


def _go_on(step: Step, response: qbxml.Response, cursor: Cursor, *, is_empty: bool) -> None:
    """Go on with the iterator; an empty page that promises more is a broken one, whose window is compared by ids."""
    if not response.iterator_remaining_count or response.iterator_id is None:
        close_window(step, cursor)
    elif is_empty:
        cut_window(cursor, now=step.now)
    else:
        cursor.iterator_id = response.iterator_id
        cursor.iterator_session_id = step.update_session_id


def apply_fetch(step: Step, question: Question, response: qbxml.Response, cursor: Cursor) -> None:
    """Write objects that were asked for by id; those that QuickBooks does not find are gone."""
    entity = ENTITIES[question.entity]
    found = _write(step, question, response, seen=Seen(until=trusted_until(step.sent_at))).ids
    step.forget_wish(entity.name, question.ids)
    if response.status_code in ABSENT:
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
    cursor.high_water = cursor.next_high_water or cursor.high_water
    cursor.due_at = step.now + step.pull.settings.every


def _go_back(step: Step, cursor: Cursor, window: Question) -> None:
    """Move the first sync on, back in time."""
    cursor.window_days = adapt_days(cursor.window_days, rows=cursor.window_rows, page_size=cursor.page_size)
    if not window.by_day:
        finish(step.pull, cursor, now=step.now)
        return
    if cursor.phase is PullPhase.HISTORY:
        cursor.remaining_count = max(0, (cursor.remaining_count or 0) - cursor.window_rows)
    else:
        cursor.remaining_count = None
    cursor.covered_from = window.since or BEGINNING


def _write(step: Step, question: Question, response: qbxml.Response, *, seen: Seen) -> Taken:
    """Write all objects of a response, piece by piece."""
    entity = ENTITIES[question.entity]
    began_at = step.pull.cursors[entity.name].started_at if question.is_first_sync else None
    since = None if began_at is None else began_at - SKEW
    taken = Taken()
    maker = make_rows(step.db, step.connection_id, entity, now=step.now)
    watched: list[str] = []
    for found in response.objects.as_rows(maker.moulds):
        named, time, edit_sequence = maker.identify(found)
        changed_at = seen.note(time, edit_sequence)
        if isinstance(named, str):
            taken.ids.add(named)
        object_id = maker.add(found, named)
        # What was changed while the first sync went on may have changed what is here already.
        if object_id is not None and (since is None or (changed_at is not None and changed_at >= since)):
            watched.append(object_id)
        if len(maker.rows.ids) >= MOST_IN_MEMORY:
            taken.rows += _flush(step, entity, maker.rows, watched)
            maker, watched = make_rows(step.db, step.connection_id, entity, now=step.now), []
    taken.rows += _flush(step, entity, maker.rows, watched)
    step.rows += taken.rows
    return taken


def _flush(step: Step, entity: Entity, rows: Rows, watched: Sequence[str]) -> int:
    """Write what was collected, and have fetched what depends on those that changed."""
    if not rows.ids:
        return 0
    watch = Watch.begin(step, entity, watched) if watched else None
    back = replace_objects(step.db, step.connection_id, entity, rows)
    note_back(step.db, step.connection_id, entity.kinds, back, now=step.now)
    if watch is not None:
        watch.end()
    return len(set(rows.ids))


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


def _look_at_all_again(step: Step) -> None:
    """After a change of the PC's clock, every entity looks back once more, now."""
    for cursor in step.pull.cursors.values():
        if cursor.phase is PullPhase.INCREMENTAL and cursor.due_at is not None:
            cursor.due_at = min(cursor.due_at, step.now)
