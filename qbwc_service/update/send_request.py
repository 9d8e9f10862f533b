"""sendRequestXML: prove the company file, then hand out what is due."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from qbwc_service import qbxml, queue
from qbwc_service.store import MessageSet, MessageSetPurpose, MessageSetState, SessionEnd, SessionState, allocate_ids
from qbwc_service.sync import Dialect, prepare_batch, pull
from qbwc_service.sync.recheck import recheck
from qbwc_service.sync.recovery import InquirySet, KeptAnswer, NextQuestion, StoredAnswerQuestion, next_question
from qbwc_service.update.company_file import identity_requests, prove_company_file, read_company_file
from qbwc_service.update.policy import UpdatePolicy
from qbwc_service.update.replay import replay_set
from qbwc_service.update.session import Held, end_session, hold_session

SET_ID_BYTES = 10
"""Random bytes of a message set ID: 20 characters in hex, within QuickBooks' 24 [Intuit's InvoiceAdd sample]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """What the Web Connector says with every sendRequestXML; ``hcp_response`` on the first one only."""

    hcp_response: str
    company_file_name: str
    country: str
    major_version: int
    minor_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NextMessageSet:
    """One document for QuickBooks, and the operations it carries; ``qbxml`` is empty where nothing may be sent."""

    qbxml: str
    connection_id: int | None = None
    message_set_id: int | None = None
    operation_ids: tuple[int, ...] = ()


