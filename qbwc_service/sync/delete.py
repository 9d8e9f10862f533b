"""Take documents out of QuickBooks: delete, void, or make inactive."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from qbwc_service import qbxml, queue
from qbwc_service.clock import system_clock
from qbwc_service.connections import check_connection
from qbwc_service.errors import InputError, NotFoundError, StateError
from qbwc_service.store import (
    DocumentKind,
    DocumentState,
    OperationState,
    ProblemReason,
    allocate_ids,
    lock_dependencies,
)
from qbwc_service.sync.accept import enqueue_document
from qbwc_service.sync.kinds.table import ENTRIES
from qbwc_service.sync.known import KnownDocument, find_known
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.problems.record import NewProblem, close_problems, find_held_up, open_problems, subject_of
from qbwc_service.sync.references import Target
from qbwc_service.sync.route import record_id
from qbwc_service.sync.rules import load_rules
from qbwc_service.sync.show import DocumentInfo, get_document
from qbwc_service.sync.state import mark_document

NEWER = "it was deleted"


class Leaving(StrEnum):
    """How a document leaves QuickBooks."""

    DELETE = "delete"
    VOID = "void"
    INACTIVATE = "inactivate"


def delete_document(
    db: Session,
    connection_id: int,
    kind: DocumentKind,
    external_id: str,
    *,
    how: Leaving = Leaving.DELETE,
    now: datetime | None = None,
) -> DocumentInfo:
    """Delete a document here and, when the caller commits, put the deletion of its record on its way.

    What never reached QuickBooks leaves the queue at once. ``void`` keeps a transaction with zero amounts,
    ``inactivate`` keeps a list entry that is used. Raises NotFoundError; InputError where QuickBooks has no such way
    for the kind; StateError where it is on its way at this moment.
    """
    delete_documents(db, connection_id, [(kind, external_id)], how=how, now=now)
    return get_document(db, connection_id, kind, external_id=external_id).document


def delete_documents(
    db: Session,
    connection_id: int,
    documents: Sequence[tuple[DocumentKind, str]],
    *,
    how: Leaving = Leaving.DELETE,
    now: datetime | None = None,
) -> None:
    """Delete several, in an order that QuickBooks accepts: payments before invoices, those before customers."""
    moment = now or system_clock()
    check_connection(db, connection_id)
    lock_dependencies(db, connection_id)
    known = find_known(db, connection_id, {Target(kind, external_id) for kind, external_id in documents})
    targets = [_known_target(known, connection_id, kind, external_id) for kind, external_id in documents]
    for target in sorted(dict.fromkeys(targets), key=lambda one: (-_rank(one.kind), -known[one].document_id)):
        if how is Leaving.INACTIVATE:
            _inactivate(db, connection_id, target, now=moment)
        else:
            _leave(db, connection_id, target, known[target], how=how, now=moment)


def _known_target(
    known: dict[Target, KnownDocument], connection_id: int, kind: DocumentKind, external_id: str
) -> Target:
    target = Target(kind, external_id)
    if target not in known:
        message = f"{kind.value} {external_id!r} does not exist in connection {connection_id}"
        raise NotFoundError(message, field="external_id")
    return target


def _rank(kind: DocumentKind) -> int:
    return list(DocumentKind).index(kind)


def _inactivate(db: Session, connection_id: int, target: Target, *, now: datetime) -> None:
    if target.kind not in ENTRIES:
        raise InputError(f"a {target.kind.value} cannot be inactive", field="how", remedy="delete or void it")
    body = get_document(db, connection_id, target.kind, external_id=target.external_id).body
    enqueue_document(db, connection_id, target.kind, {**body, "is_active": False}, now=now)


def _leave(
    db: Session, connection_id: int, target: Target, present: KnownDocument, *, how: Leaving, now: datetime
) -> None:
    if present.state is DocumentState.DELETED:
        return
    state = queue.hold_operations(db, connection_id, [present.operation_id])[present.operation_id]
    if state in {OperationState.SENT, OperationState.UNKNOWN}:
        message = f"{target.kind.value} {target.external_id!r} has been handed to QuickBooks and is not settled"
        raise StateError(message, field="external_id", remedy="delete it when it is")
    if not present.is_linked:
        _withdraw(db, connection_id, target, present, now=now)
    elif not load_rules(db, connection_id).push_of(target.kind).delete:
        _ask_a_person(db, connection_id, present, how=how, now=now)
    else:
        send_away(db, connection_id, target.kind, present, how=how, now=now)


def send_away(
    db: Session,
    connection_id: int,
    kind: DocumentKind,
    present: KnownDocument,
    *,
    how: Leaving,
    recreates: bool = False,
    now: datetime,
) -> int:
    """Put the deletion or voiding of a linked document's record into the queue; gives the operation.

    With ``recreates`` the document goes out as a new one when its record is deleted (sync/recreate.py).
    """
    prefix = "List" if kind in ENTRIES else "Txn"
    verb = "Void" if how is Leaving.VOID else "Del"
    request = f"{prefix}{verb}Rq"
    decided: dict[str, object] = {f"{prefix}{verb}Type": present.object_type, **record_id(kind, present)}
    _check_way(kind, request, decided, how=how)
    if recreates:
        decided[Decided.RECREATE] = True
    (operation_id,) = allocate_ids(db, "operations")
    new = queue.NewOperation(
        id=operation_id, request=request, is_write=True, document_id=present.document_id, decided=decided
    )
    queue.enqueue(db, connection_id, [new], now=now)
    queue.supersede(db, connection_id, {present.operation_id: operation_id}, now=now)
    pending = DocumentState.PENDING
    mark_document(db, connection_id, present.document_id, state=pending, operation_id=operation_id, now=now)
    _close_problems(db, connection_id, present, now=now)
    return operation_id


def _check_way(kind: DocumentKind, request: str, values: dict[str, object], *, how: Leaving) -> None:
    try:
        qbxml.build_request(qbxml.Request(name=request, values=values), version="13.0")
    except InputError:
        remedy = "make it inactive" if kind in ENTRIES else "delete it"
        raise InputError(f"QuickBooks cannot {how.value} a {kind.value}", field="how", remedy=remedy) from None


def _withdraw(db: Session, connection_id: int, target: Target, present: KnownDocument, *, now: datetime) -> None:
    """Take a document that never reached QuickBooks out of the queue; what waits for it has a problem then."""
    queue.cancel(db, connection_id, present.operation_id, reason=NEWER, now=now)
    mark_document(db, connection_id, present.document_id, state=DocumentState.DELETED, now=now)
    _close_problems(db, connection_id, present, now=now)
    withdrawn = {present.operation_id: queue.name_subject(target.kind, target.external_id, request="")}
    open_problems(db, connection_id, find_held_up(db, connection_id, withdrawn), now=now)


def _ask_a_person(db: Session, connection_id: int, present: KnownDocument, *, how: Leaving, now: datetime) -> None:
    problem = NewProblem(
        reason=ProblemReason.DELETED_IN_APP,
        message="it was deleted here, and the rules do not take records of its kind out of QuickBooks",
        operation_id=present.operation_id,
        document_id=present.document_id,
        evidence={"quickbooks_id": present.quickbooks_id, "how": how.value},
    )
    open_problems(db, connection_id, [problem], now=now)


def _close_problems(db: Session, connection_id: int, present: KnownDocument, *, now: datetime) -> None:
    subjects = {subject_of(None, present.document_id)}
    close_problems(db, connection_id, subjects=subjects, by="its deletion", now=now)
