"""Keep checked documents and put their operations into the queue, with few statements for any number."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from qbwc_service import queue
from qbwc_service.credentials import new_guid
from qbwc_service.errors import StateError
from qbwc_service.store import Document, DocumentState, OperationState, ProblemReason, SyncState, allocate_ids
from qbwc_service.sync.check import CheckedDocument
from qbwc_service.sync.known import KnownDocument
from qbwc_service.sync.problems.record import NewProblem, close_problems, hold_up_again, open_problems, subject_of
from qbwc_service.sync.references import CHUNK, Target
from qbwc_service.sync.route import Route

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDocument:
    """What became of one document; ``change`` is created, changed or unchanged."""

    document_id: int
    operation_id: int
    state: DocumentState
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One document that has to be written; with a new operation, unless it is kept here."""

    document: CheckedDocument
    document_id: int
    operation_id: int
    present: KnownDocument | None
    route: Route


def save_documents(
    db: Session,
    connection_id: int,
    documents: Sequence[CheckedDocument],
    *,
    known: Mapping[Target, KnownDocument],
    routes: Mapping[Target, Route],
    now: datetime,
) -> list[SavedDocument]:
    """Write documents, sorted so that what is referred to comes first; the same content again is left alone.

    ``routes`` says how each new content goes. What is kept here is written without an operation, and shown as drift.
    """
    entries = _number(db, [document for document in documents if document.target in routes], known, routes)
    _write_documents(db, connection_id, entries, now=now)
    going = [entry for entry in entries if not entry.route.is_kept]
    by_target = {entry.document.target: entry for entry in going}
    states = _enqueue(db, connection_id, going, by_target, known=known, now=now)
    _write_states(db, connection_id, going, states, now=now)
    _replace(db, connection_id, going, now=now)
    _keep_problems(db, connection_id, going, states, by_target, now=now)
    _show_changed_texts(db, connection_id, going, now=now)
    _show_drift(db, connection_id, [entry for entry in entries if entry.route.is_kept], now=now)
    written = {entry.document.target: entry for entry in entries}
    return [_saved(document, written.get(document.target), known, states) for document in documents]


def _replace(db: Session, connection_id: int, entries: Sequence[_Entry], *, now: datetime) -> None:
    """Let each new operation take the place of the one before it, where that has not done its work already."""
    before = {entry.present.operation_id: entry.operation_id for entry in entries if entry.present is not None}
    states = queue.hold_operations(db, connection_id, list(before))
    undone = {old: new for old, new in before.items() if states[old] is not OperationState.DONE}
    if queue.supersede(db, connection_id, undone, now=now) != undone.keys():
        raise StateError("an operation of these documents went out meanwhile", remedy="send them again")


def _show_drift(db: Session, connection_id: int, kept: Sequence[_Entry], *, now: datetime) -> None:
    """Show what is kept here; the content that QuickBooks has is none."""
    same = [
        one for one in kept if one.present is not None and one.present.agreed_fingerprint == one.document.fingerprint
    ]
    for some in _in_pieces(same):
        subjects = {subject_of(None, entry.document_id) for entry in some}
        close_problems(db, connection_id, subjects=subjects, by="its content", now=now)
    open_problems(db, connection_id, [_drift(entry) for entry in kept if entry not in same], now=now)


def _show_changed_texts(db: Session, connection_id: int, entries: Sequence[_Entry], *, now: datetime) -> None:
    """Tell which texts QuickBooks will have written differently; a notice, nothing waits for it."""
    problems = [
        NewProblem(
            reason=ProblemReason.TEXT_CHANGED,
            message=f"{len(changes)} text(s) hold characters that QuickBooks does not keep",
            operation_id=entry.operation_id,
            document_id=entry.document_id,
            evidence={"texts": [asdict(change) for change in changes]},
        )
        for entry in entries
        if (changes := entry.document.text_changes)
    ]
    open_problems(db, connection_id, problems, now=now)


def _drift(entry: _Entry) -> NewProblem:
    return NewProblem(
        reason=ProblemReason.DRIFT,
        message="it was changed here, and the rules do not send changes of its kind to QuickBooks",
        operation_id=entry.operation_id,
        document_id=entry.document_id,
        evidence={"ours": entry.document.body},
    )


def _keep_problems(
    db: Session,
    connection_id: int,
    entries: Sequence[_Entry],
    states: Mapping[int, OperationState],
    by_target: Mapping[Target, _Entry],
    *,
    now: datetime,
) -> None:
    """Close the problems of what was replaced, and of what waited for it; open those of what waits for a failure."""
    replaced = [(entry.document_id, entry.present.operation_id) for entry in entries if entry.present is not None]
    freed: list[int] = []
    for some in _in_pieces(replaced):
        freed += close_problems(
            db,
            connection_id,
            subjects={subject_of(None, document_id) for document_id, _ in some},
            causes={operation_id for _, operation_id in some},
            by="a newer content",
            now=now,
        )
    # What waits for documents of the same batch only waits for nothing that has failed.
    behind_older = [
        entry.operation_id
        for entry in entries
        if states[entry.operation_id] is OperationState.BLOCKED
        and not by_target.keys() >= entry.document.targets.keys()
    ]
    for held_up in _in_pieces([*freed, *behind_older]):
        hold_up_again(db, connection_id, held_up, now=now)


