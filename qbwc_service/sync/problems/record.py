"""Open and close problems, in the transaction in which their cause came or went.

A subject has a reason at most once while it is open; seen again, its evidence is renewed. A handful of statements
for any number of operations.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from qbwc_service.queue import name_subject
from qbwc_service.store import (
    Document,
    DocumentKind,
    Operation,
    OperationDependency,
    OperationState,
    Problem,
    ProblemReason,
    allocate_ids,
)
from qbwc_service.sync.problems.about import forget_records, keep_records, list_ids
from qbwc_service.sync.problems.reasons import RECHECKED

_BY_PARENT = {
    DocumentKind.CUSTOMER: ProblemReason.CUSTOMER_NOT_SYNCED,
    DocumentKind.ITEM: ProblemReason.ITEM_NOT_SYNCED,
}
NOTICES = (ProblemReason.TEXT_CHANGED, ProblemReason.DRIFT, ProblemReason.DELETED_IN_APP)
"""What stays open although the document's operation went well: a person, or new content, closes it."""

SETS_FIELD = "DataExtModRq"
"""The request of a document that sets a custom field beside it: it has problems of its own."""

CONNECTION = "connection"
BY_ITSELF = "itself"
MOST_HELD_UP = 1000
"""How many operations behind a failed one get a problem of their own; all of them wait all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProblem:
    """A problem to be opened: of an operation and its document, or of the connection where ``operation_id`` is None.

    With ``record_id`` it is about that record of QuickBooks: whatever becomes of the document, it stays. ``about`` are
    the records, beside those of its evidence, whose change may end it.
    """

    reason: ProblemReason
    message: str
    operation_id: int | None = None
    document_id: int | None = None
    request: str | None = None
    cause_id: int | None = None
    record_id: str | None = None
    evidence: Mapping[str, object] = field(default_factory=dict)
    about: Collection[str] = ()

    @property
    def subject(self) -> str:
        """What it is about, as the table's key."""
        if self.record_id is not None:
            return record_subject(self.record_id)
        return subject_of(self.operation_id, self.document_id, request=self.request)


def subject_of(operation_id: int | None, document_id: int | None, *, request: str | None = None) -> str:
    """Give the subject of an operation's problems: its document, where it has one and does not only set a field."""
    if document_id is not None and request != SETS_FIELD:
        return f"document:{document_id}"
    return CONNECTION if operation_id is None else f"operation:{operation_id}"


def record_subject(record_id: str) -> str:
    """Give the subject of problems that are about one record of QuickBooks."""
    return f"record:{record_id}"


def open_problems(db: Session, connection_id: int, problems: Sequence[NewProblem], *, now: datetime) -> None:
    """Open problems, or renew those that are open; two statements, some more for those that are checked again."""
    wanted = {(problem.subject, problem.reason): problem for problem in problems}
    if not wanted:
        return
    ids = allocate_ids(db, "problems", count=len(wanted))
    rows = [
        {
            "connection_id": connection_id,
            "id": number,
            "subject": problem.subject,
            "document_id": problem.document_id,
            "operation_id": problem.operation_id,
            "cause_id": problem.cause_id,
            "reason": problem.reason,
            "message": problem.message,
            "evidence": dict(problem.evidence),
            "opened_at": now,
            "seen_at": now,
        }
        for number, problem in zip(ids, wanted.values(), strict=True)
    ]
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    new = insert(Problem)
    renewed = {name: new.excluded[name] for name in ("operation_id", "cause_id", "message", "evidence", "seen_at")}
    put = new.on_conflict_do_update(
        index_elements=["connection_id", "subject", "reason"], index_where=Problem.closed_at.is_(None), set_=renewed
    )
    db.execute(put, rows)
    _keep_records(db, connection_id, wanted)


def _keep_records(db: Session, connection_id: int, problems: Mapping[tuple[str, ProblemReason], NewProblem]) -> None:
    """Keep what those are about that are checked again."""
    checked = {key: one for key, one in problems.items() if one.reason in RECHECKED and one.document_id is not None}
    if not checked:
        return
    subjects = sorted({subject for subject, _ in checked})
    is_open = (Problem.connection_id == connection_id, Problem.closed_at.is_(None), Problem.subject.in_(subjects))
    rows = db.execute(select(Problem.id, Problem.subject, Problem.reason).where(*is_open))
    about = {
        number: {*one.about, *list_ids(one.evidence)}
        for number, subject, reason in rows
        if (one := checked.get((subject, reason))) is not None
    }
    keep_records(db, connection_id, about)


