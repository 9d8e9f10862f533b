"""Items whose names are the same to a person: in the mirror, and among documents that are not in it (yet).

Letters and digits count, case, spaces and signs do not, and neither does the parent. Nothing is done about them: which
one is right only a person knows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from qbwc_service.store import Document, DocumentKind, DocumentState, Link, SyncState
from qbwc_service.store.mirror_lists import qb_items
from qbwc_service.sync.look.entries import normal_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInfo:
    """One item: a record in QuickBooks, a document (``external_id``), or both."""

    name: str
    full_name: str
    type: str
    is_active: bool
    quickbooks_id: str | None
    external_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateItems:
    """Items that have one name; ``name`` is what of it counts."""

    name: str
    items: tuple[ItemInfo, ...]


def list_duplicate_items(db: Session, connection_id: int) -> list[DuplicateItems]:
    """Give the items of which there are several, by name; two statements."""
    by_name: dict[str, list[ItemInfo]] = {}
    for item in _list_items(db, connection_id):
        if key := normal_name(item.name):
            by_name.setdefault(key, []).append(item)
    return [
        DuplicateItems(name=key, items=tuple(sorted(found, key=lambda one: one.full_name.casefold())))
        for key, found in sorted(by_name.items())
        if len(found) > 1
    ]


def _list_items(db: Session, connection_id: int) -> Iterator[ItemInfo]:
    documents = list(_list_documents(db, connection_id))
    by_id = {one.quickbooks_id: one for one in documents if one.quickbooks_id is not None}
    columns = qb_items.c
    query = select(columns.list_id, columns.name, columns.full_name, columns.kind, columns.is_active)
    for list_id, name, full_name, kind, is_active in db.execute(
        query.where(columns.connection_id == connection_id, columns.deleted_at.is_(None))
    ):
        ours = by_id.pop(list_id, None)
        yield ItemInfo(
            name=name or "",
            full_name=full_name or name or "",
            type=kind or "",
            is_active=is_active is not False,
            quickbooks_id=list_id,
            external_id=None if ours is None else ours.external_id,
        )
    yield from (one for one in documents if one.quickbooks_id is None or one.quickbooks_id in by_id)


def _list_documents(db: Session, connection_id: int) -> Iterator[ItemInfo]:
    standing = (SyncState.connection_id == Document.connection_id) & (SyncState.document_id == Document.id)
    linked = (Link.connection_id == Document.connection_id) & (Link.document_id == Document.id)
    query = (
        select(Document.external_id, Document.body, Link.quickbooks_id)
        .join(SyncState, standing)
        .outerjoin(Link, linked)
        .where(
            Document.connection_id == connection_id,
            Document.kind == DocumentKind.ITEM,
            SyncState.state != DocumentState.DELETED,
        )
        .order_by(Document.id)
    )
    for external_id, body, quickbooks_id in db.execute(query):
        yield ItemInfo(
            name=str(body["name"]),
            full_name=_full_name(body),
            type=str(body["kind"]),
            is_active=body.get("is_active") is not False,
            quickbooks_id=quickbooks_id,
            external_id=external_id,
        )


def _full_name(body: Mapping[str, object]) -> str:
    """Give a document's name with that of its parent in front, where it says it."""
    parent = body.get("parent")
    above = parent.get("full_name") or parent.get("external_id") if isinstance(parent, Mapping) else None
    return f"{above}:{body['name']}" if above else str(body["name"])