def _in_pieces(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut rows into pieces whose values fit into one statement of any database."""
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def _number(
    db: Session,
    documents: Sequence[CheckedDocument],
    known: Mapping[Target, KnownDocument],
    routes: Mapping[Target, Route],
) -> list[_Entry]:
    created = [document for document in documents if document.target not in known]
    new_ids = iter(allocate_ids(db, "documents", count=len(created)))
    going = [document for document in documents if not routes[document.target].is_kept]
    operation_ids = iter(allocate_ids(db, "operations", count=len(going)))
    entries: list[_Entry] = []
    for document in documents:
        present, route = known.get(document.target), routes[document.target]
        is_kept = present is not None and route.is_kept
        entries.append(
            _Entry(
                document=document,
                document_id=next(new_ids) if present is None else present.document_id,
                operation_id=present.operation_id if present is not None and is_kept else next(operation_ids),
                present=present,
                route=route,
            )
        )
    return entries


def _write_documents(db: Session, connection_id: int, entries: Sequence[_Entry], *, now: datetime) -> None:
    created = [
        {
            "connection_id": connection_id,
            "id": entry.document_id,
            "kind": entry.document.kind,
            "external_id": entry.document.external_id,
            "body": entry.document.body,
            "fingerprint": entry.document.fingerprint,
            "created_at": now,
            "updated_at": now,
        }
        for entry in entries
        if entry.present is None
    ]
    if created:
        db.execute(insert(Document), created)
    changed = [
        {
            "connection_id": connection_id,
            "id": entry.document_id,
            "body": entry.document.body,
            "fingerprint": entry.document.fingerprint,
            "updated_at": now,
        }
        for entry in entries
        if entry.present is not None
    ]
    if changed:
        db.execute(update(Document), changed)


def _enqueue(
    db: Session,
    connection_id: int,
    entries: Sequence[_Entry],
    by_target: Mapping[Target, _Entry],
    *,
    known: Mapping[Target, KnownDocument],
    now: datetime,
) -> dict[int, OperationState]:
    """Put the entries' operations into the queue, each after those of the documents it refers to; give their states."""
    operations = [
        queue.NewOperation(
            id=entry.operation_id,
            request=entry.route.request,
            is_write=True,
            document_id=entry.document_id,
            external_guid=new_guid() if entry.route.takes_external_guid else None,
            inquiry=entry.route.inquiry,
            decided=entry.route.decided or None,
            depends_on=tuple(_parents(entry, by_target, known)),
        )
        for entry in entries
    ]
    return queue.enqueue(db, connection_id, operations, now=now)


def _parents(entry: _Entry, by_target: Mapping[Target, _Entry], known: Mapping[Target, KnownDocument]) -> Iterable[int]:
    for target in entry.document.targets:
        sibling = by_target.get(target)
        if sibling is not None:
            yield sibling.operation_id
        elif not known[target].is_linked or known[target].is_coming_back:
            yield known[target].operation_id


def _write_states(
    db: Session,
    connection_id: int,
    entries: Sequence[_Entry],
    states: Mapping[int, OperationState],
    *,
    now: datetime,
) -> None:
    rows = [
        (
            entry.present is None,
            {
                "connection_id": connection_id,
                "document_id": entry.document_id,
                "state": _document_state(states[entry.operation_id]),
                "operation_id": entry.operation_id,
                "status_code": None,
                "message": None,
                "changed_at": now,
            },
        )
        for entry in entries
    ]
    created = [row for is_new, row in rows if is_new]
    changed = [row for is_new, row in rows if not is_new]
    if created:
        db.execute(insert(SyncState), created)
    if changed:
        db.execute(update(SyncState), changed)


def _document_state(state: OperationState) -> DocumentState:
    return DocumentState.BLOCKED if state is OperationState.BLOCKED else DocumentState.PENDING


def _saved(
    document: CheckedDocument,
    entry: _Entry | None,
    known: Mapping[Target, KnownDocument],
    states: Mapping[int, OperationState],
) -> SavedDocument:
    if entry is None or entry.route.is_kept:
        present = known[document.target]
        return SavedDocument(
            document_id=present.document_id,
            operation_id=present.operation_id,
            state=present.state,
            change="unchanged" if entry is None else "changed",
        )
    return SavedDocument(
        document_id=entry.document_id,
        operation_id=entry.operation_id,
        state=_document_state(states[entry.operation_id]),
        change="created" if entry.present is None else "changed",
    )
