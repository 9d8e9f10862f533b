"""What stands in a company file: list entries, transactions, their lines and the links between them.

Values are kept under Intuit's element names and typed (Decimal for money); a reference is kept by id, so that a
rename shows everywhere at once, as it does in QuickBooks.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to a list entry."""

    list_id: str


Value: TypeAlias = str | bool | int | Decimal | Ref | dict[str, "Value"] | list["Value"]
Values: TypeAlias = dict[str, Value]
Given: TypeAlias = dict[str, Value | None]
"""Values of a request; None where an empty element asks to clear the field."""

ZERO = Decimal("0.00")


@dataclass(slots=True, kw_only=True)
class DataExtension:
    """One custom field's value: on an entry, a transaction, a line, or the company itself."""

    owner_id: str
    name: str
    type: str
    value: str


@dataclass(slots=True, kw_only=True)
class Entry:
    """One entry of a list, such as a customer, an item or an account."""

    kind: str
    list_id: str
    number: int
    name: str
    created: int
    modified: int
    parent: str | None = None
    is_active: bool = True
    external_guid: str | None = None
    values: Values = field(default_factory=dict)
    extensions: list[DataExtension] = field(default_factory=list)

    @property
    def object_id(self) -> str:
        """The ListID."""
        return self.list_id


@dataclass(slots=True, kw_only=True)
class Line:
    """One line of a transaction; a line of an item group carries its members."""

    line_id: str
    values: Values = field(default_factory=dict)
    members: "list[Line] | None" = None
    extensions: list[DataExtension] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        """The line's amount; a group's is the sum of its members."""
        if self.members is not None:
            return sum((member.amount for member in self.members), ZERO)
        amount = self.values.get("Amount", ZERO)
        return amount if isinstance(amount, Decimal) else ZERO


@dataclass(slots=True, kw_only=True)
class Transaction:
    """One transaction: an invoice, a payment, a credit memo, a sales receipt or a deposit."""

    kind: str
    txn_id: str
    number: int
    created: int
    modified: int
    date: str
    customer: str | None = None
    ref_number: str = ""
    external_guid: str | None = None
    is_void: bool = False
    subtotal: Decimal = ZERO
    tax_rate: Decimal = ZERO
    tax: Decimal = ZERO
    total: Decimal = ZERO
    values: Values = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    extensions: list[DataExtension] = field(default_factory=list)

    @property
    def object_id(self) -> str:
        """The TxnID."""
        return self.txn_id

    @property
    def posts(self) -> bool:
        """Whether the ledger knows it: a pending document does not post."""
        return self.values.get("IsPending") is not True


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Money of a payment or a credit memo (source) applied to an invoice (target)."""

    source: str
    target: str
    amount: Decimal
    discount: Decimal = ZERO
    values: Values = field(default_factory=dict)
    is_credit: bool = False
    payment: str | None = None
    """The payment in which a credit was set, when it was set there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What remains of a deleted object for 90 days."""

    kind: str
    object_id: str
    created: int
    deleted: int
    name: str = ""
    """RefNumber of a transaction, FullName of an entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One write that was executed, so that a test can count them."""

    request: str
    object_id: str
    external_guid: str | None
    ref_number: str
    message_set_id: str | None
    at: int
