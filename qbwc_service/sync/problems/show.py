"""Read problems as people see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from qbwc_service.errors import NotFoundError
from qbwc_service.store import Document, DocumentKind, Operation, Problem, ProblemReason
from qbwc_service.sync.problems.reasons import REASONS, ReasonFact


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemInfo:
    """One problem: of a document (``kind``, ``external_id``), of an operation (``request``), else of the connection."""

    id: int
    reason: ProblemReason
    message: str
    operation_id: int | None
    request: str | None
    kind: DocumentKind | None
    external_id: str | None
    cause_id: int | None
    evidence: Mapping[str, object]
    opened_at: datetime
    seen_at: datetime
    closed_at: datetime | None
    closed_by: str | None

    @property
    def fact(self) -> ReasonFact:
        """What people read about this reason, and what they can do."""
        return REASONS[self.reason]

    @property
    def subject(self) -> str:
        """What it is about: ``invoice 'load-1001'``, the request's name, or the connection."""
        if self.kind is not None:
            return f"{self.kind.value} {self.external_id!r}"
        return self.request or "the connection"


def list_problems(
    db: Session,
    connection_id: int,
    *,
    reason: ProblemReason | None = None,
    closed: bool = False,
    before: int | None = None,
    limit: int = 100,
) -> list[ProblemInfo]:
    """Give the connection's open (or its closed) problems, newest first; ``before`` goes on after a list's last."""
    query = _select(connection_id).order_by(Problem.id.desc()).limit(limit)
    query = query.where(Problem.closed_at.is_not(None) if closed else Problem.closed_at.is_(None))
    if reason is not None:
        query = query.where(Problem.reason == reason)
    if before is not None:
        query = query.where(Problem.id < before)
    return [_info(*row) for row in db.execute(query)]


def list_causes(db: Session, connection_id: int, *, limit: int) -> list[ProblemInfo]:
    """Give the newest open problems but those that only wait for another one: a person begins with these."""
    query = _select(connection_id).where(Problem.closed_at.is_(None), Problem.cause_id.is_(None))
    return [_info(*row) for row in db.execute(query.order_by(Problem.id.desc()).limit(limit))]


def get_problem(db: Session, connection_id: int, problem_id: int) -> ProblemInfo:
    """Give one problem, open or closed; NotFoundError where the connection has none of that number."""
    row = db.execute(_select(connection_id).where(Problem.id == problem_id)).one_or_none()
    if row is None:
        raise NotFoundError(
            f"problem {problem_id} does not exist in connection {connection_id}",
            field="problem",
            remedy=f"list them with: qbwc-service problems list {connection_id}",
        )
    return _info(*row)


def count_problems(db: Session, connection_id: int) -> dict[ProblemReason, int]:
    """Say how many problems of each reason are open; reasons that none has are left out."""
    counts = select(Problem.reason, func.count()).where(
        Problem.connection_id == connection_id, Problem.closed_at.is_(None)
    )
    return dict(db.execute(counts.group_by(Problem.reason)).all())


def _select(connection_id: int) -> Select[Problem, str, DocumentKind, str]:
    its_operation = (Operation.connection_id == Problem.connection_id) & (Operation.id == Problem.operation_id)
    its_document = (Document.connection_id == Problem.connection_id) & (Document.id == Problem.document_id)
    return (
        select(Problem, Operation.request, Document.kind, Document.external_id)
        .outerjoin(Operation, its_operation)
        .outerjoin(Document, its_document)
        .where(Problem.connection_id == connection_id)
    )


def _info(problem: Problem, request: str | None, kind: DocumentKind | None, external_id: str | None) -> ProblemInfo:
    return ProblemInfo(
        id=problem.id,
        reason=problem.reason,
        message=problem.message,
        operation_id=problem.operation_id,
        request=request,
        kind=kind,
        external_id=external_id,
        cause_id=problem.cause_id,
        evidence=problem.evidence,
        opened_at=problem.opened_at,
        seen_at=problem.seen_at,
        closed_at=problem.closed_at,
        closed_by=problem.closed_by,
    )
