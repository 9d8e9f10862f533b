"""Keep checked documents and put their operations into the queue, with few statements for any number."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from qbwc_service import queue
from qbwc_service.credentials import new_guid
from qbwc_service.errors import StateError
from qbwc_service.store import Document, DocumentState, OperationState, SyncState, allocate_ids
from qbwc_service.sync.check import CheckedDocument
from qbwc_service.sync.known import KnownDocument
from qbwc_service.sync.problems.record import close_problems, hold_up_again, subject_of
from qbwc_service.sync.references import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDocument:
    """What became of one document; ``change`` is created, changed or unchanged."""

    document_id: int
    operation_id: int
    state: DocumentState
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One document that has to be written, with its new operation."""

    document: CheckedDocument
    document_id: int
    operation_id: int
    present: KnownDocument | None


def save_documents(
    db: Session,
    connection_id: int,
    documents: Sequence[CheckedDocument],
    *,
    known: Mapping[Target, KnownDocument],
    now: datetime,
) -> list[SavedDocument]:
    """Write documents, sorted so that what is referred to comes first; the same content again is left alone."""
    news = [document for document in documents if not _is_same(document, known.get(document.target))]
    entries = _number(db, news, known)
    by_target = {entry.document.target: entry for entry in entries}
    _write_documents(db, connection_id, entries, now=now)
    states = _enqueue(db, connection_id, entries, by_target, known=known, now=now)
    _write_states(db, connection_id, entries, states, now=now)
    replaced = {entry.present.operation_id: entry.operation_id for entry in entries if entry.present is not None}
    if queue.supersede(db, connection_id, replaced, now=now) != replaced.keys():
        raise StateError("an operation of these documents went out meanwhile", remedy="send them again")
    _keep_problems(db, connection_id, entries, states, by_target, now=now)
    return [_saved(document, by_target.get(document.target), known, states) for document in documents]


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
    close_problems(
        db,
        connection_id,
        subjects={subject_of(None, document_id) for document_id, _ in replaced},
        causes={operation_id for _, operation_id in replaced},
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
    hold_up_again(db, connection_id, behind_older, now=now)


def _is_same(document: CheckedDocument, present: KnownDocument | None) -> bool:
    return present is not None and present.fingerprint == document.fingerprint


def _number(db: Session, documents: Sequence[CheckedDocument], known: Mapping[Target, KnownDocument]) -> list[_Entry]:
    created = [document for document in documents if document.target not in known]
    new_ids = iter(allocate_ids(db, "documents", count=len(created)))
    operation_ids = allocate_ids(db, "operations", count=len(documents))
    return [
        _Entry(
            document=document,
            document_id=known[document.target].document_id if document.target in known else next(new_ids),
            operation_id=operation_id,
            present=known.get(document.target),
        )
        for document, operation_id in zip(documents, operation_ids, strict=True)
    ]


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
            request=entry.document.request,
            is_write=True,
            document_id=entry.document_id,
            external_guid=new_guid() if entry.document.takes_external_guid else None,
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
        elif not known[target].is_linked:
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
    if entry is None:
        present = known[document.target]
        return SavedDocument(
            document_id=present.document_id,
            operation_id=present.operation_id,
            state=present.state,
            change="unchanged",
        )
    return SavedDocument(
        document_id=entry.document_id,
        operation_id=entry.operation_id,
        state=_document_state(states[entry.operation_id]),
        change="created" if entry.present is None else "changed",
    )
