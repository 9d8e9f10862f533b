"""Compare ids, or balances, with the mirror, and have what differs fetched.

This heals whatever the cause: an iteration that broke off, a silence of months, a merge, a mistake of somebody's.
"""

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from qbwc_service import qbxml
from qbwc_service.store import Cursor
from qbwc_service.sync.pull.cursors import window_of
from qbwc_service.sync.pull.entities import ENTITIES, INVOICE, Entity
from qbwc_service.sync.pull.page import close_window
from qbwc_service.sync.pull.questions import Question
from qbwc_service.sync.pull.step import Step
from qbwc_service.sync.pull.vanished import mark_gone


def apply_ids(step: Step, question: Question, response: qbxml.Response, cursor: Cursor) -> None:
    """Have every object fetched that the mirror has not, or not as it is; of a whole entity, mark what is gone."""
    entity = ENTITIES[question.entity]
    theirs = _read(response, entity.key, "EditSequence")
    ours = _ours(step, entity)
    missing = [one for one in theirs if one not in ours or ours[one][1]]
    changed = [one for one, sequence in theirs.items() if one in ours and not ours[one][1] and ours[one][0] != sequence]
    step.want(entity.name, [*missing, *changed])
    if cursor.is_cut and window_of(cursor) is not None:
        # What is left of a window that was cut: from here on it is fetched by id, so the window is as good as done.
        cursor.window_rows = max(cursor.window_rows, len(theirs))
        cursor.row_count += len(missing) if question.is_first_sync else 0
        close_window(step, cursor)
        return
    absent = [
        one for one, (_, is_gone, day) in ours.items() if not is_gone and one not in theirs and _in(question, day)
    ]
    gone = mark_gone(step, entity, absent)
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
    """Have every invoice fetched whose open balance is not the one in the mirror."""
    theirs = _read(response, INVOICE.key, "BalanceRemaining")
    table = INVOICE.table
    is_open = (
        table.c.connection_id == step.connection_id,
        table.c.deleted_at.is_(None),
        table.c.balance_remaining_cents != Decimal(0),
    )
    query = select(table.c.txn_id, table.c.balance_remaining_cents, table.c.txn_date).where(*is_open)
    ours = {txn_id: balance for txn_id, balance, day in step.db.execute(query) if _in(question, day)}
    differing = [one for one, balance in theirs.items() if ours.get(one) != balance]
    step.want(INVOICE.name, [*differing, *(one for one in ours if one not in theirs)])
    cursor.swept_at = step.now


def _read(response: qbxml.Response, key: str, value: str) -> dict[str, object]:
    return {
        object_id: found.values.get(value)
        for found in response.objects
        if isinstance(object_id := found.values.get(key), str)
    }


def _ours(step: Step, entity: Entity) -> dict[str, tuple[str | None, bool, date | None]]:
    table = entity.table
    day = [table.c.txn_date] if entity.is_transaction else []
    query = select(table.c[entity.key_column], table.c.edit_sequence, table.c.deleted_at, *day)
    rows = step.db.execute(query.where(table.c.connection_id == step.connection_id))
    return {row[0]: (row[1], row[2] is not None, row[3] if day else None) for row in rows}


def _in(question: Question, day: date | None) -> bool:
    """Say whether a transaction of that day is among those that were asked for."""
    return question.since is None or not question.by_day or day is None or day >= date.fromisoformat(question.since)
