"""Find, begin and end update sessions. The ticket is all the Web Connector has; we keep only its SHA-256."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import BindParameter, ColumnElement, Executable, and_, bindparam, select
from sqlalchemy.orm import Session

from qbwc_service import queue
from qbwc_service.credentials import hash_ticket, ticket_connection
from qbwc_service.store import (
    IS_UNSETTLED,
    Attempt,
    Connection,
    DocumentState,
    MessageSet,
    MessageSetState,
    SessionEnd,
    SessionState,
    UpdateSession,
)
from qbwc_service.sync import mark_documents, pull, repeat_lost_reads
from qbwc_service.sync.rules import Rules, present_rules, read_rules
from qbwc_service.update.policy import UpdatePolicy

UNANSWERED = (MessageSetState.SENT, MessageSetState.UNKNOWN)
NO_ANSWER = "QuickBooks gave no answer to this"
UNSETTLED = (*UNANSWERED, MessageSetState.ANSWERED)


@dataclass(frozen=True, slots=True)
class Held:
    """An update session whose row this transaction holds, its connection, and its last set that is not settled.

    That set waits for an answer; or its answer is kept and was not applied yet, because another process is about to.
    ``has_questions`` says whether QuickBooks has to be asked about operations before anything new goes out.
    """

    session: UpdateSession
    connection: Connection
    unsettled: MessageSet | None
    has_questions: bool
    rules_body: Mapping[str, object] | None

    @property
    def rules(self) -> Rules:
        """The rules of the connection that hold now."""
        return read_rules(self.rules_body)

    def is_live(self, policy: UpdatePolicy, *, now: datetime) -> bool:
        """Whether the ticket still opens anything."""
        return self.session.state is SessionState.OPEN and now - self.session.last_call_at < policy.ticket_lifetime


def hold_session(db: Session, ticket: str) -> Held | None:
    """Find the session of a ticket, live or not; lock it and its connection against a second call; one statement."""
    connection_id = ticket_connection(ticket)
    if connection_id is None:
        return None
    values = {"connection_id": connection_id, "ticket_hash": hash_ticket(ticket)}
    row = db.execute(_held_session(), values).first()
    return None if row is None else Held(*row)


@cache
def _held_session() -> Executable:
    """Say what is read of a session; put together once, for every call of the Web Connector asks for it."""
    connection_id: BindParameter[int] = bindparam("connection_id")
    its_set = (
        (MessageSet.connection_id == UpdateSession.connection_id)
        & (MessageSet.update_session_id == UpdateSession.id)
        & IS_UNSETTLED
        & MessageSet.state.in_(UNSETTLED)
    )
    return (
        select(UpdateSession, Connection, MessageSet, queue.has_questions(connection_id), present_rules(connection_id))
        .select_from(Connection)
        .join(UpdateSession, UpdateSession.connection_id == Connection.id)
        .outerjoin(MessageSet, its_set)
        .where(UpdateSession.connection_id == connection_id, UpdateSession.ticket_hash == bindparam("ticket_hash"))
        .order_by(MessageSet.id.desc())
        # The connection first, as authenticate locks it: two calls that lock in two orders would wait for each other.
        .with_for_update(of=(Connection, UpdateSession), key_share=True)
        .execution_options(populate_existing=True)
    )


def is_overtaken() -> ColumnElement[bool]:
    """Say, in SQL, that nobody waits for a set's answer any more, although it never came."""
    return and_(MessageSet.state == MessageSetState.SETTLED, MessageSet.answered_at.is_(None))


def find_overtaken(db: Session, session: UpdateSession, operation_id: int | None) -> MessageSet | None:
    """Find the set in which a session that is over handed out an operation, where its answer never came."""
    if operation_id is None or session.state is SessionState.OPEN:
        return None
    its_set = (Attempt.connection_id == MessageSet.connection_id) & (Attempt.message_set_id == MessageSet.id)
    carried = (Attempt.connection_id == session.connection_id, Attempt.operation_id == operation_id)
    query = select(MessageSet).join(Attempt, its_set).where(*carried, MessageSet.update_session_id == session.id)
    return db.scalars(query.where(is_overtaken()).order_by(MessageSet.id.desc()).limit(1)).first()


def end_session(
    db: Session,
    session: UpdateSession,
    *,
    reason: SessionEnd,
    policy: UpdatePolicy,
    now: datetime,
    is_set_out: bool = True,
) -> bool:
    """End a session: writes that it handed out without an answer are *unknown* from now on, reads are asked again.

    Says whether there were any. ``is_set_out`` is False where the caller knows that no set waits for an answer.
    """
    session.state = SessionState.ENDED
    session.end_reason = reason
    session.ended_at = now
    db.flush()
    if not is_set_out:
        return False
    lost = queue.settle_unanswered(db, session.connection_id, session.id, now=now)
    pull.lose_pull(db, session.connection_id, update_session_id=session.id, reason=NO_ANSWER, now=now)
    unknown = DocumentState.UNKNOWN
    mark_documents(db, session.connection_id, lost.unknown, state=unknown, now=now, message=queue.NO_ANSWER)
    repeated = [
        repeat_lost_reads(db, session.connection_id, set_id, policy=policy.retries, now=now)
        for set_id in lost.message_set_ids
    ]
    session.failed_count += sum(one.failed for one in repeated)
    return bool(lost.unknown) or any(one.again for one in repeated)
