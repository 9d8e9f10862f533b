"""Send a document to QuickBooks another way than it went: as a new one, or as a change that was kept here."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from qbwc_service import queue
from qbwc_service.credentials import new_guid
from qbwc_service.errors import NotFoundError, StateError
from qbwc_service.store import Document, DocumentState, Inquiry, Link, OperationState
from qbwc_service.sync.kinds.mapping import Body
from qbwc_service.sync.kinds.table import add_element, allows_external_guid
from qbwc_service.sync.known import KnownDocument, find_known
from qbwc_service.sync.problems.record import close_problems, hold_up_again, subject_of
from qbwc_service.sync.references import Target
from qbwc_service.sync.route import change_route
from qbwc_service.sync.rules import load_rules
from qbwc_service.sync.state import mark_document

Subject = tuple[Target, KnownDocument]


def get_subject(db: Session, connection_id: int, target: Target) -> Subject:
    """Give a document and how it stands; NotFoundError where the connection has none of that name."""
    found = find_known(db, connection_id, {target})
    if target not in found:
        raise NotFoundError(
            f"{target.kind.value} {target.external_id!r} does not exist in connection {connection_id}",
            field="external_id",
            remedy=f"list them with: qbwc-service documents list {connection_id} --kind {target.kind.value}",
        )
    return target, found[target]


def send_as_new(
    db: Session,
    connection_id: int,
    subject: Subject,
    *,
    decided: Mapping[str, object] | None = None,
    by: str,
    now: datetime,
) -> int:
    """Forget the record that a document is linked to, and put it into the queue as a new one; gives the operation.

    With something ``decided`` QuickBooks is asked first.
    """
    target, present = subject
    held = (Link.connection_id == connection_id, Link.document_id == present.document_id)
    db.execute(delete(Link).where(*held), execution_options={"synchronize_session": False})
    request = f"{add_element(target.kind, _body(db, connection_id, present))}Rq"
    guid = new_guid() if allows_external_guid(request) else None
    looks = load_rules(db, connection_id).looks_before_adding(target.kind)
    new = queue.NewOperation(
        request=request,
        is_write=True,
        document_id=present.document_id,
        external_guid=guid,
        inquiry=Inquiry.LOOK if looks or decided else None,
        decided=decided,
    )
    return _put(db, connection_id, present, new, by=by, now=now)


def send_change(db: Session, connection_id: int, subject: Subject, *, by: str, now: datetime) -> int:
    """Put the present content of a linked document into the queue as a change; gives the operation."""
    target, present = subject
    route = change_route(target.kind, present)
    new = queue.NewOperation(
        request=route.request,
        is_write=True,
        document_id=present.document_id,
        inquiry=route.inquiry,
        decided=route.decided,
    )
    return _put(db, connection_id, present, new, by=by, now=now)


def _put(
    db: Session, connection_id: int, present: KnownDocument, new: queue.NewOperation, *, by: str, now: datetime
) -> int:
    state = queue.hold_operations(db, connection_id, [present.operation_id])[present.operation_id]
    if state in {OperationState.SENT, OperationState.UNKNOWN}:
        raise StateError("the document has been handed to QuickBooks and is not settled", remedy="do it when it is")
    ((operation_id, new_state),) = queue.enqueue(db, connection_id, [new], now=now).items()
    queue.supersede(db, connection_id, {present.operation_id: operation_id}, now=now)
    is_blocked = new_state is OperationState.BLOCKED
    mark_document(
        db,
        connection_id,
        present.document_id,
        state=DocumentState.BLOCKED if is_blocked else DocumentState.PENDING,
        operation_id=operation_id,
        now=now,
    )
    subjects = {subject_of(None, present.document_id)}
    freed = close_problems(db, connection_id, subjects=subjects, causes={present.operation_id}, by=by, now=now)
    hold_up_again(db, connection_id, freed, now=now)
    return operation_id


def _body(db: Session, connection_id: int, present: KnownDocument) -> Body:
    held = (Document.connection_id == connection_id, Document.id == present.document_id)
    return db.scalars(select(Document.body).where(*held)).one()