NOTHING = NextMessageSet(qbxml="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One document on its way out, and why: ``attempted`` are the operations it is to do, ``pulled`` what it asks."""

    purpose: MessageSetPurpose
    text: str
    new_message_set_id: str | None = None
    operation_ids: tuple[int, ...] = ()
    recovers_id: int | None = None
    attempted: tuple[queue.ClaimedOperation, ...] = ()
    pulled: pull.PullBatch | None = None


def send_request(
    db: Session, ticket: str, host: HostState, *, owner_id: str, policy: UpdatePolicy, now: datetime
) -> NextMessageSet:
    """Give the next message set; what it hands out is *sent* when the caller commits, before the text leaves.

    A call that comes twice (.NET repeats a POST on a broken connection by itself) gets the same bytes again.
    An empty text always comes with a sentence in the session for getLastError.
    """
    held = hold_session(db, ticket)
    if held is None or not held.is_live(policy, now=now):
        return NOTHING
    held.session.last_call_at = now
    held.session.last_error = None
    if held.unsettled is not None and held.unsettled.state is MessageSetState.SENT:
        return _repeat(held.unsettled)
    if not held.session.is_identified:
        if not _identify(db, held, host, owner_id=owner_id, policy=policy, now=now):
            return NextMessageSet(qbxml="", connection_id=held.connection.id)
        if held.session.is_identified and recheck(db, held.connection.id, after=policy.recheck_after, now=now):
            held = replace(held, has_questions=True)
    dialect = _dialect(held, host)
    (message_set_id,) = allocate_ids(db, "message_sets")
    outgoing = _next(db, held, message_set_id, dialect, policy=policy, now=now) if held.session.is_identified else None
    return _store(db, held, message_set_id, outgoing or _ask_for_identity(dialect, owner_id=owner_id), now=now)


def _next(
    db: Session, held: Held, message_set_id: int, dialect: Dialect, *, policy: UpdatePolicy, now: datetime
) -> Outgoing | None:
    """Say what goes out: questions about what is unknown before anything new; None where nothing is due."""
    asked = NextQuestion()
    if held.has_questions:
        asked = next_question(db, held.connection.id, dialect=dialect, policy=policy.retries, now=now)
    while isinstance(asked.question, KeptAnswer):
        replayed = replay_set(db, held.connection.id, asked.question.message_set_id, policy=policy.retries, now=now)
        held.session.done_count += replayed.applied.done
        held.session.failed_count += asked.failed + replayed.applied.failed
        asked = next_question(db, held.connection.id, dialect=dialect, policy=policy.retries, now=now)
    held.session.failed_count += asked.failed
    match asked.question:
        case StoredAnswerQuestion():
            return _ask_for_stored_answer(asked.question, dialect)
        case InquirySet():
            return _ask_about_operations(asked.question, dialect)
    if asked.holds_work:
        return _pull(db, held, message_set_id, dialect, now=now)
    if pull.take_queues_turn(held.connection):
        work = _work(db, held, message_set_id, dialect, policy=policy, now=now)
        return work or _pull(db, held, message_set_id, dialect, now=now)
    pulled = _pull(db, held, message_set_id, dialect, now=now)
    return pulled or _work(db, held, message_set_id, dialect, policy=policy, now=now)


def _work(
    db: Session, held: Held, message_set_id: int, dialect: Dialect, *, policy: UpdatePolicy, now: datetime
) -> Outgoing | None:
    """Take what is due of the queue."""
    prepared = prepare_batch(
        db,
        held.connection.id,
        message_set_id=message_set_id,
        dialect=dialect,
        limits=policy.limits,
        rules=held.rules,
        now=now,
    )
    held.session.failed_count += prepared.failed
    if prepared.batch is None:
        return None
    set_id = secrets.token_hex(SET_ID_BYTES) if prepared.batch.is_write else None
    return Outgoing(
        purpose=MessageSetPurpose.WORK,
        text=qbxml.build_message_set(prepared.batch.requests, version=dialect.version, new_message_set_id=set_id),
        new_message_set_id=set_id,
        operation_ids=tuple(operation.id for operation in prepared.batch.operations),
        attempted=prepared.batch.operations,
    )


def _pull(db: Session, held: Held, message_set_id: int, dialect: Dialect, *, now: datetime) -> Outgoing | None:
    """Ask for what the mirror lacks: pure queries, so without a set ID."""
    questions = pull.prepare_pull(
        db,
        held.connection,
        update_session_id=held.session.id,
        message_set_id=message_set_id,
        dialect=dialect,
        now=now,
    )
    if questions is None:
        return None
    text = qbxml.build_message_set(questions.requests, version=dialect.version)
    return Outgoing(purpose=MessageSetPurpose.PULL, text=text, pulled=questions)


def _repeat(unanswered: MessageSet) -> NextMessageSet:
    return NextMessageSet(
        qbxml=unanswered.request, connection_id=unanswered.connection_id, message_set_id=unanswered.id
    )


def _identify(db: Session, held: Held, host: HostState, *, owner_id: str, policy: UpdatePolicy, now: datetime) -> bool:
    """Prove the company file where the first call brought the means to; say whether the session may go on.

    Where QuickBooks' own words are missing, the session goes on unproven, which allows only the question itself.
    """
    session = held.session
    if host.company_file_name:
        session.company_file_path = host.company_file_name
    facts = qbxml.read_host(host.hcp_response)
    if not facts.has_company:
        return True
    found = read_company_file(facts, path=session.company_file_path, owner_id=owner_id)
    mismatch = prove_company_file(db, held, found, now=now)
    if mismatch is not None:
        session.last_error = mismatch
        end_session(db, session, reason=SessionEnd.COMPANY_MISMATCH, policy=policy, now=now)
    return session.state is SessionState.OPEN


def _dialect(held: Held, host: HostState) -> Dialect:
    """Speak the highest version that QuickBooks knows and that this call's request processor can take."""
    is_said = host.major_version > 0
    version = qbxml.choose_version(
        held.connection.supported_versions or (),
        major=host.major_version if is_said else None,
        minor=host.minor_version if is_said else None,
    )
    country = held.connection.country or host.country
    return Dialect(version=version, country=country if country in qbxml.grammar.EDITIONS else "US")


def _ask_for_stored_answer(question: StoredAnswerQuestion, dialect: Dialect) -> Outgoing:
    """Ask whether QuickBooks kept the answer: new and old ID the same, which executes nothing [Intuit: table 31-2].

    Never the old ID alone: that would make QuickBooks forget the answer.
    """
    set_id = question.new_message_set_id
    text = qbxml.build_message_set([], version=dialect.version, new_message_set_id=set_id, old_message_set_id=set_id)
    return Outgoing(
        purpose=MessageSetPurpose.RECOVERY,
        text=text,
        operation_ids=question.operation_ids,
        recovers_id=question.message_set_id,
    )


def _ask_about_operations(question: InquirySet, dialect: Dialect) -> Outgoing:
    return Outgoing(
        purpose=MessageSetPurpose.INQUIRY,
        text=qbxml.build_message_set(question.requests, version=dialect.version),
        operation_ids=question.operation_ids,
    )


def _ask_for_identity(dialect: Dialect, *, owner_id: str) -> Outgoing:
    """Ask which company file is open: the first question of a session, and the harmless one where nothing is left.

    An empty answer to sendRequestXML would be taken for an error [QBWC guide, ch. 2].
    """
    built = [qbxml.build_request(request, version=dialect.version) for request in identity_requests(owner_id)]
    return Outgoing(purpose=MessageSetPurpose.IDENTITY, text=qbxml.build_message_set(built, version=dialect.version))


def _store(db: Session, held: Held, message_set_id: int, outgoing: Outgoing, *, now: datetime) -> NextMessageSet:
    row = {
        "connection_id": held.connection.id,
        "id": message_set_id,
        "update_session_id": held.session.id,
        "purpose": outgoing.purpose,
        "state": MessageSetState.SENT,
        "new_message_set_id": outgoing.new_message_set_id,
        "operation_ids": list(outgoing.operation_ids),
        "recovers_id": outgoing.recovers_id,
        "request": outgoing.text,
        "sent_at": now,
    }
    db.execute(insert(MessageSet), [row])
    if outgoing.attempted:
        queue.record_attempts(db, held.connection.id, outgoing.attempted, message_set_id=message_set_id, now=now)
    if outgoing.pulled is not None:
        pull.record_questions(db, held.connection.id, outgoing.pulled, message_set_id=message_set_id)
    return NextMessageSet(
        qbxml=outgoing.text,
        connection_id=held.connection.id,
        message_set_id=message_set_id,
        operation_ids=outgoing.operation_ids,
    )
