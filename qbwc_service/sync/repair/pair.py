"""Pair a document with a record that QuickBooks has, or forget the pairing: by a person's word, checked first."""

from datetime import datetime

from sqlalchemy.orm import Session

from qbwc_service import queue
from qbwc_service.errors import StateError
from qbwc_service.store import OperationState
from qbwc_service.sync.known import KnownDocument
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.problems.record import close_problems, hold_up_again, subject_of
from qbwc_service.sync.references import Target
from qbwc_service.sync.repair.audit import Deed, record_deed, standing_of
from qbwc_service.sync.repair.operation import (
    cancel_operation,
    check_free,
    forget_link,
    is_named,
    link_operation,
    retry_operation,
)
from qbwc_service.sync.repair.records import check_id, get_linkable, types_of
from qbwc_service.sync.repair.resend import Subject, get_subject, send_as_new
from qbwc_service.sync.show import DocumentInfo, get_document

OPEN = (OperationState.WAITING, OperationState.BLOCKED)


def link_document(db: Session, connection_id: int, target: Target, deed: Deed) -> DocumentInfo:
    """Do what ``link`` says, and keep on record who did it; raises as ``pair`` does, NotFoundError for the document."""
    subject = get_subject(db, connection_id, target)
    before = standing_of(db, connection_id, subject[1].document_id)
    pair(db, connection_id, subject, deed.quickbooks_id or "", by=deed.by, now=deed.now)
    return _keep(db, connection_id, subject, deed, before)


def unlink_document(db: Session, connection_id: int, target: Target, deed: Deed) -> DocumentInfo:
    """Do what ``unlink`` says, and keep on record who did it; raises as ``unpair`` does, NotFoundError likewise."""
    subject = get_subject(db, connection_id, target)
    before = standing_of(db, connection_id, subject[1].document_id)
    unpair(db, connection_id, subject, by=deed.by, now=deed.now)
    return _keep(db, connection_id, subject, deed, before)


def pair(db: Session, connection_id: int, subject: Subject, quickbooks_id: str, *, by: str, now: datetime) -> None:
    """Pair a document with a record, and send nothing.

    A record of which something is known here is paired at once; QuickBooks is asked for any other at the next update.
    Raises InputError for what cannot be an id, or is the id of a record of another kind; StateError where the record
    is deleted or another document's, or the document is in QuickBooks' hands, deleted, or paired with it already.
    """
    target, present = subject
    record_id = check_id(quickbooks_id)
    known = get_linkable(db, connection_id, target.kind, record_id, document_id=present.document_id)
    object_type = known.object_type if known is not None else types_of(target.kind)[0]
    check_free(db, connection_id, object_type, record_id, document_id=present.document_id)
    state = _check_free_to_go(db, connection_id, subject)
    if present.quickbooks_id not in {None, record_id}:
        send_as_new(db, connection_id, subject, decided={Decided.LINK: record_id}, by=by, now=now)
        return
    if state is OperationState.DONE:
        raise StateError(f"{_name(target)} is linked to {record_id} already", field="quickbooks_id")
    if state in OPEN:
        cancel_operation(db, connection_id, present.operation_id, reason=f"{by} linked it", by=by, now=now)
    if known is not None or present.is_linked:
        link_operation(
            db,
            connection_id,
            present.operation_id,
            quickbooks_id=record_id,
            object_type=present.object_type or object_type,
            by=by,
            now=now,
        )
    else:
        _ask_for(db, connection_id, present, state, record_id, by=by, now=now)


def unpair(db: Session, connection_id: int, subject: Subject, *, by: str, now: datetime) -> None:
    """Forget the record that a document is paired with, or that a person named: it goes out as a new one.

    StateError where it is paired with none, was deleted, or is in QuickBooks' hands.
    """
    target, present = subject
    if not present.is_linked and is_named(db, connection_id, present.operation_id):
        _forget_named(db, connection_id, subject, by=by, now=now)
        return
    if not present.is_linked:
        message = f"{_name(target)} is linked to no record of QuickBooks"
        raise StateError(message, field="external_id", remedy="retry it; or link it, if QuickBooks has it")
    _check_free_to_go(db, connection_id, subject)
    send_as_new(db, connection_id, subject, by=by, now=now)


def _forget_named(db: Session, connection_id: int, subject: Subject, *, by: str, now: datetime) -> None:
    """Let it go out without the record that a person named."""
    state, operation_id = _check_free_to_go(db, connection_id, subject), subject[1].operation_id
    if state in OPEN:
        cancel_operation(db, connection_id, operation_id, reason=f"{by} unlinked it", by=by, now=now)
    forget_link(db, connection_id, operation_id)
    retry_operation(db, connection_id, operation_id, by=by, now=now)


def _ask_for(
    db: Session,
    connection_id: int,
    present: KnownDocument,
    state: OperationState,
    record_id: str,
    *,
    by: str,
    now: datetime,
) -> None:
    """Let QuickBooks be asked for the record; what may have been done already stays unknown until it is found."""
    decided: dict[str, object] = {Decided.LINK: record_id}
    if state is not OperationState.UNKNOWN:
        retry_operation(db, connection_id, present.operation_id, decided=decided, by=by, now=now)
        return
    queue.ask_for_outcome(db, connection_id, present.operation_id, decided=decided, now=now)
    subjects = {subject_of(None, present.document_id)}
    freed = close_problems(db, connection_id, subjects=subjects, causes={present.operation_id}, by=by, now=now)
    hold_up_again(db, connection_id, freed, now=now)


def _check_free_to_go(db: Session, connection_id: int, subject: Subject) -> OperationState:
    """Hold the document's operation, and give its state; StateError where nobody may touch it now."""
    target, present = subject
    if present.is_leaving:
        message = f"{_name(target)} was deleted"
        raise StateError(message, field="external_id", remedy="send it again, and it is a new one")
    state = queue.hold_operations(db, connection_id, [present.operation_id])[present.operation_id]
    if state is OperationState.SENT:
        message = f"{_name(target)} is in QuickBooks' hands at this moment"
        raise StateError(message, field="external_id", remedy="wait for the end of the update")
    return state


def _name(target: Target) -> str:
    return f"{target.kind.value} {target.external_id!r}"


def _keep(db: Session, connection_id: int, subject: Subject, deed: Deed, before: dict[str, object]) -> DocumentInfo:
    target, present = subject
    record_deed(db, connection_id, deed, document_id=present.document_id, problem_id=None, before=before)
    return get_document(db, connection_id, target.kind, external_id=target.external_id).document
