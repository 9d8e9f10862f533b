"""What each kind of document is in qbXML: its Add request and the table of its fields.

A new kind is a new entry here and a shape. Payments and deposits need code, because lists of theirs become one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from qbwc_service import qbxml
from qbwc_service.store import DocumentKind
from qbwc_service.sync.kinds.deposits import deposit_path, render_deposit
from qbwc_service.sync.kinds.mapping import (
    Body,
    Group,
    Lines,
    Part,
    Refer,
    Resolve,
    Value,
    document_path,
    render_parts,
)
from qbwc_service.sync.kinds.payments import payment_path, render_payment

ADDRESS: tuple[Part, ...] = (
    *(Value(f"line{number}", f"Addr{number}") for number in range(1, 6)),
    Value("city", "City"),
    Value("state", "State"),
    Value("postal_code", "PostalCode"),
    Value("country", "Country"),
    Value("note", "Note"),
)

CUSTOMER: tuple[Part, ...] = (
    Value("name", "Name"),
    Refer("parent", "ParentRef", DocumentKind.CUSTOMER),
    Value("is_active", "IsActive"),
    Value("company_name", "CompanyName"),
    Value("first_name", "FirstName"),
    Value("last_name", "LastName"),
    Value("email", "Email"),
    Value("phone", "Phone"),
    Group("bill_address", "BillAddress", ADDRESS),
    Group("ship_address", "ShipAddress", ADDRESS),
    Refer("terms", "TermsRef", DocumentKind.TERMS),
    Refer("sales_tax_code", "SalesTaxCodeRef"),
    Refer("tax_item", "ItemSalesTaxRef", DocumentKind.ITEM),
    Value("account_number", "AccountNumber"),
    Value("notes", "Notes"),
)

ITEM: tuple[Part, ...] = (
    Value("name", "Name"),
    Refer("parent", "ParentRef", DocumentKind.ITEM),
    Value("is_active", "IsActive"),
    Refer("sales_tax_code", "SalesTaxCodeRef"),
)

ITEM_SALE: tuple[Part, ...] = (
    Value("description", "Desc"),
    Value("price", "Price"),
    Refer("income_account", "AccountRef"),
)

LINE: tuple[Part, ...] = (
    Refer("item", "ItemRef", DocumentKind.ITEM),
    Value("description", "Desc"),
    Value("quantity", "Quantity"),
    Value("rate", "Rate"),
    Value("amount", "Amount"),
    Refer("class", "ClassRef", DocumentKind.CLASS),
    Refer("sales_tax_code", "SalesTaxCodeRef"),
    Value("service_date", "ServiceDate"),
    Value("other1", "Other1"),
    Value("other2", "Other2"),
)

SALE: tuple[Part, ...] = (
    Refer("customer", "CustomerRef", DocumentKind.CUSTOMER),
    Refer("class", "ClassRef", DocumentKind.CLASS),
    Value("txn_date", "TxnDate"),
    Value("ref_number", "RefNumber"),
    Group("bill_address", "BillAddress", ADDRESS),
    Group("ship_address", "ShipAddress", ADDRESS),
    Value("po_number", "PONumber"),
    Refer("terms", "TermsRef", DocumentKind.TERMS),
    Value("due_date", "DueDate"),
    Refer("sales_tax_item", "ItemSalesTaxRef", DocumentKind.ITEM),
    Value("memo", "Memo"),
    Value("other", "Other"),
)

RECEIPT: tuple[Part, ...] = (
    *(part for part in SALE if part.field not in {"po_number", "terms"}),
    Value("check_number", "CheckNumber"),
    Refer("payment_method", "PaymentMethodRef", DocumentKind.PAYMENT_METHOD),
    Refer("deposit_to", "DepositToAccountRef"),
)

TERMS: tuple[Part, ...] = (
    Value("name", "Name"),
    Value("is_active", "IsActive"),
    Value("due_days", "StdDueDays"),
    Value("discount_days", "StdDiscountDays"),
    Value("discount_percent", "DiscountPct"),
)

CLASS: tuple[Part, ...] = (
    Value("name", "Name"),
    Value("is_active", "IsActive"),
    Refer("parent", "ParentRef", DocumentKind.CLASS),
)

PAYMENT_METHOD: tuple[Part, ...] = (
    Value("name", "Name"),
    Value("is_active", "IsActive"),
    Value("type", "PaymentMethodType"),
)

PARTS: Mapping[DocumentKind, tuple[Part, ...]] = {
    DocumentKind.TERMS: TERMS,
    DocumentKind.CLASS: CLASS,
    DocumentKind.PAYMENT_METHOD: PAYMENT_METHOD,
    DocumentKind.CUSTOMER: CUSTOMER,
    DocumentKind.ITEM: ITEM,
    DocumentKind.INVOICE: (*SALE, Lines("lines", "InvoiceLineAdd", LINE)),
    DocumentKind.CREDIT_MEMO: (*SALE, Lines("lines", "CreditMemoLineAdd", LINE)),
    DocumentKind.SALES_RECEIPT: (*RECEIPT, Lines("lines", "SalesReceiptLineAdd", LINE)),
}
"""The fields of every kind but payments and deposits."""

ADDS = {
    DocumentKind.TERMS: "StandardTermsAdd",
    DocumentKind.CLASS: "ClassAdd",
    DocumentKind.PAYMENT_METHOD: "PaymentMethodAdd",
    DocumentKind.CUSTOMER: "CustomerAdd",
    DocumentKind.INVOICE: "InvoiceAdd",
    DocumentKind.CREDIT_MEMO: "CreditMemoAdd",
    DocumentKind.SALES_RECEIPT: "SalesReceiptAdd",
    DocumentKind.PAYMENT: "ReceivePaymentAdd",
    DocumentKind.DEPOSIT: "DepositAdd",
}
"""How the Add of a kind is called; items are of several kinds."""

ENTRIES = (
    DocumentKind.TERMS,
    DocumentKind.CLASS,
    DocumentKind.PAYMENT_METHOD,
    DocumentKind.CUSTOMER,
    DocumentKind.ITEM,
)
"""Kinds that are entries of QuickBooks' lists; the others are transactions."""

