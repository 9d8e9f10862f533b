"""Bring rows of files into the queue: documents in an order in which references hold, in transactions of some hundred.

All files given together are one delivery, and a row may refer to any other. Documents can be sent again without harm
(the same content changes nothing), requests can not: they come last, all in one transaction.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from qbwc_service import connections
from qbwc_service.cli.desk import Desk
from qbwc_service.errors import FieldError, InvalidDocumentError, QbwcServiceError
from qbwc_service.qbxml.grammar import EDITIONS
from qbwc_service.store import DocumentKind
from qbwc_service.sync import (
    AcceptedDocument,
    AcceptedRequest,
    BadRow,
    DocumentRow,
    Place,
    RefusedDocument,
    RequestRow,
    Row,
    enqueue_documents,
    enqueue_qbxml,
)

BATCH = 500
ORDER = (
    DocumentKind.TERMS,
    DocumentKind.CLASS,
    DocumentKind.PAYMENT_METHOD,
    DocumentKind.ITEM,
    DocumentKind.CUSTOMER,
    DocumentKind.INVOICE,
    DocumentKind.CREDIT_MEMO,
    DocumentKind.SALES_RECEIPT,
    DocumentKind.PAYMENT,
    DocumentKind.DEPOSIT,
)
"""Each kind refers only to itself and to those before it."""

DEEPEST = 50
"""Levels of parents that are followed: QuickBooks has five; a circle has no end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A row that was not accepted, and why."""

    place: Place
    kind: str | None
    external_id: str | None
    error: QbwcServiceError


@dataclass(slots=True, kw_only=True)
class Delivery:
    """What became of the rows. ``is_undone``: some were refused, and so none was kept."""

    documents: list[tuple[Place, AcceptedDocument]] = field(default_factory=list)
    requests: list[tuple[Place, AcceptedRequest]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    is_undone: bool = False


class _UndoneError(Exception):
    """Ends a transaction in which some row was refused and all or nothing was asked for."""


def deliver(desk: Desk, connection_id: int, rows: Sequence[Row], *, all_or_nothing: bool) -> Delivery:
    """Bring the rows into the queue; NotFoundError where there is no such connection."""
    with desk.database.reading() as db:
        connection = connections.get_connection(db, connection_id, now=desk.now())
    country = connection.country if connection.country in EDITIONS else "US"
    delivery = Delivery(refused=[_refuse(row, row.error) for row in rows if isinstance(row, BadRow)])
    documents = _sort([row for row in rows if isinstance(row, DocumentRow)])
    documents = list(_drop_repeated(documents, delivery))
    requests = [row for row in rows if isinstance(row, RequestRow)]
    work = _Work(desk=desk, connection_id=connection_id, country=country or "US", delivery=delivery)
    if all_or_nothing:
        work.deliver_at_once(documents, requests)
    else:
        work.deliver_by_and_by(documents, requests)
    delivery.refused.sort(key=lambda refusal: (refusal.place.file, refusal.place.row))
    return delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    desk: Desk
    connection_id: int
    country: str
    delivery: Delivery

    def deliver_by_and_by(self, documents: Sequence[DocumentRow], requests: Sequence[RequestRow]) -> None:
        """Keep what is good, in several transactions."""
        for start in range(0, len(documents), BATCH):
            self._transact(documents[start : start + BATCH], ())
        if requests:
            self._transact((), requests)

    def deliver_at_once(self, documents: Sequence[DocumentRow], requests: Sequence[RequestRow]) -> None:
        """Keep everything in one transaction, or nothing at all."""
        try:
            self._transact(documents, requests, all_or_nothing=True)
        except _UndoneError:
            self.delivery.documents.clear()
            self.delivery.requests.clear()
            self.delivery.is_undone = True

    def _transact(
        self, documents: Sequence[DocumentRow], requests: Sequence[RequestRow], *, all_or_nothing: bool = False
    ) -> None:
        with self.desk.database.writing() as db:
            now = self.desk.now()
            results = enqueue_documents(
                db, self.connection_id, [(row.kind, row.body) for row in documents], now=now, country=self.country
            )
            for row, result in zip(documents, results, strict=True):
                if isinstance(result, RefusedDocument):
                    self.delivery.refused.append(_refuse(row, result.error))
                else:
                    self.delivery.documents.append((row.place, result))
            for request in requests:
                try:
                    accepted = enqueue_qbxml(db, self.connection_id, request.request, request.body, now=now)
                except QbwcServiceError as error:
                    self.delivery.refused.append(_refuse(request, error))
                else:
                    self.delivery.requests.append((request.place, accepted))
            if all_or_nothing and self.delivery.refused:
                raise _UndoneError


def _sort(rows: Iterable[DocumentRow]) -> list[DocumentRow]:
    """Put what is referred to before what refers to it, whatever the batches: by kind, and parents first."""
    chosen = list(rows)
    parents = {(row.kind, _external_id(row)): _parent_id(row) for row in chosen}

    def depth(row: DocumentRow) -> int:
        steps, parent = 0, _parent_id(row)
        while parent is not None and steps < DEEPEST:
            steps, parent = steps + 1, parents.get((row.kind, parent))
        return steps

    return sorted(chosen, key=lambda row: (ORDER.index(row.kind), depth(row)))


def _drop_repeated(rows: Iterable[DocumentRow], delivery: Delivery) -> Iterator[DocumentRow]:
    """Refuse a document that stands in the delivery a second time: which of the two is meant is a guess."""
    first: dict[tuple[DocumentKind, str | None], Place] = {}
    for row in rows:
        external_id = _external_id(row)
        before = first.setdefault((row.kind, external_id), row.place)
        if external_id is None or before == row.place:
            yield row
            continue
        mistake = FieldError(path="external_id", rule="repeat", message=f"it stands here twice, first at {before}")
        delivery.refused.append(_refuse(row, InvalidDocumentError("the document is not acceptable", [mistake])))


def _refuse(row: Row, error: QbwcServiceError) -> Refusal:
    match row:
        case DocumentRow():
            return Refusal(place=row.place, kind=row.kind.value, external_id=_external_id(row), error=error)
        case RequestRow():
            return Refusal(place=row.place, kind=row.request, external_id=None, error=error)
        case BadRow():
            return Refusal(place=row.place, kind=None, external_id=None, error=error)


def _external_id(row: DocumentRow) -> str | None:
    external_id = row.body.get("external_id")
    return external_id.strip() if isinstance(external_id, str) else None


def _parent_id(row: DocumentRow) -> str | None:
    parent = row.body.get("parent")
    external_id = parent.get("external_id") if isinstance(parent, Mapping) else None
    return external_id.strip() if isinstance(external_id, str) else None
