"""Read the talk with the Web Connector: what was handed out and what came back, byte for byte."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qbwc_service.errors import AnswerError, NotFoundError
from qbwc_service.store import MessageSet, MessageSetPurpose, MessageSetState
from qbwc_service.sync.recovery import is_stored_answer


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSetInfo:
    """One qbXML document that was handed out; ``apply_error`` says why its answer could not be used, if so.

    ``recovers_id`` is the lost set whose kept answer it asks for.
    """

    id: int
    update_session_id: int
    purpose: MessageSetPurpose
    state: MessageSetState
    operation_ids: tuple[int, ...]
    new_message_set_id: str | None
    sent_at: datetime
    answered_at: datetime | None
    applied_at: datetime | None
    hresult: str | None
    hresult_message: str | None
    apply_error: str | None
    recovers_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """One time that QuickBooks was asked for the answer it had kept of a lost set.

    ``is_stored`` says whether it had kept one; None while nothing that can be read has come back.
    """

    message_set_id: int
    sent_at: datetime
    answered_at: datetime | None
    is_stored: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSetDetails:
    """One message set with both documents; ``answer`` is None while there is none.

    ``recoveries`` are the sets that asked for its answer when that was lost, oldest first.
    """

    message_set: MessageSetInfo
    request: str
    answer: str | None
    recoveries: tuple[Recovery, ...]


def list_message_sets(
    db: Session,
    connection_id: int,
    *,
    state: MessageSetState | None = None,
    purpose: MessageSetPurpose | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[MessageSetInfo]:
    """Give the connection's message sets, newest first, without their documents."""
    query = select(MessageSet).where(MessageSet.connection_id == connection_id)
    if state is not None:
        query = query.where(MessageSet.state == state)
    if purpose is not None:
        query = query.where(MessageSet.purpose == purpose)
    if before is not None:
        query = query.where(MessageSet.id < before)
    return [_info(message_set) for message_set in db.scalars(query.order_by(MessageSet.id.desc()).limit(limit))]


def get_message_set(db: Session, connection_id: int, message_set_id: int) -> MessageSetDetails:
    """Give one message set; NotFoundError where the connection has none of that number."""
    held = (MessageSet.connection_id == connection_id, MessageSet.id == message_set_id)
    row = db.execute(select(MessageSet, MessageSet.request, MessageSet.answer).where(*held)).one_or_none()
    if row is None:
        raise NotFoundError(
            f"message set {message_set_id} does not exist in connection {connection_id}",
            field="message_set",
            remedy=f"list them with: qbwc-service message-sets list {connection_id}",
        )
    message_set, request, answer = row
    asked = (MessageSet.connection_id == connection_id, MessageSet.recovers_id == message_set_id)
    recoveries = db.execute(select(MessageSet, MessageSet.answer).where(*asked).order_by(MessageSet.id))
    return MessageSetDetails(
        message_set=_info(message_set),
        request=request,
        answer=answer,
        recoveries=tuple(_recovery(*recovery) for recovery in recoveries),
    )


def _recovery(message_set: MessageSet, answer: str | None) -> Recovery:
    try:
        is_stored = is_stored_answer(answer) if answer else None
    except AnswerError:
        is_stored = None
    return Recovery(
        message_set_id=message_set.id,
        sent_at=message_set.sent_at,
        answered_at=message_set.answered_at,
        is_stored=is_stored,
    )


def _info(message_set: MessageSet) -> MessageSetInfo:
    return MessageSetInfo(
        id=message_set.id,
        update_session_id=message_set.update_session_id,
        purpose=message_set.purpose,
        state=message_set.state,
        operation_ids=tuple(message_set.operation_ids),
        new_message_set_id=message_set.new_message_set_id,
        sent_at=message_set.sent_at,
        answered_at=message_set.answered_at,
        applied_at=message_set.applied_at,
        hresult=message_set.hresult,
        hresult_message=message_set.hresult_message,
        apply_error=message_set.apply_error,
        recovers_id=message_set.recovers_id,
    )
