"""What is known here of a record in QuickBooks that a person names by its id: from evidence, or from the mirror."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from qbwc_service.errors import InputError, StateError
from qbwc_service.store import DocumentKind, Problem
from qbwc_service.sync.kinds.table import ADDS
from qbwc_service.sync.pull.entities import ENTITIES, ITEM, Entity

ID = re.compile(r"[0-9A-F]{1,12}-[0-9]{1,12}")
"""A ListID or TxnID: a counter in hex, and the second of creation [facts: derived identities]."""

LISTS_OF_CANDIDATES = ("candidates", "paid_by")
SHOWN = {
    "full_name": "FullName",
    "name": "Name",
    "email": "Email",
    "is_active": "IsActive",
    "ref_number": "RefNumber",
    "txn_date": "TxnDate",
    "customer_full_name": "CustomerRef",
    "subtotal_cents": "Subtotal",
    "total_amount_cents": "TotalAmount",
    "deposit_total_cents": "DepositTotal",
}
"""Columns of the mirror that tell a record from others, by QuickBooks' words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRecord:
    """A record in QuickBooks as it was last seen; ``object_type`` is the word of its Ret element without the Ret."""

    quickbooks_id: str
    object_type: str
    values: Mapping[str, object]
    deleted_at: datetime | None = None

    @property
    def name(self) -> str:
        """How people call it: ``Invoice 1001``."""
        named = (self.values.get(key) for key in ("RefNumber", "FullName", "Name"))
        return f"{self.object_type} {next((str(one) for one in named if one), self.quickbooks_id)}"


def check_id(quickbooks_id: str) -> str:
    """Give an id as QuickBooks writes it; InputError for what cannot be one."""
    text = quickbooks_id.strip().upper()
    if not ID.fullmatch(text):
        message = f"{quickbooks_id!r} cannot be an id of QuickBooks"
        remedy = "copy the ListID or TxnID of the record, such as 80000013-1416570432 or C5-1417118624"
        raise InputError(message, field="quickbooks_id", remedy=remedy)
    return text


def types_of(kind: DocumentKind) -> tuple[str, ...]:
    """Give the types of records that a document of this kind can be."""
    if kind is DocumentKind.ITEM:
        return ITEM.kinds
    if kind is DocumentKind.TERMS:
        return ENTITIES["Terms"].kinds
    return (ADDS[kind].removesuffix("Add"),)


def find_record(
    db: Session, connection_id: int, kind: DocumentKind, quickbooks_id: str, *, document_id: int
) -> KnownRecord | None:
    """Give what is known of a record that a document shall be; None where nothing is.

    Raises InputError where it is a record of another kind.
    """
    known = [
        *_in_mirror(db, connection_id, quickbooks_id),
        *_in_evidence(db, connection_id, kind, quickbooks_id, document_id),
    ]
    fitting = [one for one in known if one.object_type in types_of(kind)]
    if known and not fitting:
        what = (
            f"{quickbooks_id} is the {known[0].name} in QuickBooks, and a document of kind {kind.value} cannot be that"
        )
        raise InputError(what, field="quickbooks_id", remedy=f"look for a record of the type {types_of(kind)[0]}")
    return fitting[0] if fitting else None


def get_linkable(
    db: Session, connection_id: int, kind: DocumentKind, quickbooks_id: str, *, document_id: int
) -> KnownRecord | None:
    """Give the same; StateError where the record is known to be deleted."""
    found = find_record(db, connection_id, kind, quickbooks_id, document_id=document_id)
    if found is not None and found.deleted_at is not None:
        message = f"{quickbooks_id}: the {found.name} was deleted in QuickBooks"
        raise StateError(message, field="quickbooks_id", remedy="look for the right record")
    return found


def is_deleted(db: Session, connection_id: int, quickbooks_id: str) -> bool:
    """Say whether the mirror shows that a record is not in QuickBooks any more."""
    return any(one.deleted_at is not None for one in _in_mirror(db, connection_id, quickbooks_id))


def _in_evidence(
    db: Session, connection_id: int, kind: DocumentKind, quickbooks_id: str, document_id: int
) -> Iterator[KnownRecord]:
    """Look among the candidates that problems of the document show, the newest first."""
    query = select(Problem.evidence).where(Problem.connection_id == connection_id, Problem.document_id == document_id)
    for evidence in db.scalars(query.order_by(Problem.id.desc())):
        found = [one for name in LISTS_OF_CANDIDATES if isinstance(shown := evidence.get(name), list) for one in shown]
        for one in found:
            if isinstance(one, Mapping) and quickbooks_id in {one.get("ListID"), one.get("TxnID")}:
                object_type = one.get("type") or one.get("TxnType") or types_of(kind)[0]
                yield KnownRecord(quickbooks_id=quickbooks_id, object_type=str(object_type), values=one)


def _in_mirror(db: Session, connection_id: int, quickbooks_id: str) -> Iterator[KnownRecord]:
    for entity in ENTITIES.values():
        table = entity.table
        held = (table.c.connection_id == connection_id, table.c[entity.key_column] == quickbooks_id)
        row = db.execute(select(table).where(*held)).mappings().one_or_none()
        if row is not None:
            yield _from_row(entity, quickbooks_id, row)


def _from_row(entity: Entity, quickbooks_id: str, row: RowMapping) -> KnownRecord:
    values = {name: row[column] for column, name in SHOWN.items() if row.get(column) is not None}
    return KnownRecord(
        quickbooks_id=quickbooks_id,
        object_type=str(row.get("kind") or entity.kinds[0]),
        values={name: value if isinstance(value, bool) else str(value) for name, value in values.items()},
        deleted_at=row["deleted_at"],
    )
