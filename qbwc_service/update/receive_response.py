"""receiveResponseXML: understand an answer that was kept.

In a transaction of its own, so that the raw text is there whatever goes wrong. ``apply_kept`` matches it to its
operations and says how far the session is.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from qbwc_service import qbxml, queue
from qbwc_service.store import (
    MessageSet,
    MessageSetPurpose,
    MessageSetState,
    SessionEnd,
    SessionState,
)
from qbwc_service.sync import (
    Applied,
    Arrival,
    apply_answer,
    apply_hresult,
    apply_judgements,
    judge_silence,
    list_sent,
    pull,
)
from qbwc_service.sync.recheck import recheck, recheck_changed
from qbwc_service.sync.recovery import AUTOMATIC_TRIES, apply_inquiry, apply_stored_answer, refuse_inquiry
from qbwc_service.update.company_file import prove_company_file, read_company_file
from qbwc_service.update.keep_answer import SESSION_IS_OVER, Answer, Kept, Progress
from qbwc_service.update.policy import UpdatePolicy
from qbwc_service.update.reach import explain_hresult, report_unreachable
from qbwc_service.update.session import Held, end_session, hold_session

FINISHED = 100
MOST_UNFINISHED = 99
NOT_APPLIED = "The answer is kept, but could not be applied; see the service's log."


def apply_kept(
    db: Session, ticket: str, kept: Kept, answer: Answer, *, owner_id: str, policy: UpdatePolicy, now: datetime
) -> Progress:
    """Apply a kept answer: operations, documents, the set and the session move on together when the caller commits."""
    held = hold_session(db, ticket)
    if held is None:
        raise LookupError("the session of a kept answer is gone")
    if answer.hresult.strip():
        applied = _apply_hresult(db, held, kept, answer, policy=policy, now=now)
    else:
        applied = _apply_text(db, held, kept, answer, owner_id=owner_id, policy=policy, now=now)
    _settle(db, kept, applied, now=now)
    return _progress(db, held, applied, policy=policy, now=now)


def _apply_text(
    db: Session, held: Held, kept: Kept, answer: Answer, *, owner_id: str, policy: UpdatePolicy, now: datetime
) -> Applied:
    """Understand an answer by what was asked."""
    text, retries = answer.response, policy.retries
    match kept.purpose:
        case MessageSetPurpose.IDENTITY:
            return _apply_identity(db, held, answer, owner_id=owner_id, policy=policy, now=now)
        case MessageSetPurpose.RECOVERY:
            applied = _apply_stored_answer(db, kept, text, policy=policy, now=now)
        case MessageSetPurpose.INQUIRY if held.session.state is SessionState.ENDED:
            # Asked anew since, and perhaps sent again since: what was true then proves nothing now.
            return Applied()
        case MessageSetPurpose.INQUIRY:
            applied = apply_inquiry(db, kept.connection_id, kept.operation_ids, answer=text, policy=retries, now=now)
            queue.close_settled_sets(db, kept.connection_id)
        case MessageSetPurpose.PULL:
            applied = _apply_pull(db, held, kept, text, now=now)
        case MessageSetPurpose.WORK:
            set_id = kept.message_set_id
            arrival = Arrival.LIVE if held.session.state is SessionState.OPEN else Arrival.LATE
            applied = apply_answer(
                db, kept.connection_id, message_set_id=set_id, answer=text, policy=retries, now=now, arrival=arrival
            )
    if applied.frees_problems:
        recheck_changed(db, kept.connection_id, now=now)
    if applied.problem is not None:
        held.session.last_error = "QuickBooks' answer could not be read to its end; it is kept."
    return applied


def _apply_pull(db: Session, held: Held, kept: Kept, text: str, *, now: datetime) -> Applied:
    """Take an answer into the mirror; one that comes when its session is over is not, for it is asked again."""
    if held.session.state is not SessionState.OPEN:
        return Applied()
    set_id, session_id = kept.message_set_id, held.session.id
    pulled = pull.apply_pull(
        db, held.connection, message_set_id=set_id, update_session_id=session_id, answer=text, now=now
    )
    return Applied(problem=pulled.problem, frees_problems=pulled.has_problems)


def _apply_stored_answer(db: Session, kept: Kept, text: str, *, policy: UpdatePolicy, now: datetime) -> Applied:
    """Apply what QuickBooks kept of a lost set, and keep it with that set as its answer."""
    if kept.recovers_id is None:
        raise LookupError(f"message set {kept.message_set_id} recovers nothing")
    recovered = apply_stored_answer(
        db, kept.connection_id, message_set_id=kept.recovers_id, answer=text, policy=policy.retries, now=now
    )
    if recovered.is_stored and recovered.applied.problem is None:
        lost = (
            MessageSet.connection_id == kept.connection_id,
            MessageSet.id == kept.recovers_id,
            MessageSet.state.in_((MessageSetState.UNKNOWN, MessageSetState.APPLY_FAILED)),
        )
        values = {"state": MessageSetState.APPLIED, "answer": text, "answered_at": now, "applied_at": now}
        db.execute(update(MessageSet).where(*lost).values(**values), execution_options={"synchronize_session": False})
    return recovered.applied


def record_failure(
    db: Session, ticket: str, kept: Kept, *, error: str, policy: UpdatePolicy, now: datetime
) -> Progress:
    """Record that applying failed: the raw answer stays, and what the set carried is *unknown* until it is applied."""
    _finish_set(db, kept, state=MessageSetState.APPLY_FAILED, error=error, attempts=1, now=now)
    sent = list_sent(db, kept.connection_id, kept.message_set_id)
    judgements = {
        operation_id: judge_silence(operation, reason=NOT_APPLIED, policy=policy.retries, now=now)
        for operation_id, operation in sent.items()
    }
    apply_judgements(db, kept.connection_id, message_set_id=kept.message_set_id, judgements=judgements, now=now)
    held = hold_session(db, ticket)
    if held is not None:
        held.session.last_error = NOT_APPLIED
        pull.refuse_pull(db, held.connection, message_set_id=kept.message_set_id, reason=error, now=now)
    return Progress(percent=SESSION_IS_OVER, connection_id=kept.connection_id)


def _apply_identity(
    db: Session, held: Held, answer: Answer, *, owner_id: str, policy: UpdatePolicy, now: datetime
) -> Applied:
    facts = qbxml.read_host(answer.response)
    session = held.session
    if not facts.has_company:
        if not session.is_identified:
            session.last_error = "QuickBooks did not say which company file is open, so nothing was sent to it."
        return Applied(problem=None if session.is_identified else session.last_error)
    found = read_company_file(facts, path=session.company_file_path, owner_id=owner_id)
    was_identified = session.is_identified
    mismatch = prove_company_file(db, held, found, now=now)
    if mismatch is None:
        if not was_identified:
            recheck(db, held.connection.id, after=policy.recheck_after, now=now)
        return Applied()
    session.last_error = mismatch
    if session.state is SessionState.OPEN:
        end_session(db, session, reason=SessionEnd.COMPANY_MISMATCH, policy=policy, now=now)
    return Applied()


def _apply_hresult(
    db: Session, held: Held, kept: Kept, answer: Answer, *, policy: UpdatePolicy, now: datetime
) -> Applied:
    """Decide by the hresult what became of the whole set; a question that was not answered stays open."""
    hresult = answer.hresult.strip()
    text = answer.message or f"QuickBooks refused the request ({hresult})"
    is_poison = qbxml.judge_hresult(hresult) is qbxml.HresultKind.POISON
    if not is_poison or kept.purpose is MessageSetPurpose.IDENTITY:
        _cannot_reach(db, held, hresult, text, now=now)
    connection_id = kept.connection_id
    match kept.purpose:
        case MessageSetPurpose.RECOVERY | MessageSetPurpose.INQUIRY if _was_not_sent(hresult):
            queue.uncount_inquiry(db, connection_id, kept.operation_ids)
        case MessageSetPurpose.RECOVERY if is_poison:
            queue.look_up_set(db, connection_id, kept.recovers_id or 0, now=now)
        case MessageSetPurpose.INQUIRY if is_poison and held.session.state is SessionState.OPEN:
            return refuse_inquiry(db, connection_id, kept.operation_ids, text=text, now=now)
        case MessageSetPurpose.PULL if is_poison:
            pull.refuse_pull(db, held.connection, message_set_id=kept.message_set_id, reason=text, now=now)
        case MessageSetPurpose.PULL if not _was_not_sent(hresult):
            pull.lose_pull(db, connection_id, update_session_id=held.session.id, reason=text, now=now)
        case MessageSetPurpose.WORK:
            set_id, retries = kept.message_set_id, policy.retries
            return apply_hresult(
                db, connection_id, message_set_id=set_id, hresult=hresult, text=text, policy=retries, now=now
            )
        case _:
            pass
    return Applied()


def _was_not_sent(hresult: str) -> bool:
    return qbxml.judge_hresult(hresult) in {qbxml.HresultKind.CONNECTION, qbxml.HresultKind.AUTHORIZATION}


def _cannot_reach(db: Session, held: Held, hresult: str, text: str, *, now: datetime) -> None:
    reason = explain_hresult(hresult, text)
    report_unreachable(db, held.connection.id, hresult, reason=reason, now=now)
    held.session.last_error = reason


def _settle(db: Session, kept: Kept, applied: Applied, *, now: datetime) -> None:
    """Complete the set. One that cannot be read to its end is not applied again by itself: it would change nothing."""
    if applied.problem is None:
        _finish_set(db, kept, state=MessageSetState.APPLIED, now=now)
    else:
        _finish_set(
            db, kept, state=MessageSetState.APPLY_FAILED, error=applied.problem, attempts=AUTOMATIC_TRIES, now=now
        )


def _finish_set(
    db: Session,
    kept: Kept,
    *,
    state: MessageSetState,
    error: str | None = None,
    attempts: int = 0,
    now: datetime,
) -> None:
    mine = (
        MessageSet.connection_id == kept.connection_id,
        MessageSet.id == kept.message_set_id,
        MessageSet.state.in_((MessageSetState.ANSWERED, MessageSetState.APPLY_FAILED)),
    )
    applied_at = now if state is MessageSetState.APPLIED else None
    counted = MessageSet.apply_attempts + attempts
    values = {"state": state, "applied_at": applied_at, "apply_error": error, "apply_attempts": counted}
    db.execute(update(MessageSet).where(*mine).values(**values), execution_options={"synchronize_session": False})


def _progress(db: Session, held: Held, applied: Applied, *, policy: UpdatePolicy, now: datetime) -> Progress:
    """Say how far the session is: 100 exactly when nothing is due, and never less than what was said before."""
    session = held.session
    depth = queue.measure_queue(db, held.connection.id, now=now)
    session.done_count += applied.done
    session.failed_count += applied.failed
    over = Progress(percent=SESSION_IS_OVER, connection_id=held.connection.id, applied=applied)
    if session.state is not SessionState.OPEN or not held.is_live(policy, now=now) or session.last_error is not None:
        return over
    session.last_call_at = now
    pulled = pull.measure_pull(db, held.connection, update_session_id=session.id, now=now)
    if depth.due == 0 and not pulled.is_due:
        session.progress = FINISHED
    else:
        finished = session.done_count + session.failed_count
        share = FINISHED * finished // (finished + depth.due + depth.later) if depth.due else FINISHED
        share = min(share, pulled.percent)
        session.progress = max(session.progress, min(max(share, 1), MOST_UNFINISHED))
    return Progress(percent=session.progress, connection_id=held.connection.id, applied=applied)
