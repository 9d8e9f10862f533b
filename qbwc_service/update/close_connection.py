"""closeConnection and getLastError: the sentences that people read in the Web Connector's window."""

from datetime import datetime

from sqlalchemy.orm import Session

from qbwc_service import queue
from qbwc_service.store import SessionEnd, SessionState, UpdateSession
from qbwc_service.update.policy import UpdatePolicy
from qbwc_service.update.session import end_session, hold_session

UNKNOWN_TICKET = "This update session is unknown or has expired."
NO_ERROR = "No error is recorded for this update."


def close_connection(db: Session, ticket: str, *, policy: UpdatePolicy, now: datetime) -> str:
    """End the session and say in one sentence what was done and what is left; an unknown ticket gets a text too."""
    held = hold_session(db, ticket)
    if held is None:
        return "Nothing was open." if ticket else "Nothing to do."
    session = held.session
    if session.state is SessionState.OPEN:
        is_out = held.unsettled is not None
        end_session(db, session, reason=SessionEnd.CLOSED, policy=policy, is_set_out=is_out, now=now)
    return _sentence(session, queue.measure_queue(db, session.connection_id, now=now))


def get_last_error(db: Session, ticket: str, *, policy: UpdatePolicy, now: datetime) -> str:
    """Give the text of this ticket; never empty, and never NoOp, which would start the talk again."""
    held = hold_session(db, ticket)
    if held is None:
        return UNKNOWN_TICKET
    return held.session.last_error or (NO_ERROR if held.is_live(policy, now=now) else UNKNOWN_TICKET)


def _sentence(session: UpdateSession, depth: queue.QueueDepth) -> str:
    if session.last_error is not None:
        return session.last_error
    parts = [f"{session.done_count} done"]
    if session.failed_count:
        parts.append(f"{session.failed_count} failed")
    if depth.unsettled:
        parts.append(f"{depth.unsettled} unknown (handed out, no answer)")
    if depth.undecided:
        parts.append(f"{depth.undecided} undecided (QuickBooks could not tell; a person has to look)")
    left = f"{depth.waiting} waiting" if depth.waiting else "nothing is waiting"
    return f"{', '.join(parts)}; {left}."
