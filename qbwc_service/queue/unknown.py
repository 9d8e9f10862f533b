"""Settle what was handed out in an update session that ended without an answer."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from qbwc_service.store import IS_UNSETTLED, Inquiry, MessageSet, MessageSetState, Operation, OperationState

NO_ANSWER = "QuickBooks may or may not have done this: it was handed out and no answer came back"

NOT_APPLIED = "the service stopped after it had kept the answer and before it had applied it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """The sets that nobody answered, and their writes; the reads are still out."""

    unknown: tuple[int, ...]
    message_set_ids: tuple[int, ...]


def settle_unanswered(db: Session, connection_id: int, update_session_id: int, *, now: datetime) -> Unanswered:
    """Mark the set that is out in an ended session *unknown*, and its writes with it; reads are the caller's.

    A write that was handed out and not answered is never *waiting*: sending it again could double it. What became of
    it is asked before anything new is handed out. A set whose answer was kept and never applied, because the process
    died in between, becomes *apply_failed*; its text stays.
    """
    out = (
        MessageSet.connection_id == connection_id,
        IS_UNSETTLED,
        MessageSet.update_session_id == update_session_id,
        MessageSet.state.in_((MessageSetState.SENT, MessageSetState.ANSWERED)),
    )
    is_answered = MessageSet.state == MessageSetState.ANSWERED
    lost = (
        update(MessageSet)
        .where(*out)
        .values(
            state=case((is_answered, MessageSetState.APPLY_FAILED), else_=MessageSetState.UNKNOWN),
            apply_error=case((is_answered, NOT_APPLIED)),
            apply_attempts=MessageSet.apply_attempts + case((is_answered, 1), else_=0),
        )
    )
    unsynced = {"synchronize_session": False}
    set_ids = list(db.scalars(lost.returning(MessageSet.id), execution_options=unsynced))
    if not set_ids:
        return Unanswered(unknown=(), message_set_ids=())
    carried = (
        Operation.connection_id == connection_id,
        Operation.message_set_id.in_(set_ids),
        Operation.state == OperationState.SENT,
    )
    writes = (
        update(Operation)
        .where(*carried, Operation.is_write)
        .values(
            state=OperationState.UNKNOWN,
            reason=NO_ANSWER,
            inquiry=Inquiry.STORED_ANSWER,
            inquiries=0,
            not_before=now,
        )
    )
    unknown = db.scalars(writes.returning(Operation.id), execution_options=unsynced)
    return Unanswered(unknown=tuple(unknown), message_set_ids=tuple(set_ids))
