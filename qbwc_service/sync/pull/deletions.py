"""Apply what QuickBooks says was deleted, and see to it that nothing is missed after a long silence.

It tells of deletions for 90 days. After more than 80 days without a look, all ids are compared instead.
"""

from qbwc_service import qbxml
from qbwc_service.store import Cursor, PullPhase
from qbwc_service.sync.pull.entities import DELETED_TXNS, ENTITIES, OWNERS
from qbwc_service.sync.pull.plan import MOST_SILENCE
from qbwc_service.sync.pull.step import Step
from qbwc_service.sync.pull.vanished import mark_gone, note_gone
from qbwc_service.sync.pull.walls import find_moment, later, trusted_until


def apply_deletions(step: Step, response: qbxml.Response, cursor: Cursor) -> None:
    """Mark what was deleted; the cursor moves to the latest deletion."""
    prefix = "Txn" if cursor.entity == DELETED_TXNS else "List"
    until, known_until = trusted_until(step.sent_at), cursor.high_water or ""
    news: list[str] = []
    gone: dict[str, list[str]] = {}
    for found in response.objects:
        kind, object_id = found.values.get(f"{prefix}DelType"), found.values.get(f"{prefix}ID")
        moment = found.values.get("TimeDeleted")
        if isinstance(moment, str) and (at := find_moment(moment)) is not None and at <= until:
            cursor.high_water = later(cursor.high_water, qbxml.strip_offset(moment))
        if isinstance(kind, str) and isinstance(object_id, str) and kind in OWNERS:
            gone.setdefault(OWNERS[kind].name, []).append(object_id)
        if isinstance(object_id, str) and isinstance(moment, str) and qbxml.strip_offset(moment) > known_until:
            news.append(object_id)
    note_gone(step, news)
    for name, ids in gone.items():
        mark_gone(step, ENTITIES[name], ids)
    if cursor.pulled_at is not None and step.now - cursor.pulled_at > MOST_SILENCE:
        _compare_all(step, is_transaction=prefix == "Txn")
    cursor.phase = PullPhase.INCREMENTAL
    cursor.due_at = step.now + step.pull.settings.every


def _compare_all(step: Step, *, is_transaction: bool) -> None:
    for name, cursor in step.pull.cursors.items():
        if name in ENTITIES and ENTITIES[name].is_transaction is is_transaction:
            cursor.compare_at = step.now
            cursor.due_at = step.now