ITEM_REQUESTS = {
    "service": "ItemServiceAdd",
    "non_inventory": "ItemNonInventoryAdd",
    "other_charge": "ItemOtherChargeAdd",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """An Add request's values, and how its elements are called in the document."""

    add: str
    values: dict[str, object]

    @property
    def request(self) -> str:
        """The request's name, ``InvoiceAddRq``."""
        return f"{self.add}Rq"


def render_document(kind: DocumentKind, body: Body, *, resolve: Resolve, external_guid: str | None) -> Rendered:
    """Render the Add request of a document with today's QuickBooks ids.

    Raises UnresolvedReferenceError (from ``resolve``) where a document it refers to is not in QuickBooks.
    """
    add = add_element(kind, body)
    values = _values(kind, body, resolve=resolve)
    if external_guid is not None:
        values["ExternalGUID"] = external_guid
    return Rendered(add=add, values={add: values})


def add_element(kind: DocumentKind, body: Body) -> str:
    """Give the name of the aggregate that adds such a document, ``InvoiceAdd``."""
    return ITEM_REQUESTS[str(body["kind"])] if kind is DocumentKind.ITEM else ADDS[kind]


def field_path(kind: DocumentKind, element_path: str) -> str:
    """Translate a path that the qbXML grammar names to the document's own words."""
    inner = element_path.partition(".")[2] or element_path
    match kind:
        case DocumentKind.ITEM if inner.startswith("SalesOrPurchase."):
            return document_path(inner.removeprefix("SalesOrPurchase."), ITEM_SALE)
        case DocumentKind.PAYMENT:
            return payment_path(inner)
        case DocumentKind.DEPOSIT:
            return deposit_path(inner)
        case _:
            return document_path(inner, PARTS[kind])


def allows_external_guid(request: str) -> bool:
    """Say whether an Add request can carry an ExternalGUID (41 of the 70 can)."""
    aggregate = qbxml.grammar.get_request(request).content[0]
    parts = getattr(aggregate, "content", ())
    return any(getattr(part, "name", None) == "ExternalGUID" for part in parts)


def _values(kind: DocumentKind, body: Body, *, resolve: Resolve) -> dict[str, object]:
    match kind:
        case DocumentKind.PAYMENT:
            return render_payment(body, resolve)
        case DocumentKind.DEPOSIT:
            return render_deposit(body, resolve)
        case DocumentKind.ITEM:
            return {**render_parts(body, ITEM, resolve), "SalesOrPurchase": render_parts(body, ITEM_SALE, resolve)}
        case _:
            return render_parts(body, PARTS[kind], resolve)
