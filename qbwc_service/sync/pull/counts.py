"""Counts: how much there is to do before the first page, and once a day whether everything is here."""

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qbwc_service import qbxml
from qbwc_service.store import Cursor, PullPhase
from qbwc_service.sync.pull.entities import ENTITIES, Entity
from qbwc_service.sync.pull.phases import BEGINNING
from qbwc_service.sync.pull.questions import Question
from qbwc_service.sync.pull.step import Step

LONG_ENOUGH = timedelta(hours=1)
"""QuickBooks' counts may be slightly off [Intuit], so a difference that stays is not compared again and again."""


def apply_count(step: Step, question: Question, response: qbxml.Response, cursor: Cursor) -> None:
    """Note how many QuickBooks has; where the mirror has more or fewer, the ids are compared."""
    count = response.ret_count or 0
    if cursor.phase is not PullPhase.INCREMENTAL:
        cursor.expected_count = count
        return
    entity = ENTITIES[cursor.entity]
    cursor.quickbooks_count = count
    cursor.mirror_count = count_mirror(step.db, step.connection_id, entity, since=question.since)
    cursor.counted_at = step.now
    was_compared = cursor.compared_at is not None and step.now - cursor.compared_at < LONG_ENOUGH
    if cursor.mirror_count != count and not was_compared:
        cursor.compare_at = step.now


def apply_older(question: Question, response: qbxml.Response, cursor: Cursor) -> None:
    """Note how much of the history is left; nothing means that all that is wanted of it is here."""
    cursor.remaining_count = response.ret_count or 0
    if cursor.remaining_count == 0:
        cursor.covered_from = question.since or BEGINNING


def count_mirror(db: Session, connection_id: int, entity: Entity, *, since: str | None) -> int:
    """Count what the mirror has of an entity, without what is deleted; ``since`` a day, where one is given."""
    table = entity.table
    mine = [table.c.connection_id == connection_id, table.c.deleted_at.is_(None)]
    if since is not None and entity.is_transaction:
        mine.append(table.c.txn_date >= date.fromisoformat(since))
    return db.scalar(select(func.count()).select_from(table).where(*mine)) or 0
