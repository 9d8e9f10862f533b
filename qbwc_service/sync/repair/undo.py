"""Take back what a person did, where that is still possible."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from qbwc_service import queue
from qbwc_service.errors import StateError
from qbwc_service.store import AuditEntry, DocumentState, Link, OperationState, ProblemReason
from qbwc_service.sync.known import find_known
from qbwc_service.sync.problems.actions import ProblemAction
from qbwc_service.sync.problems.record import NewProblem, close_problems, open_problems, subject_of
from qbwc_service.sync.references import Target
from qbwc_service.sync.repair.audit import AuditInfo, get_deed, standing_of
from qbwc_service.sync.repair.operation import forget_link, retry_operation
from qbwc_service.sync.repair.resend import get_subject, send_change
from qbwc_service.sync.state import mark_document

UNDOABLE = (
    ProblemAction.CLEAR,
    ProblemAction.ACCEPT_EXTERNAL,
    ProblemAction.LINK,
    ProblemAction.UNLINK,
    ProblemAction.RECREATE,
)
TAKEN_BACK = "it was linked to another record, and that was taken back"


def undo_deed(db: Session, connection_id: int, deed_id: int, *, by: str, now: datetime) -> AuditInfo:
    """Take an action back: what was cleared or accepted goes again, a link or its removal is as before.

    NotFoundError where there is no such action; StateError where it cannot be taken back, or not any more.
    """
    deed = get_deed(db, connection_id, deed_id)
    if deed.undone_at is not None:
        raise StateError(f"action {deed_id} was taken back by {deed.undone_by} already", field="action")
    if deed.action not in UNDOABLE or deed.document_id is None:
        remedy = f"these can be: {', '.join(UNDOABLE)}"
        raise StateError(f"{deed.action} cannot be taken back", field="action", remedy=remedy)
    now_standing = standing_of(db, connection_id, deed.document_id)
    if now_standing.get("operation_id") != deed.after.get("operation_id"):
        raise StateError("the document went on since", field="action", remedy="look at it with `documents show`")
    if deed.action == ProblemAction.LINK and deed.before.get("operation_state") == OperationState.UNKNOWN:
        remedy = "name the right record with `documents link`"
        raise StateError("before the link nobody knew whether it is in QuickBooks", field="action", remedy=remedy)
    match ProblemAction(deed.action):
        case ProblemAction.LINK if not isinstance(deed.before.get("link"), Mapping):
            _unlink_again(db, connection_id, deed, by=by, now=now)
        case ProblemAction.LINK | ProblemAction.UNLINK:
            _link_again(db, connection_id, deed, by=by, now=now)
        case ProblemAction.RECREATE:
            _look_again(db, connection_id, deed, by=by, now=now)
        case ProblemAction.CLEAR if deed.after.get("operation_state") == OperationState.DONE:
            _look_again(db, connection_id, deed, by=by, now=now)
        case _:
            retry_operation(db, connection_id, _number(deed.after), by=by, now=now)
    held = (AuditEntry.connection_id == connection_id, AuditEntry.id == deed_id)
    db.execute(
        update(AuditEntry).where(*held).values(undone_at=now, undone_by=by),
        execution_options={"synchronize_session": False},
    )
    return get_deed(db, connection_id, deed_id)


def _look_again(db: Session, connection_id: int, deed: AuditInfo, *, by: str, now: datetime) -> None:
    """Its present content goes as a change: QuickBooks is asked for the record, and a person has to decide anew."""
    if deed.kind is None or deed.external_id is None:
        raise StateError("it is about no document", field="action")
    send_change(db, connection_id, get_subject(db, connection_id, Target(deed.kind, deed.external_id)), by=by, now=now)


def _unlink_again(db: Session, connection_id: int, deed: AuditInfo, *, by: str, now: datetime) -> None:
    """The document is not that record: its operation has failed again, and a person has to decide anew."""
    document_id, operation_id = deed.document_id or 0, _number(deed.after)
    held = (Link.connection_id == connection_id, Link.document_id == document_id)
    db.execute(delete(Link).where(*held), execution_options={"synchronize_session": False})
    if not queue.take_back(db, connection_id, operation_id, reason=TAKEN_BACK, now=now):
        raise StateError("the document went on since", field="action")
    forget_link(db, connection_id, operation_id)
    state = DocumentState.PROBLEM
    mark_document(db, connection_id, document_id, state=state, message=f"{TAKEN_BACK} by {by}", now=now)
    problem = NewProblem(
        reason=ProblemReason.REJECTED_BY_QUICKBOOKS,
        message=TAKEN_BACK,
        operation_id=operation_id,
        document_id=document_id,
        evidence={"action": deed.id},
    )
    open_problems(db, connection_id, [problem], now=now)


def _link_again(db: Session, connection_id: int, deed: AuditInfo, *, by: str, now: datetime) -> None:
    """The document is the record of before after all: what was to find or make another one is cancelled."""
    document_id, link = deed.document_id or 0, deed.before.get("link")
    if not isinstance(link, Mapping):
        raise StateError("there was no link before", field="action")
    operation_id = _number(deed.after)
    is_linked_anew = queue.hold_operations(db, connection_id, [operation_id])[operation_id] is OperationState.DONE
    is_undone = is_linked_anew and deed.action == ProblemAction.LINK
    if not is_undone and not queue.cancel(db, connection_id, operation_id, reason=f"taken back by {by}", now=now):
        raise StateError("the document went out as a new one meanwhile", field="action", remedy="delete one of the two")
    held = (Link.connection_id == connection_id, Link.document_id == document_id)
    db.execute(delete(Link).where(*held), execution_options={"synchronize_session": False})
    row = {"connection_id": connection_id, "document_id": document_id, "linked_at": now, **link}
    db.execute(insert(Link), [row])
    if deed.kind is None or deed.external_id is None:
        raise StateError("it is about no document", field="action")
    target = Target(deed.kind, deed.external_id)
    present = find_known(db, connection_id, {target})[target]
    if present.fingerprint == present.agreed_fingerprint:
        mark_document(db, connection_id, document_id, state=DocumentState.SYNCED, now=now)
        close_problems(db, connection_id, subjects={subject_of(None, document_id)}, by=by, now=now)
    else:
        send_change(db, connection_id, (target, present), by=by, now=now)


def _number(standing: Mapping[str, object]) -> int:
    number = standing.get("operation_id")
    if not isinstance(number, int):
        raise StateError("it is not known any more which operation this was", field="action")
    return number
