"""Accept documents: check them, keep them, and put their operations into the queue, in the caller's transaction.

Nothing that QuickBooks would refuse for its form gets into the queue, and each mistake names its field. A document
may refer to others of the same batch in any order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from qbwc_service import queue
from qbwc_service.clock import system_clock
from qbwc_service.connections import check_connection
from qbwc_service.errors import FieldError, InvalidDocumentError, QbwcServiceError, StateError
from qbwc_service.qbxml import TextChange
from qbwc_service.store import DocumentKind, DocumentState, OperationState, lock_dependencies
from qbwc_service.sync.check import CheckedDocument, check_document
from qbwc_service.sync.circles import find_circles
from qbwc_service.sync.known import KnownDocument, find_known
from qbwc_service.sync.references import Target
from qbwc_service.sync.route import Route, is_unchanged, plan_route
from qbwc_service.sync.rules import Rules, load_rules
from qbwc_service.sync.save import save_documents


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedDocument:
    """A document that is kept. ``change`` is created, changed or unchanged; ``operation_id`` brings it to QuickBooks.

    ``text_changes`` lists what had to be written differently because QuickBooks keeps Windows-1252 only.
    """

    kind: DocumentKind
    external_id: str
    document_id: int
    operation_id: int
    state: DocumentState
    change: str
    text_changes: tuple[TextChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedDocument:
    """A document that was not accepted, and why; nothing of it was kept."""

    kind: str
    external_id: str | None
    error: QbwcServiceError


Result = AcceptedDocument | RefusedDocument


def enqueue_document(
    db: Session,
    connection_id: int,
    kind: DocumentKind | str,
    body: Mapping[str, object],
    *,
    now: datetime | None = None,
) -> AcceptedDocument:
    """Accept one document and put it on its way to QuickBooks when the caller commits.

    The same content again changes nothing; other content of what is in QuickBooks becomes a change of the record
    there. Raises InvalidDocumentError naming every field that is wrong, StateError where the document can not be
    changed in its present state, or the rules do not let it go.
    """
    (result,) = enqueue_documents(db, connection_id, [(kind, body)], now=now)
    if isinstance(result, RefusedDocument):
        raise result.error
    return result


def enqueue_documents(
    db: Session,
    connection_id: int,
    documents: Sequence[tuple[DocumentKind | str, Mapping[str, object]]],
    *,
    now: datetime | None = None,
    country: str = "US",
) -> list[Result]:
    """Accept many documents with few statements; one result for each, in the order given.

    A document that is refused takes along those of the batch that refer to it, and no others.
    """
    moment = now or system_clock()
    check_connection(db, connection_id)
    rules = load_rules(db, connection_id)
    results: dict[int, Result] = {}
    checked: dict[int, CheckedDocument] = {}
    for position, (kind, body) in enumerate(documents):
        try:
            checked[position] = check_document(kind, body, country=country, rules=rules)
        except QbwcServiceError as error:
            results[position] = _refuse(kind, body, error)
    _refuse_repeated(checked, results)
    lock_dependencies(db, connection_id)
    known = find_known(db, connection_id, _all_targets(checked))
    routes = _plan_routes(db, connection_id, checked, results, known, rules=rules)
    _refuse_circles(db, connection_id, checked, results, known)
    order = _sort_by_reference(checked, results, known)
    documents_in_order = [checked[position] for position in order]
    saved = save_documents(db, connection_id, documents_in_order, known=known, routes=routes, now=moment)
    for position, row in zip(order, saved, strict=True):
        document = checked[position]
        results[position] = AcceptedDocument(
            kind=document.kind,
            external_id=document.external_id,
            document_id=row.document_id,
            operation_id=row.operation_id,
            state=row.state,
            change=row.change,
            text_changes=document.text_changes,
        )
    return [results[position] for position in range(len(documents))]


def _all_targets(checked: Mapping[int, CheckedDocument]) -> set[Target]:
    own = {document.target for document in checked.values()}
    return own.union(*(document.targets for document in checked.values()))


def _refuse_repeated(checked: dict[int, CheckedDocument], results: dict[int, Result]) -> None:
    """Refuse a document that stands in the batch a second time: which of the two is meant is a guess."""
    first: dict[Target, int] = {}
    for position, document in list(checked.items()):
        if first.setdefault(document.target, position) != position:
            message = f"it stands in this batch twice (first as number {first[document.target] + 1})"
            _drop(position, checked, results, _field_error("external_id", "repeat", message))


def _plan_routes(
    db: Session,
    connection_id: int,
    checked: dict[int, CheckedDocument],
    results: dict[int, Result],
    known: Mapping[Target, KnownDocument],
    *,
    rules: Rules,
) -> dict[Target, Route]:
    """Say how each new content goes; refuse what cannot go, or is on its way to QuickBooks at this moment.

    The operations of the others are held from here on, so that the Web Connector cannot fetch one while it is being
    replaced. Operations are locked before sync states everywhere.
    """
    new = {
        position: document
        for position, document in checked.items()
        if not is_unchanged(document, known.get(document.target))
    }
    present = {position: known[document.target] for position, document in new.items() if document.target in known}
    states = queue.hold_operations(db, connection_id, [one.operation_id for one in present.values()])
    routes: dict[Target, Route] = {}
    for position, document in new.items():
        before = present.get(position)
        if before is not None and states[before.operation_id] in {OperationState.SENT, OperationState.UNKNOWN}:
            message = f"{document.kind.value} {document.external_id!r} has been handed to QuickBooks and is not settled"
            error = StateError(message, field="external_id", remedy="send the change again when it is")
            _drop(position, checked, results, error)
            continue
        try:
            routes[document.target] = plan_route(document, before, rules=rules)
        except StateError as refused:
            _drop(position, checked, results, refused)
    return routes


def _refuse_circles(
    db: Session,
    connection_id: int,
    checked: dict[int, CheckedDocument],
    results: dict[int, Result],
    known: Mapping[Target, KnownDocument],
) -> None:
    """Refuse new content that would make a known document wait for itself."""
    batch = {document.target: document.targets.keys() for document in checked.values()}
    changed = {
        document.target
        for document in checked.values()
        if (present := known.get(document.target)) is not None
        and present.fingerprint != document.fingerprint
        and any(target.kind is document.kind for target in document.targets)
    }
    circles = find_circles(db, connection_id, changed, batch=batch)
    for position, document in list(checked.items()):
        if document.target in circles:
            path = next(path for target, path in document.targets.items() if target.kind is document.kind)
            error = _field_error(path, "reference", "it leads back to this document")
            _drop(position, checked, results, error)


def _sort_by_reference(
    checked: dict[int, CheckedDocument], results: dict[int, Result], known: Mapping[Target, KnownDocument]
) -> list[int]:
    """Put what is referred to first; refuse what refers to nothing we have, or in a circle."""
    order: list[int] = []
    there = {target for target, present in known.items() if present.state is not DocumentState.DELETED}
    placed = there - {document.target for document in checked.values()}
    waiting = sorted(checked, key=lambda position: (_rank(checked[position].kind), position))
    while waiting:
        ready = [position for position in waiting if placed.issuperset(checked[position].targets)]
        if not ready:
            break
        order += ready
        placed.update(checked[position].target for position in ready)
        taken = set(ready)
        waiting = [position for position in waiting if position not in taken]
    for position in waiting:
        missing = {target: path for target, path in checked[position].targets.items() if target not in placed}
        errors = [
            FieldError(path=path, rule="reference", message=f"{target.kind.value} {target.external_id!r} is not known")
            for target, path in missing.items()
        ]
        remedy = "send it first, or in the same batch; or refer to it by quickbooks_id or full_name"
        _drop(position, checked, results, InvalidDocumentError("it refers to what is not there", errors, remedy=remedy))
    return order


def _rank(kind: DocumentKind) -> int:
    return list(DocumentKind).index(kind)


def _drop(
    position: int, checked: dict[int, CheckedDocument], results: dict[int, Result], error: QbwcServiceError
) -> None:
    document = checked.pop(position)
    results[position] = RefusedDocument(kind=document.kind.value, external_id=document.external_id, error=error)


def _field_error(path: str, rule: str, message: str) -> InvalidDocumentError:
    return InvalidDocumentError("the document is not acceptable", [FieldError(path=path, rule=rule, message=message)])


def _refuse(kind: DocumentKind | str, body: object, error: QbwcServiceError) -> RefusedDocument:
    external_id = body.get("external_id") if isinstance(body, Mapping) else None
    return RefusedDocument(
        kind=str(kind), external_id=external_id if isinstance(external_id, str) else None, error=error
    )
