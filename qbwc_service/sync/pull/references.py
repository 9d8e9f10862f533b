"""Who points at whom inside the mirror: for renames, merges, and money that is applied."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Column, Table, select
from sqlalchemy.orm import Session

from qbwc_service.store import mirror_transactions as txns
from qbwc_service.sync.pull.entities import ENTITIES, OWNERS, Entity
from qbwc_service.sync.pull.write import in_pieces

PARENT = "parent"
_LISTS: Mapping[str, str] = {
    "customer": "Customer",
    "entity": "Customer",
    "class": "Class",
    "discount_class": "Class",
    "item": "Item",
    "item_sales_tax": "Item",
    "terms": "Terms",
    "payment_method": "PaymentMethod",
    "preferred_payment_method": "PaymentMethod",
    "sales_tax_code": "SalesTaxCode",
    "customer_sales_tax_code": "SalesTaxCode",
    **dict.fromkeys(
        (
            "account",
            "ar_account",
            "deposit_to_account",
            "discount_account",
            "income_account",
            "cogs_account",
            "asset_account",
        ),
        "Account",
    ),
}
"""The columns of references, without their endings, and the list that each one points into."""

Neighbour = tuple[str, str]
"""Another object: its entity and its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """A reference in a table: its columns, and the entity whose objects hold it (in their rows or in their lines)."""

    owner: Entity
    table: Table
    list_id: Column[object]
    full_name: Column[object]

    @property
    def holder(self) -> Column[object]:
        """The column of the id of the object that holds it."""
        return self.table.c[self.owner.key_column]


@cache
def pointers_to(entity: Entity) -> tuple[Pointer, ...]:
    """Give every reference in the mirror that may point at an entry of this list."""
    return tuple(_pointers_to(entity))


def _pointers_to(entity: Entity) -> Iterator[Pointer]:
    for owner in ENTITIES.values():
        for table in (owner.table, *(lines.table for lines in owner.lines)):
            for column in table.c:
                base = column.name.removesuffix("_list_id")
                if base == column.name:
                    continue
                target = owner.name if base == PARENT else _LISTS.get(base)
                if target == entity.name:
                    name = table.c[f"{base}_full_name"]
                    yield Pointer(owner=owner, table=table, list_id=column, full_name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tie:
    """A table that says which transactions belong together, from one side."""

    own: Column[str]
    other: Column[str]
    kind: Column[str] | str


_INVOICE_LINKS, _CREDIT_LINKS = txns.qb_invoice_linked_txns.c, txns.qb_credit_memo_linked_txns.c
_APPLIED, _DEPOSITED = txns.qb_payment_applications.c, txns.qb_deposit_lines.c
_INVOICES_OF = _Tie(own=_INVOICE_LINKS.linked_txn_id, other=_INVOICE_LINKS.txn_id, kind="Invoice")
_TIES: Mapping[str, tuple[_Tie, ...]] = {
    "Invoice": (
        _Tie(own=_INVOICE_LINKS.txn_id, other=_INVOICE_LINKS.linked_txn_id, kind=_INVOICE_LINKS.txn_type),
        _Tie(own=_APPLIED.applied_txn_id, other=_APPLIED.txn_id, kind="ReceivePayment"),
        _Tie(own=_CREDIT_LINKS.linked_txn_id, other=_CREDIT_LINKS.txn_id, kind="CreditMemo"),
    ),
    "ReceivePayment": (
        _Tie(own=_APPLIED.txn_id, other=_APPLIED.applied_txn_id, kind=_APPLIED.txn_type),
        _INVOICES_OF,
    ),
    "CreditMemo": (
        _Tie(own=_CREDIT_LINKS.txn_id, other=_CREDIT_LINKS.linked_txn_id, kind=_CREDIT_LINKS.txn_type),
        _INVOICES_OF,
    ),
    "Deposit": (_Tie(own=_DEPOSITED.txn_id, other=_DEPOSITED.deposited_txn_id, kind=_DEPOSITED.txn_type),),
}


def list_neighbours(
    db: Session, connection_id: int, entity: Entity, ids: Sequence[str]
) -> dict[str, frozenset[Neighbour]]:
    """Give, for transactions, the mirrored ones that they are applied to, paid by, or deposit."""
    found: dict[str, set[Neighbour]] = {}
    for tie in _TIES.get(entity.name, ()):
        for some in in_pieces(ids):
            columns = [tie.own, tie.other] if isinstance(tie.kind, str) else [tie.own, tie.other, tie.kind]
            mine = (tie.own.table.c.connection_id == connection_id, tie.own.in_(some), tie.other.is_not(None))
            for own, other, *kind in db.execute(select(*columns).where(*mine)):
                owner = OWNERS.get(str(kind[0]) if kind else str(tie.kind))
                if owner is not None:
                    found.setdefault(own, set()).add((owner.name, other))
    return {own: frozenset(others) for own, others in found.items()}


def list_holders(db: Session, connection_id: int, entity: Entity, ids: Sequence[str]) -> dict[str, set[str]]:
    """Give the objects that refer to entries of a list: ids by entity."""
    found: dict[str, set[str]] = {}
    for pointer in pointers_to(entity):
        for some in in_pieces(ids):
            mine = (pointer.table.c.connection_id == connection_id, pointer.list_id.in_(some))
            holders = db.scalars(select(pointer.holder).where(*mine).distinct())
            found.setdefault(pointer.owner.name, set()).update(str(one) for one in holders)
    return found


def list_ancestors(db: Session, connection_id: int, entity: Entity, ids: Sequence[str]) -> set[str]:
    """Give the entries above these in their list; each level is one statement."""
    table = entity.table
    found: set[str] = set()
    level = list(ids)
    while level:
        above: set[str] = set()
        for some in in_pieces(level):
            mine = (table.c.connection_id == connection_id, table.c.list_id.in_(some))
            parents = db.scalars(select(table.c.parent_list_id).where(*mine, table.c.parent_list_id.is_not(None)))
            above.update(str(one) for one in parents)
        level = sorted(above - found)
        found |= above
    return found
