"""What each kind of document is in qbXML: its Add request and the table of its fields.

A new kind is a new entry here and a shape; payments alone need code, because two lists of theirs become one.
"""

from dataclasses import dataclass

from qbwc_service import qbxml
from qbwc_service.store import DocumentKind
from qbwc_service.sync.mapping import Body, Group, Lines, Part, Refer, Resolve, Value, document_path, render_parts
from qbwc_service.sync.payments import payment_path, render_payment

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
    Refer("terms", "TermsRef"),
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
    Refer("class", "ClassRef"),
    Refer("sales_tax_code", "SalesTaxCodeRef"),
    Value("service_date", "ServiceDate"),
)

SALE: tuple[Part, ...] = (
    Refer("customer", "CustomerRef", DocumentKind.CUSTOMER),
    Refer("class", "ClassRef"),
    Value("txn_date", "TxnDate"),
    Value("ref_number", "RefNumber"),
    Group("bill_address", "BillAddress", ADDRESS),
    Group("ship_address", "ShipAddress", ADDRESS),
    Value("po_number", "PONumber"),
    Refer("terms", "TermsRef"),
    Value("due_date", "DueDate"),
    Refer("sales_tax_item", "ItemSalesTaxRef", DocumentKind.ITEM),
    Value("memo", "Memo"),
)

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
    match kind:
        case DocumentKind.CUSTOMER:
            return "CustomerAdd"
        case DocumentKind.ITEM:
            return ITEM_REQUESTS[str(body["kind"])]
        case DocumentKind.INVOICE:
            return "InvoiceAdd"
        case DocumentKind.CREDIT_MEMO:
            return "CreditMemoAdd"
        case DocumentKind.PAYMENT:
            return "ReceivePaymentAdd"


def field_path(kind: DocumentKind, element_path: str) -> str:
    """Translate a path that the qbXML grammar names to the document's own words."""
    inner = element_path.partition(".")[2] or element_path
    match kind:
        case DocumentKind.CUSTOMER:
            return document_path(inner, CUSTOMER)
        case DocumentKind.ITEM:
            sale = inner.removeprefix("SalesOrPurchase.")
            return document_path(sale, ITEM_SALE) if sale != inner else document_path(inner, ITEM)
        case DocumentKind.INVOICE | DocumentKind.CREDIT_MEMO:
            return document_path(inner, (*SALE, _lines(kind)))
        case DocumentKind.PAYMENT:
            return payment_path(inner)


def allows_external_guid(request: str) -> bool:
    """Say whether an Add request can carry an ExternalGUID (41 of the 70 can)."""
    aggregate = qbxml.grammar.get_request(request).content[0]
    parts = getattr(aggregate, "content", ())
    return any(getattr(part, "name", None) == "ExternalGUID" for part in parts)


def _values(kind: DocumentKind, body: Body, *, resolve: Resolve) -> dict[str, object]:
    match kind:
        case DocumentKind.CUSTOMER:
            return render_parts(body, CUSTOMER, resolve)
        case DocumentKind.ITEM:
            return {**render_parts(body, ITEM, resolve), "SalesOrPurchase": render_parts(body, ITEM_SALE, resolve)}
        case DocumentKind.INVOICE | DocumentKind.CREDIT_MEMO:
            return render_parts(body, (*SALE, _lines(kind)), resolve)
        case DocumentKind.PAYMENT:
            return render_payment(body, resolve)


def _lines(kind: DocumentKind) -> Lines:
    return Lines("lines", "InvoiceLineAdd" if kind is DocumentKind.INVOICE else "CreditMemoLineAdd", LINE)
