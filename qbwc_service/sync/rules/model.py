"""What the rules of a connection can say, and what holds where they say nothing."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from qbwc_service.qbxml import Characters
from qbwc_service.store import DocumentKind


class ConflictPolicy(StrEnum):
    """Whose value stands where your program and somebody in QuickBooks changed the same one."""

    ASK = "ask"
    APP_WINS = "app_wins"
    QUICKBOOKS_WINS = "quickbooks_wins"


class NumberPolicy(StrEnum):
    """What happens where QuickBooks has a document of the same number already."""

    BLOCK = "block"
    LINK = "link"
    RENUMBER = "renumber"
    SEND = "send"


class CustomerMatch(StrEnum):
    """By what a customer is found that is in QuickBooks already."""

    EMAIL = "email"
    FULL_NAME = "full_name"


class ItemMatch(StrEnum):
    """By what an item is found that is in QuickBooks already."""

    FULL_NAME = "full_name"
    SIMILAR_NAME = "similar_name"


class Part(BaseModel):
    """The base of all parts: unknown words are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TaxSource(StrEnum):
    """Whose sales tax code a line gets that brings none."""

    ITEM = "item"
    CUSTOMER = "customer"


class Push(Part):
    """What goes to QuickBooks of one kind of documents.

    ``create``: new ones are accepted. ``update``: changes go out; where not, they are kept and shown as drift.
    ``delete``: deletions go out; where not, a person is asked.
    """

    create: bool = True
    update: bool = True
    delete: bool = True


class PushRules(Part):
    """What goes to QuickBooks, by kind."""

    terms: Push = Push()
    class_: Annotated[Push, Field(alias="class")] = Push()
    payment_method: Push = Push()
    customer: Push = Push()
    item: Push = Push()
    invoice: Push = Push()
    credit_memo: Push = Push()
    sales_receipt: Push = Push()
    payment: Push = Push()
    deposit: Push = Push()

    def of(self, kind: DocumentKind) -> Push:
        """Give what goes to QuickBooks of one kind."""
        found = getattr(self, _field(kind))
        if not isinstance(found, Push):
            raise TypeError(kind)
        return found


class Pull(Part):
    """What counts of what people do in QuickBooks with the records of one kind of documents.

    ``update``: what they change stays; where not, the document's values go out over it. ``delete``: what they delete
    is deleted here too; where not, a person is asked.
    """

    update: bool = True
    delete: bool = False


class PullRules(Part):
    """What counts of what people do in QuickBooks, by kind."""

    terms: Pull = Pull()
    class_: Annotated[Pull, Field(alias="class")] = Pull()
    payment_method: Pull = Pull()
    customer: Pull = Pull()
    item: Pull = Pull()
    invoice: Pull = Pull()
    credit_memo: Pull = Pull()
    sales_receipt: Pull = Pull()
    payment: Pull = Pull()
    deposit: Pull = Pull()

    def of(self, kind: DocumentKind) -> Pull:
        """Give what counts of one kind."""
        found = getattr(self, _field(kind))
        if not isinstance(found, Pull):
            raise TypeError(kind)
        return found


def _field(kind: DocumentKind) -> str:
    return "class_" if kind is DocumentKind.CLASS else kind.value


class Match(Part):
    """How customers and items are found that are in QuickBooks already; nothing: they are added without a look."""

    customers: tuple[CustomerMatch, ...] = (CustomerMatch.EMAIL, CustomerMatch.FULL_NAME)
    items: tuple[ItemMatch, ...] = (ItemMatch.FULL_NAME,)


class PaymentRules(Part):
    """How payments go out. ``check_balances``: what their invoices owe is looked up before."""

    check_balances: bool = True


class Accounts(Part):
    """The accounts, by full name, of documents that name none themselves.

    ``payments``: where payments and sales receipts go; without one QuickBooks puts them into Undeposited Funds.
    ``deposits``: the bank account of deposits. ``fees``: the expense account of a payout's fee.
    ``income``: the account of items that are created because a document names them.
    """

    payments: str | None = None
    deposits: str | None = None
    fees: str | None = None
    income: str | None = None


class CreateMissing(Part):
    """Which list entries are made in QuickBooks, by their name alone, because a document names them.

    ``account``: the expense account of a payout's fee.
    """

    terms: bool = False
    class_: Annotated[bool, Field(alias="class")] = False
    payment_method: bool = False
    customer: bool = False
    item: bool = False
    account: bool = False


class Templates(Part):
    """Texts of sales made of the document's own fields: ``Load {load_number}, container {container}``.

    Each fills its field where the document leaves it empty. ``line_description`` is for lines with an item, and may
    use ``{source}`` and the values of the line and of its source too. ``source_line`` is a line of text that stands
    before the lines of each source of a combined document.
    """

    memo: str | None = None
    po_number: str | None = None
    other: str | None = None
    line_description: str | None = None
    source_line: str | None = None


class LineTaxCode(Part):
    """The sales tax code of lines with an item that bring none: the first that is found, or ``code``, or none.

    ``from`` is read from QuickBooks before a document goes out: the code of the line's item, of the customer. A plain
    text is a ``code``.
    """

    sources: Annotated[tuple[TaxSource, ...], Field(alias="from")] = ()
    code: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_plain(cls, given: object) -> object:
        return {"code": given} if given is None or isinstance(given, str) else given


FieldName = Annotated[str, Field(min_length=1, max_length=31)]
"""The name of a custom field [qbXML schema: DataExtName]."""


class CustomFields(Part):
    """QuickBooks' custom fields by kind, each with the template of its value."""

    customer: Mapping[FieldName, str] = {}
    item: Mapping[FieldName, str] = {}
    invoice: Mapping[FieldName, str] = {}
    credit_memo: Mapping[FieldName, str] = {}
    sales_receipt: Mapping[FieldName, str] = {}

    def of(self, kind: DocumentKind) -> Mapping[FieldName, str]:
        """Give the templates of one kind; kinds that have no custom fields have none."""
        found = getattr(self, kind.value, {})
        return found if isinstance(found, Mapping) else {}


class Rules(Part):
    """Everything that can be ruled; each value has a default."""

    push: PushRules = PushRules()
    pull: PullRules = PullRules()
    conflicts: ConflictPolicy = ConflictPolicy.ASK
    match: Match = Match()
    duplicate_numbers: NumberPolicy = NumberPolicy.BLOCK
    payments: PaymentRules = PaymentRules()
    accounts: Accounts = Accounts()
    create_missing: CreateMissing = CreateMissing()
    templates: Templates = Templates()
    line_tax_code: LineTaxCode = LineTaxCode()
    custom_fields: CustomFields = CustomFields()
    characters: Characters = Characters.TRANSLITERATE

    def looks_before_adding(self, kind: DocumentKind) -> bool:
        """Say whether QuickBooks is asked before a new document of a kind goes out."""
        match kind:
            case DocumentKind.CUSTOMER:
                return bool(self.match.customers)
            case DocumentKind.ITEM:
                return bool(self.match.items)
            case DocumentKind.INVOICE | DocumentKind.CREDIT_MEMO | DocumentKind.SALES_RECEIPT:
                return bool(self.line_tax_code.sources) or self.duplicate_numbers is not NumberPolicy.SEND
            case DocumentKind.PAYMENT:
                return self.payments.check_balances
            case _:
                return False

    def push_of(self, kind: DocumentKind) -> Push:
        """Give what goes to QuickBooks of a kind."""
        return self.push.of(kind)

    def pull_of(self, kind: DocumentKind) -> Pull:
        """Give what counts of what people do in QuickBooks with a kind."""
        return self.pull.of(kind)
