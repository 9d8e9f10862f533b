"""What a person does to one operation, together with the sync state of its document: try it again, or cancel it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qbwc_service import queue
from qbwc_service.errors import StateError
from qbwc_service.queue import OperationDetails, OperationInfo, get_operation, get_operation_details
from qbwc_service.store import Document, DocumentState, Link, Operation, OperationState
from qbwc_service.sync.apply import get_sent, record_judgements
from qbwc_service.sync.effect import ACTION, Effect
from qbwc_service.sync.judge import done
from qbwc_service.sync.look.anew import find_inquiry, without_found
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.problems.record import (
    close_problems,
    find_held_up,
    hold_up_again,
    open_problems,
    subject_of,
)
from qbwc_service.sync.repair.records import check_id
from qbwc_service.sync.rules import load_rules
from qbwc_service.sync.show import get_document
from qbwc_service.sync.state import mark_documents

CONFIRMATION = "--yes-it-is-not-in-quickbooks"
A_PERSON = "a person"
RETRIED = (OperationState.FAILED, OperationState.CANCELLED, OperationState.UNKNOWN)
NAMES = ("ref_number", "name", "RefNumber", "Name")
"""Where a document or a request says the name under which a person finds it in QuickBooks."""


def retry_operation(
    db: Session,
    connection_id: int,
    operation_id: int,
    *,
    not_in_quickbooks: bool = False,
    decided: Mapping[str, object] | None = None,
    by: str = A_PERSON,
    now: datetime,
) -> OperationInfo:
    """Put a failed, cancelled or unknown operation back into the queue, and its document's state with it.

    Also one that waits to be checked again: a person comes first. Its problems are closed, and those of what waits for
    it. A write whose outcome is unknown goes again only with ``not_in_quickbooks``: somebody looked, and it is not
    there. ``decided`` is what they decided about the operation of a document (whose values stand, that a number may be
    there twice); where they decided nothing, the record that somebody named is asked for again. Raises NotFoundError,
    and StateError (saying where to look) where it cannot be.
    """
    present = get_operation(db, connection_id, operation_id, locked=True)
    if present.state not in RETRIED and not present.waits_as_check:
        raise _not_now(present, "retried", remedy=_why_not_retried(present, connection_id))
    if present.state is OperationState.UNKNOWN and present.is_write and not not_in_quickbooks:
        raise _may_be_there(db, connection_id, present)
    if present.request.endswith("AddRq") and _is_linked(db, connection_id, operation_id):
        text = f"{present.subject} is in QuickBooks: operation {operation_id} would make it a second time"
        raise StateError(text, field="operation", remedy="unlink the document first, if it is not that record")
    rules = load_rules(db, connection_id)
    so = None
    if present.kind is not None:
        is_named_no_more = bool(decided) or not_in_quickbooks
        so = {**_decided(db, connection_id, operation_id, but_link=is_named_no_more), **(decided or {})}
    inquiry = find_inquiry(rules, present.kind, present.request, so)
    if not queue.send_again(db, connection_id, operation_id, inquiry=inquiry, decided=so, now=now):
        raise _not_now(present, "retried", remedy="somebody else was faster; look again")
    changed = get_operation(db, connection_id, operation_id)
    state = DocumentState.BLOCKED if changed.state is OperationState.BLOCKED else DocumentState.PENDING
    mark_documents(db, connection_id, [operation_id], state=state, now=now)
    _close_problems(db, connection_id, operation_id, causes=[operation_id], by=by, now=now)
    queue.close_settled_sets(db, connection_id)
    return changed


def _is_linked(db: Session, connection_id: int, operation_id: int) -> bool:
    """Say whether the operation's document has a record in QuickBooks."""
    same = (Link.connection_id == Operation.connection_id) & (Link.document_id == Operation.document_id)
    held = (Operation.connection_id == connection_id, Operation.id == operation_id)
    return db.scalar(select(Link.document_id).join(Operation, same).where(*held)) is not None


