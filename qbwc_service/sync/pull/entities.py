"""What is mirrored, as declarations: a new kind of object is a row here and a table, not a new code path.

How an element becomes a column is a rule (``columns.py``), so a declaration names only what the rule cannot know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy import Table

from qbwc_service.store import mirror_lists as lists
from qbwc_service.store import mirror_transactions as txns

NO_NAMES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lines:
    """What an object holds several of: the elements, the table, and columns whose names the rule would not find.

    ``groups`` are elements that hold lines themselves: element → the element inside.
    """

    elements: tuple[str, ...]
    table: Table
    renamed: Mapping[str, str] = field(default_factory=lambda: NO_NAMES)
    groups: Mapping[str, str] = field(default_factory=lambda: NO_NAMES)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entity:
    """One kind of object of QuickBooks and its mirror table.

    ``name`` is the query's (``Invoice`` of InvoiceQueryRq); ``kinds`` are the objects it answers with, by the words
    of TxnDelType and ListDelType, and their Ret elements are named after them. ``copies`` are values inside of
    aggregates that have a column as well: path → column. ``balance`` is the column that changes without the object
    counting as changed. ``swept`` are such values that are compared once a day (element → column), of those objects
    only for which ``open_only`` asks.
    """

    name: str
    table: Table
    key: str
    kinds: tuple[str, ...]
    has_iterator: bool
    flags: tuple[str, ...] = ()
    lines: tuple[Lines, ...] = ()
    copies: Mapping[str, str] = field(default_factory=lambda: NO_NAMES)
    balance: str | None = None
    swept: Mapping[str, str] = field(default_factory=lambda: NO_NAMES)
    open_only: Mapping[str, str] = field(default_factory=lambda: NO_NAMES)

    @property
    def is_transaction(self) -> bool:
        """Whether it has a date and a TxnID."""
        return self.key == "TxnID"

    @property
    def key_column(self) -> str:
        """The column of its id."""
        return "txn_id" if self.is_transaction else "list_id"

    @property
    def request(self) -> str:
        """The name of its query."""
        return f"{self.name}QueryRq"


_LINES, _LINKED = "IncludeLineItems", "IncludeLinkedTxns"
_APPLIED = MappingProxyType({"TxnID": "applied_txn_id"})
_OTHER_END = MappingProxyType({"TxnID": "linked_txn_id"})
_DEPOSITED = MappingProxyType({"TxnID": "deposited_txn_id"})
_GROUP = MappingProxyType({"ItemGroupRef": "item"})
_ITEM_COPIES = MappingProxyType(
    {
        "SalesOrPurchase/Desc": "description",
        "SalesOrPurchase/Price": "sales_price",
        "SalesOrPurchase/AccountRef": "account",
        "SalesAndPurchase/SalesDesc": "description",
        "SalesAndPurchase/SalesPrice": "sales_price",
        "SalesAndPurchase/PurchaseCost": "purchase_cost",
        "SalesAndPurchase/IncomeAccountRef": "income_account",
    }
)


def _list(name: str, table: Table, *, has_iterator: bool = False) -> Entity:
    return Entity(name=name, table=table, key="ListID", kinds=(name,), has_iterator=has_iterator)


def _sale_lines(kind: str, table: Table) -> Lines:
    line, group = f"{kind}LineRet", f"{kind}LineGroupRet"
    return Lines(elements=(line, group), table=table, renamed=_GROUP, groups=MappingProxyType({group: line}))


ACCOUNT = _list("Account", lists.qb_accounts)
ITEM = Entity(
    name="Item",
    table=lists.qb_items,
    key="ListID",
    kinds=(
        "ItemService",
        "ItemNonInventory",
        "ItemOtherCharge",
        "ItemInventory",
        "ItemInventoryAssembly",
        "ItemFixedAsset",
        "ItemSubtotal",
        "ItemDiscount",
        "ItemPayment",
        "ItemSalesTax",
        "ItemSalesTaxGroup",
        "ItemGroup",
    ),
    has_iterator=True,
    copies=_ITEM_COPIES,
)
CUSTOMER = Entity(
    name="Customer",
    table=lists.qb_customers,
    key="ListID",
    kinds=("Customer",),
    has_iterator=True,
    swept=MappingProxyType({"Balance": "balance_cents", "TotalBalance": "total_balance_cents"}),
)
INVOICE = Entity(
    name="Invoice",
    table=txns.qb_invoices,
    key="TxnID",
    kinds=("Invoice",),
    has_iterator=True,
    flags=(_LINES, _LINKED),
    lines=(
        _sale_lines("Invoice", txns.qb_invoice_lines),
        Lines(elements=("LinkedTxn",), table=txns.qb_invoice_linked_txns, renamed=_OTHER_END),
    ),
    balance="balance_remaining_cents",
    swept=MappingProxyType({"BalanceRemaining": "balance_remaining_cents"}),
    open_only=MappingProxyType({"PaidStatus": "NotPaidOnly"}),
)
PAYMENT = Entity(
    name="ReceivePayment",
    table=txns.qb_payments,
    key="TxnID",
    kinds=("ReceivePayment",),
    has_iterator=True,
    flags=(_LINES,),
    lines=(Lines(elements=("AppliedToTxnRet",), table=txns.qb_payment_applications, renamed=_APPLIED),),
    balance="unused_payment_cents",
)
CREDIT_MEMO = Entity(
    name="CreditMemo",
    table=txns.qb_credit_memos,
    key="TxnID",
    kinds=("CreditMemo",),
    has_iterator=True,
    flags=(_LINES, _LINKED),
    lines=(
        _sale_lines("CreditMemo", txns.qb_credit_memo_lines),
        Lines(elements=("LinkedTxn",), table=txns.qb_credit_memo_linked_txns, renamed=_OTHER_END),
    ),
    balance="credit_remaining_cents",
    swept=MappingProxyType({"CreditRemaining": "credit_remaining_cents"}),
)
SALES_RECEIPT = Entity(
    name="SalesReceipt",
    table=txns.qb_sales_receipts,
    key="TxnID",
    kinds=("SalesReceipt",),
    has_iterator=True,
    flags=(_LINES,),
    lines=(_sale_lines("SalesReceipt", txns.qb_sales_receipt_lines),),
)
DEPOSIT = Entity(
    name="Deposit",
    table=txns.qb_deposits,
    key="TxnID",
    kinds=("Deposit",),
    has_iterator=True,
    flags=(_LINES,),
    lines=(Lines(elements=("DepositLineRet",), table=txns.qb_deposit_lines, renamed=_DEPOSITED),),
)

ENTITIES: Mapping[str, Entity] = MappingProxyType(
    {
        entity.name: entity
        for entity in (
            ACCOUNT,
            _list("Class", lists.qb_classes),
            Entity(
                name="Terms",
                table=lists.qb_terms,
                key="ListID",
                kinds=("StandardTerms", "DateDrivenTerms"),
                has_iterator=False,
            ),
            _list("PaymentMethod", lists.qb_payment_methods),
            _list("SalesTaxCode", lists.qb_sales_tax_codes),
            ITEM,
            CUSTOMER,
            INVOICE,
            PAYMENT,
            CREDIT_MEMO,
            SALES_RECEIPT,
            DEPOSIT,
        )
    }
)
"""Everything that is mirrored, in the order in which it is pulled: lists before what refers to them."""

DELETED_LISTS, DELETED_TXNS = "ListDeleted", "TxnDeleted"
"""Cursors of their own: the two queries of what was deleted."""

CURSORS = (*ENTITIES, DELETED_LISTS, DELETED_TXNS)

OWNERS: Mapping[str, Entity] = MappingProxyType({kind: entity for entity in ENTITIES.values() for kind in entity.kinds})
"""QuickBooks' words for kinds (TxnType, TxnDelType, ListDelType) and what mirrors them."""
