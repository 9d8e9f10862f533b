"""The shapes of the documents that a customer's program hands us (docs/documents.md).

Unknown fields are refused, amounts are decimal text or whole numbers (a float has already lost cents), and a
reference names its target in exactly one way. How long a text may be is QuickBooks' business: the qbXML grammar
checks it when the document is accepted.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from qbwc_service.store import DocumentKind


def _exact(value: object) -> object:
    """Refuse floats and booleans where an exact number is asked for."""
    if isinstance(value, float | bool):
        # A TypeError would leave pydantic's validation; a ValueError is listed with the field.
        raise ValueError(  # noqa: TRY004
            'write it as text, "150.00": a floating-point number is not exact'
        )
    return value


def _storable(value: str) -> str:
    """Refuse the one character that PostgreSQL keeps in no text."""
    if "\0" in value:
        raise ValueError("it holds a character that cannot be kept (NUL)")
    return value


def _plain(value: Decimal) -> Decimal:
    """Write equal numbers alike, so that they are the same content: 2, 2.0 and "2.00" are all 2."""
    return Decimal(format(value.normalize(), "f"))


def _cents(value: Decimal) -> Decimal:
    """Write equal amounts alike: 150 and "150.00" are both 150.00."""
    return value.quantize(Decimal("0.01"))


Number = Annotated[Decimal, BeforeValidator(_exact), AfterValidator(_plain)]
Amount = Annotated[Decimal, BeforeValidator(_exact), Field(max_digits=15, decimal_places=2), AfterValidator(_cents)]
Positive = Annotated[Amount, Field(gt=0)]
Kept = Annotated[str, AfterValidator(_storable)]
Text = Annotated[Kept, Field(min_length=1)]
ExternalId = Annotated[Kept, Field(min_length=1, max_length=200)]
QuickBooksId = Annotated[Kept, Field(min_length=1, max_length=36)]


class Shape(BaseModel):
    """The base of all shapes."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Reference(Shape):
    """Names something in exactly one way: our document, an id in QuickBooks, or its full name there."""

    external_id: ExternalId | None = None
    quickbooks_id: QuickBooksId | None = None
    full_name: Text | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Reference":
        given = [value for value in (self.external_id, self.quickbooks_id, self.full_name) if value is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of external_id, quickbooks_id and full_name")
        return self


class ListReference(Shape):
    """Names an entry of a QuickBooks list that is not a document of ours (terms, class, account …)."""

    quickbooks_id: QuickBooksId | None = None
    full_name: Text | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "ListReference":
        if (self.quickbooks_id is None) == (self.full_name is None):
            raise ValueError("give exactly one of quickbooks_id and full_name")
        return self


class TransactionReference(Shape):
    """Names a transaction: our document, or its TxnID in QuickBooks."""

    external_id: ExternalId | None = None
    quickbooks_id: QuickBooksId | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "TransactionReference":
        if (self.external_id is None) == (self.quickbooks_id is None):
            raise ValueError("give exactly one of external_id and quickbooks_id")
        return self


class Address(Shape):
    """A postal address, in QuickBooks' parts."""

    line1: Text | None = None
    line2: Text | None = None
    line3: Text | None = None
    line4: Text | None = None
    line5: Text | None = None
    city: Text | None = None
    state: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None
    note: Text | None = None


class CustomerShape(Shape):
    """A customer, or with ``parent`` a job of one."""

    external_id: ExternalId
    name: Text
    parent: Reference | None = None
    is_active: bool | None = None
    company_name: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    email: Text | None = None
    phone: Text | None = None
    bill_address: Address | None = None
    ship_address: Address | None = None
    terms: ListReference | None = None
    sales_tax_code: ListReference | None = None
    tax_item: Reference | None = None
    account_number: Text | None = None
    notes: Text | None = None
    fields: dict[Kept, Kept] = {}


class ItemShape(Shape):
    """Something that is sold; ``income_account`` is where its sales are booked."""

    external_id: ExternalId
    kind: Literal["service", "non_inventory", "other_charge"]
    name: Text
    parent: Reference | None = None
    is_active: bool | None = None
    description: Text | None = None
    price: Number | None = None
    income_account: ListReference
    sales_tax_code: ListReference | None = None


class Line(Shape):
    """One line of an invoice or a credit memo; without an item it is a line of text."""

    item: Reference | None = None
    description: Text | None = None
    quantity: Number | None = None
    rate: Number | None = None
    amount: Amount | None = None
    line_class: Annotated[ListReference | None, Field(alias="class")] = None
    sales_tax_code: ListReference | None = None
    service_date: date | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Line":
        if self.item is None and self.description is None:
            raise ValueError("give an item, a description, or both")
        return self


class SaleShape(Shape):
    """What an invoice and a credit memo have in common."""

    external_id: ExternalId
    customer: Reference
    ref_number: Text
    txn_date: date | None = None
    due_date: date | None = None
    terms: ListReference | None = None
    sales_class: Annotated[ListReference | None, Field(alias="class")] = None
    po_number: Text | None = None
    memo: Text | None = None
    bill_address: Address | None = None
    ship_address: Address | None = None
    sales_tax_item: Reference | None = None
    lines: Annotated[tuple[Line, ...], Field(min_length=1)]
    fields: dict[Kept, Kept] = {}


class InvoiceShape(SaleShape):
    """An invoice."""


class CreditMemoShape(SaleShape):
    """A credit memo."""


class Application(Shape):
    """How much of a payment goes to one invoice."""

    invoice: TransactionReference
    amount: Positive
    discount: Positive | None = None
    discount_account: ListReference | None = None


class Credit(Shape):
    """How much of a credit memo is used for one invoice, together with a payment."""

    credit_memo: TransactionReference
    invoice: TransactionReference
    amount: Positive


class PaymentShape(Shape):
    """Money received.

    ``apply`` says to which invoices it goes, leaves that to QuickBooks (``auto``), or leaves it unapplied (``none``).
    """

    external_id: ExternalId
    customer: Reference
    amount: Amount
    txn_date: date | None = None
    ref_number: Text | None = None
    payment_method: ListReference | None = None
    deposit_to: ListReference | None = None
    memo: Text | None = None
    apply: Literal["auto", "none"] | Annotated[tuple[Application, ...], Field(min_length=1)] = "none"
    credits: tuple[Credit, ...] = ()

    @model_validator(mode="after")
    def _amounts_fit(self) -> "PaymentShape":
        applied = () if isinstance(self.apply, str) else self.apply
        if self.amount <= 0:
            raise ValueError("amount: a payment is more than 0.00")
        if sum((part.amount for part in applied), Decimal(0)) > self.amount:
            raise ValueError("apply: the amounts add up to more than the payment")
        targets = [part.invoice for part in applied]
        if len(set(targets)) != len(targets):
            raise ValueError("apply: an invoice stands there twice; add its amounts up")
        if any(credit.invoice not in targets for credit in self.credits):
            raise ValueError("credits: each names an invoice that apply names too")
        return self


SHAPES: dict[DocumentKind, type[Shape]] = {
    DocumentKind.CUSTOMER: CustomerShape,
    DocumentKind.ITEM: ItemShape,
    DocumentKind.INVOICE: InvoiceShape,
    DocumentKind.CREDIT_MEMO: CreditMemoShape,
    DocumentKind.PAYMENT: PaymentShape,
}