def _decided(db: Session, connection_id: int, operation_id: int, *, but_link: bool) -> dict[str, object]:
    """Give what was decided about an operation, but what a look found: it is found anew."""
    held = (Operation.connection_id == connection_id, Operation.id == operation_id)
    decided = without_found(db.scalar(select(Operation.decided).where(*held)))
    return {name: value for name, value in decided.items() if not (but_link and name == Decided.LINK)}


def is_named(db: Session, connection_id: int, operation_id: int) -> bool:
    """Say whether a person said which record the operation's document is."""
    held = (Operation.connection_id == connection_id, Operation.id == operation_id)
    return Decided.LINK in (db.scalar(select(Operation.decided).where(*held)) or {})


def forget_link(db: Session, connection_id: int, operation_id: int) -> None:
    """Forget which record a person said that an operation's document is."""
    held = (Operation.connection_id == connection_id, Operation.id == operation_id)
    decided = dict(db.scalar(select(Operation.decided).where(*held)) or {})
    if decided.pop(Decided.LINK, None) is not None:
        move = update(Operation).where(*held).values(decided=decided)
        db.execute(move, execution_options={"synchronize_session": False})


def link_operation(
    db: Session,
    connection_id: int,
    operation_id: int,
    *,
    quickbooks_id: str,
    object_type: str | None = None,
    by: str = A_PERSON,
    now: datetime,
) -> OperationInfo:
    """Take an unknown, failed or cancelled operation for done: what it should do is in QuickBooks, under this id.

    ``object_type`` says which type of record it is, where that is not its request's. What waited for it goes. Raises
    NotFoundError, InputError for an id that cannot be one of QuickBooks, StateError where the operation is in no such
    state or the record belongs to another document.
    """
    present = get_operation(db, connection_id, operation_id, locked=True)
    sent = get_sent(db, connection_id, operation_id)
    effect = Effect(
        object_type=object_type or ACTION.sub("", present.request),
        quickbooks_id=check_id(quickbooks_id),
        edit_sequence=None,
        total=None,
        balance=None,
    )
    if sent.document_id is not None:
        check_free(db, connection_id, effect.object_type, effect.quickbooks_id, document_id=sent.document_id)
    if not queue.adopt(db, connection_id, operation_id, now=now):
        raise _not_now(present, "linked", remedy=_why_not_retried(present, connection_id))
    judged = done(sent, effect if sent.document_id is not None else None, code=None, text=f"linked by {by}")
    record_judgements(db, connection_id, [replace(judged, pairs=True)], now=now, by=by)
    queue.close_settled_sets(db, connection_id)
    return get_operation(db, connection_id, operation_id)


def cancel_operation(
    db: Session, connection_id: int, operation_id: int, *, reason: str, by: str = A_PERSON, now: datetime
) -> OperationDetails:
    """Take a waiting, blocked or failed operation out of the queue; its document is then *cleared*.

    Gives the operation with those that wait for it: they stay blocked until it is retried or they are cancelled too.
    Raises NotFoundError, and StateError where it was handed out or has ended.
    """
    present = get_operation(db, connection_id, operation_id, locked=True)
    if not queue.cancel(db, connection_id, operation_id, reason=reason, now=now):
        raise _not_now(present, "cancelled", remedy=_why_not_cancelled(present, connection_id))
    state = DocumentState.CLEARED
    mark_documents(db, connection_id, [operation_id], state=state, now=now, message=f"cancelled: {reason}")
    _close_problems(db, connection_id, operation_id, by=by, now=now)
    held_up = find_held_up(db, connection_id, {operation_id: present.subject})
    open_problems(db, connection_id, held_up, now=now)
    return get_operation_details(db, connection_id, operation_id)


def _close_problems(
    db: Session, connection_id: int, operation_id: int, *, causes: Sequence[int] = (), by: str, now: datetime
) -> None:
    sent = get_sent(db, connection_id, operation_id)
    subjects = {subject_of(operation_id, None), subject_of(operation_id, sent.document_id, request=sent.request)}
    freed = close_problems(db, connection_id, subjects=subjects, causes=causes, by=by, now=now)
    hold_up_again(db, connection_id, freed, now=now)


