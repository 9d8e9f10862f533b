"""Documents whose record somebody deleted in QuickBooks: deleted here too, or shown to a person, by the rules."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Row, Select, Update, delete, select, update
from sqlalchemy.orm import Session

from qbwc_service.store import (
    Document,
    DocumentKind,
    DocumentState,
    Link,
    Operation,
    OperationState,
    Problem,
    ProblemReason,
    SyncState,
)
from qbwc_service.sync.link import LEFT
from qbwc_service.sync.problems.record import BY_ITSELF, NewProblem, close_problems, open_problems, subject_of
from qbwc_service.sync.references import CHUNK
from qbwc_service.sync.rules import load_rules
from qbwc_service.sync.state import mark_document

STOOD = (DocumentState.SYNCED, DocumentState.VOIDED)
DELETED_THERE = "its record {} was deleted in QuickBooks, or merged into another one"

OTHERS = tuple(reason for reason in ProblemReason if reason is not ProblemReason.DELETED_IN_QUICKBOOKS)
UNSYNCED = {"synchronize_session": False}
Found = Row[int, DocumentKind, int, str]


def note_deleted(
    db: Session, connection_id: int, object_types: Collection[str], ids: Sequence[str], *, now: datetime
) -> None:
    """Let the documents of deleted records follow, where the rules say so; the others are problems of a person.

    What is on its way to QuickBooks finds it out itself. One statement per few hundred ids where none is a document's.
    """
    found = [
        row
        for start in range(0, len(ids), CHUNK)
        for row in _find(db, connection_id, object_types, ids[start:][:CHUNK])
    ]
    rules = load_rules(db, connection_id) if found else None
    problems: list[NewProblem] = []
    for document_id, kind, operation_id, quickbooks_id in found:
        follows = rules is not None and rules.pull_of(kind).delete
        message = DELETED_THERE.format(quickbooks_id)
        state = DocumentState.DELETED if follows else DocumentState.PROBLEM
        move = (
            _as_found(connection_id, document_id, operation_id)
            .values(state=state, status_code=None, message=None if follows else message, changed_at=now)
            .returning(SyncState.document_id)
        )
        if db.scalar(move, execution_options=UNSYNCED) is None:
            continue
        if follows:
            take_as_deleted(db, connection_id, document_id, by=BY_ITSELF, now=now)
            continue
        problems.append(
            NewProblem(
                reason=ProblemReason.DELETED_IN_QUICKBOOKS,
                message=message,
                operation_id=operation_id,
                document_id=document_id,
                evidence={"quickbooks_id": quickbooks_id},
            )
        )
    open_problems(db, connection_id, problems, now=now)


def note_back(
    db: Session, connection_id: int, object_types: Collection[str], ids: Sequence[str], *, now: datetime
) -> None:
    """Let documents stand as before whose record is there again: somebody restored a backup, for one.

    Where a change of the document failed by the deletion, it is for a person to send it again.
    """
    subjects = set()
    for start in range(0, len(ids), CHUNK):
        query = _select(connection_id, object_types, ids[start:][:CHUNK]).add_columns(Operation.request)
        query = query.join(Problem, (Problem.connection_id == connection_id) & (Problem.document_id == Document.id))
        is_ours = (SyncState.state == DocumentState.PROBLEM, Problem.operation_id == SyncState.operation_id)
        reason = (Problem.reason == ProblemReason.DELETED_IN_QUICKBOOKS, Problem.closed_at.is_(None))
        for document_id, _, operation_id, _, request in db.execute(query.where(*is_ours, *reason)):
            move = (
                _as_found(connection_id, document_id, operation_id, states=(DocumentState.PROBLEM,))
                .values(state=LEFT.get(request, DocumentState.SYNCED), message=None, changed_at=now)
                .returning(SyncState.document_id)
            )
            if db.scalar(move, execution_options=UNSYNCED) is not None:
                subjects.add(subject_of(None, document_id))
    close_problems(db, connection_id, subjects=subjects, but=OTHERS, now=now)


def take_as_deleted(db: Session, connection_id: int, document_id: int, *, by: str, now: datetime) -> None:
    """Let a document be deleted whose record QuickBooks has no more; the same document again is a new one."""
    held = (Link.connection_id == connection_id, Link.document_id == document_id)
    db.execute(delete(Link).where(*held), execution_options=UNSYNCED)
    mark_document(db, connection_id, document_id, state=DocumentState.DELETED, now=now)
    close_problems(db, connection_id, subjects={subject_of(None, document_id)}, by=by, now=now)


def _as_found(
    connection_id: int, document_id: int, operation_id: int, *, states: Collection[DocumentState] = STOOD
) -> Update:
    """Change a document, unless it has gone on its way since it was found."""
    return update(SyncState).where(
        SyncState.connection_id == connection_id,
        SyncState.document_id == document_id,
        SyncState.operation_id == operation_id,
        SyncState.state.in_(states),
    )


def _find(db: Session, connection_id: int, object_types: Collection[str], ids: Sequence[str]) -> Sequence[Found]:
    return db.execute(_select(connection_id, object_types, ids).where(SyncState.state.in_(STOOD))).all()


def _select(
    connection_id: int, object_types: Collection[str], ids: Sequence[str]
) -> Select[int, DocumentKind, int, str]:
    """Select those documents whose last operation is done; they are held by it until the transaction ends."""
    standing = (SyncState.connection_id == Link.connection_id) & (SyncState.document_id == Link.document_id)
    document = (Document.connection_id == Link.connection_id) & (Document.id == Link.document_id)
    operation = (Operation.connection_id == SyncState.connection_id) & (Operation.id == SyncState.operation_id)
    return (
        select(Link.document_id, Document.kind, SyncState.operation_id, Link.quickbooks_id)
        .join(SyncState, standing)
        .join(Document, document)
        .join(Operation, operation)
        .where(
            Link.connection_id == connection_id,
            Link.object_type.in_(object_types),
            Link.quickbooks_id.in_(ids),
            Operation.state == OperationState.DONE,
        )
        .order_by(Operation.id)
        .with_for_update(of=Operation, key_share=True)
    )
