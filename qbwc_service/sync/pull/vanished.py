"""Objects that QuickBooks has no more: deleted, or merged into another one. They stay in the mirror, marked."""

from collections.abc import Sequence

from qbwc_service.sync.gone import note_deleted
from qbwc_service.sync.problems.record import close_problems, record_subject
from qbwc_service.sync.pull.derived import list_children, list_touched, read_standings, touch_around
from qbwc_service.sync.pull.entities import Entity
from qbwc_service.sync.pull.references import list_holders
from qbwc_service.sync.pull.step import Step
from qbwc_service.sync.pull.write import in_pieces, mark_deleted


def mark_gone(step: Step, entity: Entity, ids: Sequence[str], *, is_sure: bool = True) -> int:
    """Mark objects as gone and ask for what depended on them; give for how many of them this is news.

    A list entry in use cannot be deleted, so one that vanished while documents refer to it was merged: no query says
    into which one, but the documents do, when they are asked for again. Where it is not sure, our documents stand.
    """
    if is_sure:
        note_deleted(step.db, step.connection_id, entity.kinds, ids, now=step.now)
    gone = mark_deleted(step.db, step.connection_id, entity, ids, now=step.now)
    if not gone:
        return 0
    note_gone(step, gone)
    if entity.is_transaction:
        standings = read_standings(step.db, step.connection_id, entity, gone)
        step.note_changes(list_touched(standings.values()))
        touch_around(step, entity, gone, list(standings.values()))
    else:
        for holder, holders in list_holders(step.db, step.connection_id, entity, gone).items():
            step.want(holder, holders - set(gone))
        step.want(entity.name, list_children(step.db, step.connection_id, entity, gone))
    return len(gone)


def note_gone(step: Step, ids: Sequence[str]) -> None:
    """See to the problems that are about objects that are gone, whether or not the mirror ever had them."""
    step.note_changes(ids)
    for some in in_pieces(ids):
        # What is there twice no more is no problem any more.
        subjects = {record_subject(one) for one in some}
        close_problems(step.db, step.connection_id, subjects=subjects, now=step.now)