def check_free(db: Session, connection_id: int, object_type: str, quickbooks_id: str, *, document_id: int) -> None:
    """Refuse a record that is paired with another document."""
    owner = db.execute(
        select(Document.kind, Document.external_id)
        .join(Link, (Link.connection_id == Document.connection_id) & (Link.document_id == Document.id))
        .where(
            Link.connection_id == connection_id,
            Link.object_type == object_type,
            Link.quickbooks_id == quickbooks_id,
            Link.document_id != document_id,
        )
    ).one_or_none()
    if owner is not None:
        message = f"{quickbooks_id} is linked to another document: {owner.kind.value} {owner.external_id!r}"
        raise StateError(message, field="quickbooks_id", remedy="look for the right record, or unlink that one first")


def _not_now(operation: OperationInfo, what: str, *, remedy: str) -> StateError:
    message = f"operation {operation.id} ({operation.request}) is {operation.state.value} and cannot be {what}"
    return StateError(message, field="operation", remedy=remedy)


def _why_not_retried(operation: OperationInfo, connection_id: int) -> str:
    match operation.state:
        case OperationState.WAITING:
            return "it goes out by itself at the Web Connector's next update"
        case OperationState.BLOCKED:
            return f"see what it waits for with: qbwc-service operations show {connection_id} {operation.id}"
        case OperationState.SENT:
            return "it is in QuickBooks' hands at this moment; wait for the end of the update"
        case OperationState.SUPERSEDED:
            return "a newer operation of the same document took its place; retry that one"
        case _ if operation.is_write:
            return "it is in QuickBooks; send a change instead"
        case _:
            return "it has been answered; enqueue the request again to ask again"


def _why_not_cancelled(operation: OperationInfo, connection_id: int) -> str:
    match operation.state:
        case OperationState.SENT | OperationState.UNKNOWN:
            return (
                "it was handed out, and QuickBooks may have done it; "
                f"see: qbwc-service operations show {connection_id} {operation.id}"
            )
        case OperationState.DONE:
            return "it is in QuickBooks; delete or void it there, or send a request that does"
        case _:
            return "nothing is left to cancel"


def _may_be_there(db: Session, connection_id: int, operation: OperationInfo) -> StateError:
    message = (
        f"operation {operation.id} ({operation.request}, {operation.subject}) was handed to QuickBooks and no answer "
        "came back: sending it again could make it twice"
    )
    sent = f"qbwc-service message-sets show {connection_id} {operation.message_set_id} --request"
    again = f"qbwc-service operations retry {connection_id} {operation.id} {CONFIRMATION}"
    look = _where_to_look(db, connection_id, operation)
    return StateError(message, field="operation", remedy=f"{look} (what was sent: {sent}). If it is not there: {again}")


def _where_to_look(db: Session, connection_id: int, operation: OperationInfo) -> str:
    """Say what to search for: the name or number under which a person finds it, and the mark it carries."""
    name = _find_name(_body(db, connection_id, operation))
    searched = f" {name!r}" if name else ""
    mark = f", ExternalGUID {operation.external_guid}" if operation.external_guid else ""
    what = operation.request.removesuffix("Rq")
    if what.endswith("Add"):
        return f"look in QuickBooks for the {what.removesuffix('Add')}{searched}{mark}"
    return f"look in QuickBooks whether the {what}{searched} was done"


def _body(db: Session, connection_id: int, operation: OperationInfo) -> Mapping[str, object]:
    if operation.kind is not None and operation.external_id is not None:
        return get_document(db, connection_id, operation.kind, external_id=operation.external_id).body
    body = get_operation_details(db, connection_id, operation.id).body or {}
    inner = [value for value in body.values() if isinstance(value, Mapping)]
    return inner[0] if len(inner) == 1 else body


def _find_name(body: Mapping[str, object]) -> str | None:
    return next((str(body[field]) for field in NAMES if body.get(field)), None)
