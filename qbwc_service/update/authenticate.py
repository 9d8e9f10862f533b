"""authenticate: who calls, and whether there is anything to do for them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, insert, or_, select
from sqlalchemy.orm import Session

from qbwc_service import queue
from qbwc_service.connections import Login, accepted_rotations, find_login, record_contact, record_wrong_password
from qbwc_service.credentials import NO_INSTALL, ServerKeys, check_password, hash_ticket, new_ticket
from qbwc_service.store import (
    Connection,
    ConnectionMode,
    ConnectionStatus,
    DocumentState,
    SessionEnd,
    SessionState,
    UpdateSession,
    allocate_ids,
)
from qbwc_service.sync import mark_documents
from qbwc_service.sync.pull import measure_pull
from qbwc_service.sync.recheck import has_due_rechecks
from qbwc_service.update.policy import UpdatePolicy
from qbwc_service.update.session import end_session

INVALID_USER = ["", "nvu"]
NOTHING_TO_DO = ["", "none"]
BUSY = ["", "busy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """What the Web Connector is told, and for whom it is: None where nobody proved to be anybody."""

    answer: list[str]
    connection_id: int | None = None


def authenticate(
    db: Session, user_name: str, password: str, *, keys: ServerKeys, policy: UpdatePolicy, now: datetime
) -> Authentication:
    """Answer ``[ticket, company file]``, or one of nvu, busy and none without a ticket [QBWC guide, ch. 2 and 10].

    A new authenticate of an install ends its own older session; another install's live session makes it busy.
    """
    login = find_login(db, user_name)
    if login is None:
        check_password(keys, password, install_id=NO_INSTALL, rotations=())
        return Authentication(answer=INVALID_USER)
    rotations = accepted_rotations(login, grace=policy.password_grace, now=now)
    if not check_password(keys, password, install_id=login.password_id, rotations=rotations):
        record_wrong_password(db, login, now=now)
        return Authentication(answer=INVALID_USER, connection_id=login.connection_id)
    record_contact(db, login, now=now)
    return Authentication(answer=_answer(db, login, policy=policy, now=now), connection_id=login.connection_id)


def _answer(db: Session, login: Login, *, policy: UpdatePolicy, now: datetime) -> list[str]:
    is_due, older, connection = _look(db, login, policy=policy, now=now)
    if older is not None:
        is_alive = now - older.last_call_at < policy.lease
        if is_alive and older.install_id != login.install_id:
            return BUSY
        reason = SessionEnd.SUPERSEDED if is_alive else SessionEnd.EXPIRED
        is_due |= end_session(db, older, reason=reason, policy=policy, now=now)
    if login.mode is not ConnectionMode.ACTIVE:
        return NOTHING_TO_DO
    is_due = is_due or measure_pull(db, connection, now=now).is_due
    # A company file that was not proven lately is worth a session of its own: that is how the connection gets well.
    if not is_due and login.status is ConnectionStatus.ONLINE:
        return NOTHING_TO_DO
    ticket = _begin(db, login, now=now)
    freed = queue.unblock_all(db, login.connection_id, now=now)
    mark_documents(db, login.connection_id, freed, state=DocumentState.PENDING, now=now)
    return [ticket, login.company_file_path or ""]


def _look(
    db: Session, login: Login, *, policy: UpdatePolicy, now: datetime
) -> tuple[bool, UpdateSession | None, Connection]:
    """See whether work is due and which session of the connection is open; one statement."""
    is_open = and_(UpdateSession.connection_id == Connection.id, UpdateSession.state == SessionState.OPEN)
    work = queue.has_due_work(login.connection_id, now=now)
    rechecks = has_due_rechecks(login.connection_id, after=policy.recheck_after, now=now)
    query = (
        select(or_(work, rechecks), UpdateSession, Connection)
        .select_from(Connection)
        .outerjoin(UpdateSession, is_open)
        .where(Connection.id == login.connection_id)
    )
    is_due, session, connection = db.execute(query).one()
    return bool(is_due), session, connection


def _begin(db: Session, login: Login, *, now: datetime) -> str:
    ticket = new_ticket(login.connection_id)
    (session_id,) = allocate_ids(db, "update_sessions")
    row = {
        "connection_id": login.connection_id,
        "id": session_id,
        "install_id": login.install_id,
        "ticket_hash": hash_ticket(ticket),
        "state": SessionState.OPEN,
        "started_at": now,
        "last_call_at": now,
    }
    db.execute(insert(UpdateSession), [row])
    return ticket