def close_problems(
    db: Session,
    connection_id: int,
    *,
    subjects: Collection[str] = (),
    causes: Collection[int] = (),
    but: Collection[ProblemReason] = (),
    seen_before: datetime | None = None,
    by: str = BY_ITSELF,
    now: datetime,
) -> list[int]:
    """Close open problems of these subjects (``but`` some reasons), and those that these operations caused to others.

    With ``seen_before`` only those that were seen last before that time.
    Gives the operations that were held up by these causes: they may be held up by others still. One statement, and one
    more where any was closed that is checked again.
    """
    if not subjects and not causes:
        return []
    is_open = Problem.closed_at.is_(None)
    concerned = (
        Problem.connection_id == connection_id,
        is_open,
        # Said again in both parts: SQLite looks up each part by itself, and would read all open problems otherwise.
        or_(
            and_(is_open, Problem.subject.in_(sorted(subjects))),
            and_(is_open, Problem.cause_id.in_(sorted(causes))),
        ),
        *((Problem.reason.not_in(but),) if but else ()),
        *((Problem.seen_at < seen_before,) if seen_before else ()),
    )
    move = update(Problem).where(*concerned).values(closed_at=now, closed_by=by)
    closed = db.execute(
        move.returning(Problem.id, Problem.reason, Problem.operation_id, Problem.cause_id),
        execution_options={"synchronize_session": False},
    ).all()
    checked = [number for number, reason, _, _ in closed if reason in RECHECKED]
    if checked:
        forget_records(db, connection_id, checked)
    return [operation_id for *_, operation_id, cause_id in closed if operation_id is not None and cause_id is not None]


def close_outdated(db: Session, connection_id: int, failed: Collection[NewProblem], *, now: datetime) -> None:
    """Close the problems with which these subjects failed before and not this time; none where nothing failed."""
    subjects = {problem.subject for problem in failed}
    close_problems(db, connection_id, subjects=subjects, but=NOTICES, seen_before=now, now=now)


def hold_up_again(db: Session, connection_id: int, operation_ids: Collection[int], *, now: datetime) -> None:
    """Open the problem of those that are blocked behind something that failed; none where there are none."""
    if operation_ids:
        open_problems(db, connection_id, _find_failed_ancestors(db, connection_id, operation_ids), now=now)


def find_held_up(db: Session, connection_id: int, failed: Mapping[int, str]) -> list[NewProblem]:
    """Give a problem for every operation that waits, over however many others, for one of ``failed``.

    ``failed`` gives what to call each operation that failed or was cancelled. One statement; none where there is none.
    """
    if not failed:
        return []
    return [
        _held_up(operation_id, document_id, cause_id, failed[cause_id], kind)
        for operation_id, document_id, cause_id, kind in db.execute(_descendants(connection_id, failed))
    ]


def _find_failed_ancestors(db: Session, connection_id: int, operation_ids: Collection[int]) -> list[NewProblem]:
    dependency, child, parent = OperationDependency, aliased(Operation), aliased(Operation)
    parents = (
        select(dependency.operation_id.label("operation_id"), dependency.depends_on_id.label("cause_id"))
        .where(dependency.connection_id == connection_id, dependency.operation_id.in_(sorted(operation_ids)))
        .cte("held_up_by", recursive=True)
    )
    further = select(parents.c.operation_id, dependency.depends_on_id).where(
        dependency.connection_id == connection_id, dependency.operation_id == parents.c.cause_id
    )
    held_up_by = parents.union(further)
    query = (
        select(child.id, child.document_id, parent.id, parent.request, Document.kind, Document.external_id)
        .join(held_up_by, held_up_by.c.operation_id == child.id)
        .join(parent, (parent.connection_id == connection_id) & (parent.id == held_up_by.c.cause_id))
        .outerjoin(Document, (Document.connection_id == connection_id) & (Document.id == parent.document_id))
        .where(
            child.connection_id == connection_id,
            child.state == OperationState.BLOCKED,
            parent.state.in_((OperationState.FAILED, OperationState.CANCELLED)),
        )
    )
    return [
        _held_up(operation_id, document_id, cause_id, name_subject(kind, external_id, request=request), kind)
        for operation_id, document_id, cause_id, request, kind, external_id in db.execute(query)
    ]


def _held_up(
    operation_id: int, document_id: int | None, cause_id: int, cause: str, kind: DocumentKind | None
) -> NewProblem:
    return NewProblem(
        reason=ProblemReason.PARENT_FAILED if kind is None else _BY_PARENT.get(kind, ProblemReason.PARENT_FAILED),
        message=f"it waits for {cause} (operation {cause_id}), which did not get into QuickBooks",
        operation_id=operation_id,
        document_id=document_id,
        cause_id=cause_id,
        evidence={"parent_operation_id": cause_id},
    )


def _descendants(connection_id: int, failed: Iterable[int]) -> Select[int, int | None, int, DocumentKind | None]:
    """Select the blocked operations behind failed ones: (operation, its document, the failed one, of which kind)."""
    dependency = OperationDependency
    children = (
        select(dependency.operation_id.label("operation_id"), dependency.depends_on_id.label("cause_id"))
        .where(dependency.connection_id == connection_id, dependency.depends_on_id.in_(sorted(failed)))
        .cte("held_up", recursive=True)
    )
    further = select(dependency.operation_id, children.c.cause_id).where(
        dependency.connection_id == connection_id, dependency.depends_on_id == children.c.operation_id
    )
    held_up = children.union(further)
    cause = aliased(Operation)
    same_document = (Document.connection_id == cause.connection_id) & (Document.id == cause.document_id)
    return (
        select(Operation.id, Operation.document_id, held_up.c.cause_id, Document.kind)
        .join(held_up, held_up.c.operation_id == Operation.id)
        .join(cause, (cause.connection_id == Operation.connection_id) & (cause.id == held_up.c.cause_id))
        .outerjoin(Document, same_document)
        .where(Operation.connection_id == connection_id, Operation.state == OperationState.BLOCKED)
        .order_by(Operation.id)
        .limit(MOST_HELD_UP)
    )
