"""sendRequestXML: prove the company file, then hand out what is due."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from qbwc_service import qbxml, queue
from qbwc_service.store import MessageSet, MessageSetPurpose, MessageSetState, SessionEnd, SessionState, allocate_ids
from qbwc_service.sync import Batch, Dialect, prepare_batch, pull
from qbwc_service.update.company_file import identity_requests, prove_company_file, read_company_file
from qbwc_service.update.policy import UpdatePolicy
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
    if not held.session.is_identified and not _identify(db, held, host, owner_id=owner_id, now=now):
        return NextMessageSet(qbxml="", connection_id=held.connection.id)
    dialect = _dialect(held, host)
    (message_set_id,) = allocate_ids(db, "message_sets")
    batch = asked = None
    if held.session.is_identified:
        asked = _prepare_pull(db, held, message_set_id, dialect=dialect, now=now)
    if held.session.is_identified and asked is None:
        prepared = prepare_batch(
            db,
            held.connection.id,
            message_set_id=message_set_id,
            dialect=dialect,
            limits=policy.limits,
            now=now,
        )
        batch = prepared.batch
        held.session.failed_count += prepared.failed
        if batch is None:
            asked = _prepare_pull(db, held, message_set_id, dialect=dialect, now=now, is_queue_empty=True)
    if asked is not None:
        return _hand_out_pull(db, held, message_set_id, asked, version=dialect.version, now=now)
    if batch is None:
        return _hand_out_identity(db, held, message_set_id, version=dialect.version, owner_id=owner_id, now=now)
    return _hand_out(db, held, message_set_id, batch, version=dialect.version, now=now)


def _repeat(unanswered: MessageSet) -> NextMessageSet:
    return NextMessageSet(
        qbxml=unanswered.request, connection_id=unanswered.connection_id, message_set_id=unanswered.id
    )


def _identify(db: Session, held: Held, host: HostState, *, owner_id: str, now: datetime) -> bool:
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
        end_session(db, session, reason=SessionEnd.COMPANY_MISMATCH, now=now)
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


def _prepare_pull(
    db: Session, held: Held, message_set_id: int, *, dialect: Dialect, now: datetime, is_queue_empty: bool = False
) -> pull.PullBatch | None:
    return pull.prepare_pull(
        db,
        held.connection,
        update_session_id=held.session.id,
        message_set_id=message_set_id,
        dialect=dialect,
        now=now,
        is_queue_empty=is_queue_empty,
    )


def _hand_out_pull(
    db: Session, held: Held, message_set_id: int, asked: pull.PullBatch, *, version: str, now: datetime
) -> NextMessageSet:
    """Ask for what the mirror lacks: pure queries, so without a set ID; lost ones are simply asked again."""
    text = qbxml.build_message_set(asked.requests, version=version)
    purpose = MessageSetPurpose.PULL
    _store(db, held, message_set_id, text, purpose=purpose, new_message_set_id=None, operation_ids=[], now=now)
    pull.record_questions(db, held.connection.id, asked, message_set_id=message_set_id)
    return NextMessageSet(qbxml=text, connection_id=held.connection.id, message_set_id=message_set_id)


def _hand_out(
    db: Session, held: Held, message_set_id: int, batch: Batch, *, version: str, now: datetime
) -> NextMessageSet:
    set_id = secrets.token_hex(SET_ID_BYTES) if batch.is_write else None
    text = qbxml.build_message_set(batch.requests, version=version, new_message_set_id=set_id)
    _store(
        db,
        held,
        message_set_id,
        text,
        purpose=MessageSetPurpose.WORK,
        new_message_set_id=set_id,
        operation_ids=[operation.id for operation in batch.operations],
        now=now,
    )
    queue.record_attempts(db, held.connection.id, batch.operations, message_set_id=message_set_id, now=now)
    return NextMessageSet(
        qbxml=text,
        connection_id=held.connection.id,
        message_set_id=message_set_id,
        operation_ids=tuple(operation.id for operation in batch.operations),
    )


def _hand_out_identity(
    db: Session, held: Held, message_set_id: int, *, version: str, owner_id: str, now: datetime
) -> NextMessageSet:
    """Ask which company file is open: the first question of a session, and the harmless one where nothing is left.

    An empty answer to sendRequestXML would be taken for an error [QBWC guide, ch. 2].
    """
    built = [qbxml.build_request(request, version=version) for request in identity_requests(owner_id)]
    text = qbxml.build_message_set(built, version=version)
    purpose = MessageSetPurpose.IDENTITY
    _store(db, held, message_set_id, text, purpose=purpose, new_message_set_id=None, operation_ids=[], now=now)
    return NextMessageSet(qbxml=text, connection_id=held.connection.id, message_set_id=message_set_id)


def _store(
    db: Session,
    held: Held,
    message_set_id: int,
    text: str,
    *,
    purpose: MessageSetPurpose,
    new_message_set_id: str | None,
    operation_ids: list[int],
    now: datetime,
) -> None:
    row = {
        "connection_id": held.connection.id,
        "id": message_set_id,
        "update_session_id": held.session.id,
        "purpose": purpose,
        "state": MessageSetState.SENT,
        "new_message_set_id": new_message_set_id,
        "operation_ids": operation_ids,
        "request": text,
        "sent_at": now,
    }
    db.execute(insert(MessageSet), [row])
