"""The shapes of the documents that a customer's program hands us (docs/documents.md).

Unknown fields are refused, amounts are decimal text or whole numbers (a float has already lost cents), and a
reference names its target in exactly one way. How long a text may be is QuickBooks' business: the qbXML grammar
checks it when the document is accepted.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from qbwc_service.store import DocumentKind
from qbwc_service.sync.shapes.parts import (
    Address,
    Amount,
    ExternalId,
    Kept,
    ListReference,
    Number,
    Positive,
    Reference,
    Shape,
    Text,
    TransactionReference,
)


class TermsShape(Shape):
    """Terms of payment: so many days, and a discount for those who are quicker."""

    external_id: ExternalId
    name: Text
    is_active: bool | None = None
    due_days: Annotated[int | None, Field(ge=0, le=999)] = None
    discount_days: Annotated[int | None, Field(ge=0, le=999)] = None
    discount_percent: Number | None = None


class ClassShape(Shape):
    """A class, by which QuickBooks parts income and expenses."""

    external_id: ExternalId
    name: Text
    parent: Reference | None = None
    is_active: bool | None = None


class PaymentMethodShape(Shape):
    """A way to pay."""

    external_id: ExternalId
    name: Text
    is_active: bool | None = None
    type: Text | None = None


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
    terms: Reference | None = None
    sales_tax_code: ListReference | None = None
    tax_item: Reference | None = None
    account_number: Text | None = None
    notes: Text | None = None
    fields: dict[Kept, Kept] = {}  # noqa: RUF012 - pydantic copies it for each document


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
    fields: dict[Kept, Kept] = {}  # noqa: RUF012 - pydantic copies it for each document


class Line(Shape):
    """One line of an invoice or a credit memo; without an item it is a line of text."""

    item: Reference | None = None
    description: Text | None = None
    quantity: Number | None = None
    rate: Number | None = None
    amount: Amount | None = None
    line_class: Annotated[Reference | None, Field(alias="class")] = None
    sales_tax_code: ListReference | None = None
    service_date: date | None = None
    other1: Text | None = None
    other2: Text | None = None
    source: Text | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Line":
        if self.item is None and self.description is None:
            raise ValueError("give an item, a description, or both")
        return self


class Source(Shape):
    """A document of yours that became a part of a combined one; ``fields`` are for the templates of its lines."""

    id: ExternalId
    fields: dict[Kept, Kept] = {}  # noqa: RUF012 - pydantic copies it for each document


class LinesShape(Shape):
    """What has lines that may come from several sources."""

    external_id: ExternalId
    sources: tuple[Source, ...] = ()
    lines: Annotated[tuple[Line, ...], Field(min_length=1)]
    fields: dict[Kept, Kept] = {}  # noqa: RUF012 - pydantic copies it for each document

    @model_validator(mode="after")
    def _sources_are_there(self) -> "LinesShape":
        known = [source.id for source in self.sources]
        if len(set(known)) != len(known):
            raise ValueError("sources: one stands there twice")
        for place, line in enumerate(self.lines):
            if known and line.source is not None and line.source not in known:
                raise ValueError(f"lines[{place}].source: it is none of the sources")
        return self


class SaleShape(LinesShape):
    """What an invoice and a credit memo have in common."""

    customer: Reference
    ref_number: Text
    txn_date: date | None = None
    due_date: date | None = None
    terms: Reference | None = None
    sales_class: Annotated[Reference | None, Field(alias="class")] = None
    po_number: Text | None = None
    memo: Text | None = None
    other: Text | None = None
    bill_address: Address | None = None
    ship_address: Address | None = None
    sales_tax_item: Reference | None = None


class InvoiceShape(SaleShape):
    """An invoice."""


class CreditMemoShape(SaleShape):
    """A credit memo."""


class SalesReceiptShape(LinesShape):
    """A sale that is paid at once."""

    customer: Reference
    ref_number: Text
    txn_date: date | None = None
    due_date: date | None = None
    sales_class: Annotated[Reference | None, Field(alias="class")] = None
    check_number: Text | None = None
    payment_method: Reference | None = None
    deposit_to: ListReference | None = None
    memo: Text | None = None
    other: Text | None = None
    bill_address: Address | None = None
    ship_address: Address | None = None
    sales_tax_item: Reference | None = None


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
    payment_method: Reference | None = None
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


class Deposited(Shape):
    """Something that waits in Undeposited Funds: a payment, or a sales receipt."""

    payment: TransactionReference | None = None
    sales_receipt: TransactionReference | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Deposited":
        if (self.payment is None) == (self.sales_receipt is None):
            raise ValueError("give exactly one of payment and sales_receipt")
        return self


class DepositLine(Shape):
    """Money of a deposit that is no payment of a customer; below nought it is taken out."""

    account: ListReference
    amount: Amount
    memo: Text | None = None
    customer: Reference | None = None
    check_number: Text | None = None
    payment_method: Reference | None = None
    line_class: Annotated[Reference | None, Field(alias="class")] = None


class Fee(Shape):
    """What a payment provider keeps of a payout."""

    amount: Positive
    account: ListReference | None = None
    memo: Text | None = None


class DepositShape(Shape):
    """Money that goes to the bank: payments from Undeposited Funds, and lines of its own."""

    external_id: ExternalId
    account: ListReference | None = None
    txn_date: date | None = None
    memo: Text | None = None
    payments: tuple[Deposited, ...] = ()
    lines: tuple[DepositLine, ...] = ()
    fee: Fee | None = None

    @model_validator(mode="after")
    def _holds_something(self) -> "DepositShape":
        if not self.payments and not self.lines:
            raise ValueError("payments: give payments, lines, or both")
        if len(set(self.payments)) != len(self.payments):
            raise ValueError("payments: one stands there twice")
        return self


SHAPES: dict[DocumentKind, type[Shape]] = {
    DocumentKind.TERMS: TermsShape,
    DocumentKind.CLASS: ClassShape,
    DocumentKind.PAYMENT_METHOD: PaymentMethodShape,
    DocumentKind.CUSTOMER: CustomerShape,
    DocumentKind.ITEM: ItemShape,
    DocumentKind.INVOICE: InvoiceShape,
    DocumentKind.CREDIT_MEMO: CreditMemoShape,
    DocumentKind.SALES_RECEIPT: SalesReceiptShape,
    DocumentKind.PAYMENT: PaymentShape,
    DocumentKind.DEPOSIT: DepositShape,
}
