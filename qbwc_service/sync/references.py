"""References between documents: which ones a document makes, and the QuickBooks ids they stand for today."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from qbwc_service.errors import UnresolvedReferenceError
from qbwc_service.store import Document, DocumentKind, Link
from qbwc_service.sync.kinds.mapping import Body

CHUNK = 400


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """A document that another one refers to by external id, and in which field it does."""

    kind: DocumentKind
    external_id: str


TARGET_KINDS = {
    "customer": DocumentKind.CUSTOMER,
    "item": DocumentKind.ITEM,
    "tax_item": DocumentKind.ITEM,
    "sales_tax_item": DocumentKind.ITEM,
    "invoice": DocumentKind.INVOICE,
    "credit_memo": DocumentKind.CREDIT_MEMO,
    "terms": DocumentKind.TERMS,
    "class": DocumentKind.CLASS,
    "payment_method": DocumentKind.PAYMENT_METHOD,
    "payment": DocumentKind.PAYMENT,
    "sales_receipt": DocumentKind.SALES_RECEIPT,
}


def list_targets(kind: DocumentKind, body: Body) -> dict[Target, str]:
    """Give the documents this one refers to by external id, with the path of the field that does."""
    return {target: path for path, target in _walk(kind, body, "")}


def find_links(db: Session, connection_id: int, targets: Collection[Target]) -> dict[Target, str]:
    """Give the QuickBooks ids of those of ``targets`` that are linked; one statement per few hundred."""
    wanted = sorted(targets)
    found: dict[Target, str] = {}
    for start in range(0, len(wanted), CHUNK):
        same = (Link.connection_id == Document.connection_id) & (Link.document_id == Document.id)
        query = (
            select(Document.kind, Document.external_id, Link.quickbooks_id)
            .join(Link, same)
            .where(Document.connection_id == connection_id, is_one_of(wanted[start : start + CHUNK]))
        )
        for kind, external_id, quickbooks_id in db.execute(query):
            found[Target(kind, external_id)] = quickbooks_id
    return found


def is_one_of(targets: Collection[Target]) -> ColumnElement[bool]:
    """Say, in SQL, that the document at hand is one of ``targets``; by kind, for SQLite finds no pairs by index."""
    by_kind: dict[DocumentKind, list[str]] = {}
    for target in targets:
        by_kind.setdefault(target.kind, []).append(target.external_id)
    return or_(*(and_(Document.kind == kind, Document.external_id.in_(ids)) for kind, ids in by_kind.items()))


@dataclass(frozen=True, slots=True)
class Resolver:
    """Looks QuickBooks ids up among the links that were read for one message set."""

    links: Mapping[Target, str]

    def __call__(self, kind: DocumentKind, external_id: str) -> str:
        """Give the id; UnresolvedReferenceError where the document is not linked."""
        quickbooks_id = self.links.get(Target(kind, external_id))
        if quickbooks_id is None:
            raise UnresolvedReferenceError(f"{kind.value} {external_id!r} is not in QuickBooks yet", field=kind.value)
        return quickbooks_id


def _walk(kind: DocumentKind, value: object, path: str) -> Iterator[tuple[str, Target]]:
    if isinstance(value, Mapping):
        for field, inner in value.items():
            here = f"{path}.{field}" if path else field
            target_kind = kind if field == "parent" else TARGET_KINDS.get(field)
            if target_kind is not None and isinstance(inner, Mapping) and inner.get("external_id") is not None:
                yield f"{here}.external_id", Target(target_kind, str(inner["external_id"]))
            else:
                yield from _walk(kind, inner, here)
    elif isinstance(value, list | tuple):
        for position, inner in enumerate(value):
            yield from _walk(kind, inner, f"{path}[{position}]")
