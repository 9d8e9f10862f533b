"""Read the queue as people see it: operations, what they wait for, and every attempt that was made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from qbwc_service.errors import NotFoundError
from qbwc_service.queue.retry import RECHECK_PRIORITY
from qbwc_service.queue.subject import name_subject
from qbwc_service.store import Attempt, Document, DocumentKind, Inquiry, Operation, OperationDependency, OperationState


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationInfo:
    """One operation; ``kind`` and ``external_id`` name the document it is for, if it is for one."""

    id: int
    request: str
    is_write: bool
    state: OperationState
    reason: str | None
    kind: DocumentKind | None
    external_id: str | None
    external_guid: str | None
    priority: int
    attempts: int
    message_set_id: int | None
    created_at: datetime
    not_before: datetime
    finished_at: datetime | None
    inquiry: Inquiry | None

    @property
    def subject(self) -> str:
        """What the operation is about: ``invoice 'load-1001'``, or the request's name."""
        return name_subject(self.kind, self.external_id, request=self.request)

    @property
    def waits_as_check(self) -> bool:
        """Whether it only waits because it is tried by itself whether it goes now."""
        waits = self.state in {OperationState.WAITING, OperationState.BLOCKED}
        return waits and self.priority == RECHECK_PRIORITY and self.kind is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptInfo:
    """One hand-out of an operation, and what QuickBooks said; ``answered_at`` is None while it said nothing."""

    number: int
    message_set_id: int
    sent_at: datetime
    answered_at: datetime | None
    status_code: str | None
    status_message: str | None
    result: Mapping[str, object] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """An operation that another one waits for, or that waits for it."""

    id: int
    request: str
    state: OperationState


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationDetails:
    """Everything there is to know of one operation; ``body`` is None where it is rendered from its document."""

    operation: OperationInfo
    body: Mapping[str, object] | None
    depends_on: tuple[Relative, ...]
    needed_by: tuple[Relative, ...]
    attempts: tuple[AttemptInfo, ...]


def list_operations(
    db: Session,
    connection_id: int,
    *,
    state: OperationState | None = None,
    document_id: int | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[OperationInfo]:
    """Give the connection's operations, newest first; ``before`` goes on after the last one of a list."""
    query = _select(connection_id).order_by(Operation.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Operation.state == state)
    if document_id is not None:
        query = query.where(Operation.document_id == document_id)
    if before is not None:
        query = query.where(Operation.id < before)
    return [_info(operation, kind, external_id) for operation, kind, external_id in db.execute(query)]


def get_operation(db: Session, connection_id: int, operation_id: int, *, locked: bool = False) -> OperationInfo:
    """Give one operation, held against every other transaction if ``locked``; NotFoundError where there is none."""
    query = _select(connection_id).where(Operation.id == operation_id).execution_options(populate_existing=True)
    if locked:
        query = query.with_for_update(of=Operation, key_share=True)
    row = db.execute(query).one_or_none()
    if row is None:
        raise NotFoundError(
            f"operation {operation_id} does not exist in connection {connection_id}",
            field="operation",
            remedy=f"list them with: qbwc-service operations list {connection_id}",
        )
    operation, kind, external_id = row
    return _info(operation, kind, external_id)


def get_operation_details(db: Session, connection_id: int, operation_id: int) -> OperationDetails:
    """Give one operation with its relatives and attempts; NotFoundError where there is none."""
    info = get_operation(db, connection_id, operation_id)
    held = (Operation.connection_id == connection_id, Operation.id == operation_id)
    return OperationDetails(
        operation=info,
        body=db.scalar(select(Operation.body).where(*held)),
        depends_on=_relatives(db, connection_id, operation_id, upwards=True),
        needed_by=_relatives(db, connection_id, operation_id, upwards=False),
        attempts=_attempts(db, connection_id, operation_id),
    )


def count_operations(db: Session, connection_id: int) -> dict[OperationState, int]:
    """Say how many operations of the connection are in each state; states that none is in are left out."""
    counts = select(Operation.state, func.count()).where(Operation.connection_id == connection_id)
    found = dict(db.execute(counts.group_by(Operation.state)).all())
    return {state: found[state] for state in OperationState if state in found}


def _select(connection_id: int) -> Select[Operation, DocumentKind, str]:
    same_document = (Document.connection_id == Operation.connection_id) & (Document.id == Operation.document_id)
    return (
        select(Operation, Document.kind, Document.external_id)
        .outerjoin(Document, same_document)
        .where(Operation.connection_id == connection_id)
    )


def _relatives(db: Session, connection_id: int, operation_id: int, *, upwards: bool) -> tuple[Relative, ...]:
    mine, other = OperationDependency.operation_id, OperationDependency.depends_on_id
    if not upwards:
        mine, other = other, mine
    query = (
        select(Operation.id, Operation.request, Operation.state)
        .join(
            OperationDependency,
            (OperationDependency.connection_id == Operation.connection_id) & (other == Operation.id),
        )
        .where(Operation.connection_id == connection_id, mine == operation_id)
        .order_by(Operation.id)
    )
    return tuple(Relative(id=number, request=request, state=state) for number, request, state in db.execute(query))


def _attempts(db: Session, connection_id: int, operation_id: int) -> tuple[AttemptInfo, ...]:
    query = (
        select(Attempt, Attempt.result)
        .where(Attempt.connection_id == connection_id, Attempt.operation_id == operation_id)
        .order_by(Attempt.number)
    )
    return tuple(
        AttemptInfo(
            number=attempt.number,
            message_set_id=attempt.message_set_id,
            sent_at=attempt.sent_at,
            answered_at=attempt.answered_at,
            status_code=attempt.status_code,
            status_message=attempt.status_message,
            result=result,
        )
        for attempt, result in db.execute(query)
    )


def _info(operation: Operation, kind: DocumentKind | None, external_id: str | None) -> OperationInfo:
    return OperationInfo(
        id=operation.id,
        request=operation.request,
        is_write=operation.is_write,
        state=operation.state,
        reason=operation.reason,
        kind=kind,
        external_id=external_id,
        external_guid=operation.external_guid,
        priority=operation.priority,
        attempts=operation.attempts,
        message_set_id=operation.message_set_id,
        created_at=operation.created_at,
        not_before=operation.not_before,
        finished_at=operation.finished_at,
        inquiry=operation.inquiry,
    )
