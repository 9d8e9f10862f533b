"""Apply a kept answer again: the service died after it had kept it, or a mistake of ours kept it from being applied."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qbwc_service import queue
from qbwc_service.errors import NotFoundError, StateError
from qbwc_service.observability import get_logger
from qbwc_service.store import MessageSet, MessageSetPurpose, MessageSetState
from qbwc_service.sync import Applied, apply_answer, apply_hresult

log = get_logger(__name__)
REPLAYABLE = (MessageSetState.APPLY_FAILED, MessageSetState.ANSWERED)
"""An answer is here that was not applied: it could not be, or the service died first."""

MOST_REPLAYED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What applying one kept answer again came to; ``error`` says why it failed again, if it did."""

    message_set_id: int
    applied: Applied
    error: str | None


def list_replayable(db: Session, connection_id: int) -> list[int]:
    """Give the sets whose answer is kept and was not applied, oldest first."""
    failed = (
        MessageSet.connection_id == connection_id,
        MessageSet.state.in_(REPLAYABLE),
        MessageSet.purpose == MessageSetPurpose.WORK,
    )
    return list(db.scalars(select(MessageSet.id).where(*failed).order_by(MessageSet.id).limit(MOST_REPLAYED)))


def replay_set(
    db: Session, connection_id: int, message_set_id: int, *, policy: queue.RetryPolicy, now: datetime
) -> Replayed:
    """Apply the kept answer of a set again; only operations that are still unknown move.

    A failure is recorded with the set, and everything else stays as it was. NotFoundError where there is no such set,
    StateError where its answer was applied already or never came.
    """
    mine = (MessageSet.connection_id == connection_id, MessageSet.id == message_set_id)
    row = db.execute(select(MessageSet, MessageSet.answer).where(*mine).with_for_update(of=MessageSet)).one_or_none()
    if row is None:
        raise NotFoundError(f"message set {message_set_id} does not exist in connection {connection_id}")
    kept, answer = row
    if kept.state not in REPLAYABLE or kept.purpose is not MessageSetPurpose.WORK:
        raise StateError(
            f"message set {message_set_id} is {kept.state.value}: there is no kept answer to apply again",
            field="message_set",
            remedy=f"see those that have one: qbwc-service message-sets list {connection_id} --state apply_failed",
        )
    try:
        with db.begin_nested():
            applied = _apply(db, kept, answer or "", policy=policy, now=now)
            error = applied.problem
    except Exception as failure:
        # Whatever it was has to be on record, and must not take the rest of the session with it.
        log.exception("replay_failed", connection_id=connection_id, message_set_id=message_set_id)
        applied, error = Applied(), f"{type(failure).__name__}: {failure}".partition("\n")[0]
    _record(db, connection_id, message_set_id, error=error, now=now)
    return Replayed(message_set_id=message_set_id, applied=applied, error=error)


def _apply(db: Session, kept: MessageSet, answer: str, *, policy: queue.RetryPolicy, now: datetime) -> Applied:
    if kept.hresult is None:
        return apply_answer(db, kept.connection_id, message_set_id=kept.id, answer=answer, policy=policy, now=now)
    text = kept.hresult_message or f"QuickBooks refused the request ({kept.hresult})"
    return apply_hresult(
        db, kept.connection_id, message_set_id=kept.id, hresult=kept.hresult, text=text, policy=policy, now=now
    )


def _record(db: Session, connection_id: int, message_set_id: int, *, error: str | None, now: datetime) -> None:
    mine = (MessageSet.connection_id == connection_id, MessageSet.id == message_set_id)
    values: dict[str, object] = {"apply_attempts": MessageSet.apply_attempts + 1, "apply_error": error}
    if error is None:
        values |= {"state": MessageSetState.APPLIED, "applied_at": now}
    db.execute(update(MessageSet).where(*mine).values(**values), execution_options={"synchronize_session": False})
