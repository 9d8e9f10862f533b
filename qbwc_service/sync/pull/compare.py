"""Compare ids, or balances, with the mirror, and have what differs fetched.

This heals whatever the cause: an iteration that broke off, a silence of months, a merge, a mistake of somebody's.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import null, select

from qbwc_service import qbxml
from qbwc_service.store import Cursor
from qbwc_service.sync.pull.cursors import window_of
from qbwc_service.sync.pull.entities import CUSTOMER, ENTITIES, Entity
from qbwc_service.sync.pull.page import close_window
from qbwc_service.sync.pull.questions import Question
from qbwc_service.sync.pull.step import Step
from qbwc_service.sync.pull.vanished import mark_gone


class Held(NamedTuple):
    """What the mirror has of an object."""

    edit_sequence: str | None
    is_gone: bool
    pulled_at: datetime
    day: date | None

    def is_old(self, edit_sequence: object, question: Question) -> bool:
        """Say whether this is not what QuickBooks has.

        A look for changes finds some that do not count as changed, an item by its quantity for one: what it found and
        did not bring is old, whatever the EditSequence.
        """
        is_left = question.since is not None and not question.by_day and question.taken_from is not None
        if is_left and self.pulled_at < datetime.fromisoformat(question.taken_from or ""):
            return not self.is_gone
        return not self.is_gone and self.edit_sequence != edit_sequence


def apply_ids(step: Step, question: Question, response: qbxml.Response, cursor: Cursor) -> None:
    """Have every object fetched that the mirror has not, or not as it is; of a whole entity, mark what is gone."""
    entity = ENTITIES[question.entity]
    theirs = {one: sequence for one, (sequence,) in _read(response, entity.key, "EditSequence").items()}
    ours = _ours(step, entity)
    missing = [one for one in theirs if one not in ours or ours[one].is_gone]
    changed = [one for one in theirs if one in ours and ours[one].is_old(theirs[one], question)]
    step.want(entity.name, [*missing, *changed])
    if cursor.is_cut and window_of(cursor) is not None:
        # What is left of a window that was cut: from here on it is fetched by id, so the window is as good as done.
        cursor.window_rows = max(cursor.window_rows, len(theirs))
        cursor.row_count += len(missing) if question.is_first_sync else 0
        close_window(step, cursor)
        return
    absent = [one for one, held in ours.items() if not held.is_gone and one not in theirs and _in(question, held.day)]
    # An answer with nothing in it may be a mistake of the file's: what it says is for the mirror alone.
    gone = mark_gone(step, entity, absent, is_sure=bool(theirs))
    cursor.compare_at, cursor.compared_at = None, step.now
    cursor.quickbooks_count = len(theirs)
    # What was healed is counted again, so that it is shown as it is now.
    cursor.counted_at = None if missing or changed or gone else step.now
    cursor.mirror_count = len(theirs) - len(missing)
    cursor.comparison = {
        "quickbooks": len(theirs),
        "mirror": len(theirs) - len(missing) + len(absent),
        "missing": len(missing),
        "changed": len(changed),
        "gone": gone,
    }


def apply_balances(step: Step, question: Question, response: qbxml.Response, cursor: Cursor) -> None:
    """Have every object fetched whose balances are not those in the mirror; accounts are few and come whole."""
    entity = ENTITIES[question.entity]
    theirs = _read(response, entity.key, *entity.swept)
    ours = _balances(step, entity, question)
    differing = [one for one, balances in theirs.items() if ours.get(one) != balances]
    step.want(entity.name, [*differing, *(one for one in ours if one not in theirs)])
    if entity is CUSTOMER:
        step.pull.state.accounts_are_stale = True
    cursor.swept_at = step.now


def _read(response: qbxml.Response, key: str, *names: str) -> dict[str, tuple[object, ...]]:
    return {
        object_id: tuple(found.values.get(name) for name in names)
        for found in response.objects
        if isinstance(object_id := found.values.get(key), str)
    }


def _balances(step: Step, entity: Entity, question: Question) -> dict[str, tuple[object, ...]]:
    """Give the balances that the mirror has of what was asked for."""
    table = entity.table
    columns = [table.c[name] for name in entity.swept.values()]
    mine = [table.c.connection_id == step.connection_id, table.c.deleted_at.is_(None)]
    if entity.open_only:
        mine += [column != Decimal(0) for column in columns]
    day = table.c.txn_date if entity.is_transaction else null()
    rows = step.db.execute(select(table.c[entity.key_column], day, *columns).where(*mine))
    return {row[0]: tuple(row[2:]) for row in rows if _in(question, row[1])}


def _ours(step: Step, entity: Entity) -> dict[str, Held]:
    table = entity.table
    day = table.c.txn_date if entity.is_transaction else null()
    is_gone = table.c.deleted_at.is_not(None)
    query = select(table.c[entity.key_column], table.c.edit_sequence, is_gone, table.c.pulled_at, day)
    rows = step.db.execute(query.where(table.c.connection_id == step.connection_id))
    return {row[0]: Held(*row[1:]) for row in rows}


def _in(question: Question, day: date | None) -> bool:
    """Say whether a transaction of that day is among those that were asked for."""
    return question.since is None or not question.by_day or day is None or day >= date.fromisoformat(question.since)
