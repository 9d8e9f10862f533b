"""Documents for a run: customers, items, invoices, credit memos and payments, the same for the same seed.

Every number and name occurs once, so that whatever stands twice in QuickBooks was doubled on the way. A few invoices
are wrong on purpose (QuickBooks does not know their terms): they have to end as failed, with a reason.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from random import Random

from qbwc_service.store import DocumentKind

CUSTOMERS_SHARE, ITEMS_SHARE = 0.08, 0.01
INVOICES, CREDIT_MEMOS = 0.55, 0.12
"""Shares of what is neither customer nor item; the rest are payments."""
WRONG_SHARE = 0.005
WRONG_TERMS = "Net 999"
PARTIAL_SHARE, UNAPPLIED_SHARE, CREDIT_SHARE, TWO_INVOICES_SHARE = 0.35, 0.1, 0.15, 0.1
CENT = Decimal("0.01")
OPEN_INVOICES = 200
"""Payments go to one of the last so many open invoices."""
TRADES = ("Bakery", "Freight", "Garage", "Hardware", "Dairy", "Florist", "Printing", "Roofing")

CUSTOM_FIELD = "Region"
CUSTOM_FIELDS = {"customer": {CUSTOM_FIELD: "{region}"}}
"""The rule by which every customer's own field is set in QuickBooks too, by an operation of its own."""

Target = tuple[DocumentKind, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosDocument:
    """One document, the number or name by which QuickBooks knows it, and the documents it refers to."""

    kind: DocumentKind
    body: dict[str, object]
    number: str
    refers_to: tuple[Target, ...] = ()

    @property
    def region(self) -> object:
        """What its custom field has to hold; None for documents without one."""
        fields = self.body.get("fields")
        return fields.get("region") if isinstance(fields, dict) else None

    @property
    def target(self) -> Target:
        """How others refer to it."""
        return self.kind, str(self.body["external_id"])


@dataclass(slots=True, kw_only=True)
class _Open:
    """An invoice or a credit memo that is not used up."""

    external_id: str
    customer: str
    left: Decimal


@dataclass(slots=True, kw_only=True)
class _Maker:
    random: Random
    customers: Sequence[ChaosDocument]
    items: Sequence[ChaosDocument]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    invoices: list[_Open] = field(default_factory=list)
    credit_memos: dict[str, _Open] = field(default_factory=dict)


def make_documents(total: int, *, seed: int) -> list[ChaosDocument]:
    """Make so many documents, each after those that it refers to."""
    # Not for secrets: the same seed has to give the same documents.
    random = Random(f"documents/{seed}")  # noqa: S311
    customers = [_make_customer(number, random) for number in range(1, max(2, round(total * CUSTOMERS_SHARE)) + 1)]
    items = [_make_item(number, random) for number in range(1, max(2, round(total * ITEMS_SHARE)) + 1)]
    maker = _Maker(random=random, customers=customers, items=items)
    documents = [*customers, *items]
    while len(documents) < total:
        documents.append(_make_transaction(maker))
    return documents[:total]


def _make_customer(number: int, random: Random) -> ChaosDocument:
    name = f"{random.choice(TRADES)} {number:05}"
    body: dict[str, object] = {
        "external_id": f"c-{number}",
        "name": name,
        "email": f"office{number}@example.com",
        "fields": {"region": f"Region {number}"},
    }
    if random.random() < 0.5:  # noqa: PLR2004 - every second one
        body["bill_address"] = {"line1": name, "city": "Albany", "state": "NY", "postal_code": "12207"}
    return ChaosDocument(kind=DocumentKind.CUSTOMER, body=body, number=name)


def _make_item(number: int, random: Random) -> ChaosDocument:
    name = f"Service {number:04}"
    body: dict[str, object] = {
        "external_id": f"i-{number}",
        "kind": random.choice(("service", "non_inventory", "other_charge")),
        "name": name,
        "price": str(_price(random)),
        "income_account": {"full_name": "Freight Income"},
    }
    return ChaosDocument(kind=DocumentKind.ITEM, body=body, number=name)


def _make_transaction(maker: _Maker) -> ChaosDocument:
    dice = maker.random.random()
    if dice < INVOICES or not maker.invoices:
        return _make_invoice(maker)
    return _make_credit_memo(maker) if dice < INVOICES + CREDIT_MEMOS else _make_payment(maker)


def _make_invoice(maker: _Maker) -> ChaosDocument:
    number = f"I{next(maker.numbers):07}"
    external_id = f"inv-{number}"
    is_wrong = maker.random.random() < WRONG_SHARE
    document, total = _make_sale(maker, DocumentKind.INVOICE, external_id, number, terms=is_wrong)
    if not is_wrong:
        customer = document.refers_to[0][1]
        maker.invoices.append(_Open(external_id=external_id, customer=customer, left=total))
        del maker.invoices[:-OPEN_INVOICES]
    return document


def _make_credit_memo(maker: _Maker) -> ChaosDocument:
    number = f"M{next(maker.numbers):07}"
    external_id = f"cm-{number}"
    document, total = _make_sale(maker, DocumentKind.CREDIT_MEMO, external_id, number, terms=False)
    customer = document.refers_to[0][1]
    maker.credit_memos[customer] = _Open(external_id=external_id, customer=customer, left=total)
    return document


def _make_sale(
    maker: _Maker, kind: DocumentKind, external_id: str, number: str, *, terms: bool
) -> tuple[ChaosDocument, Decimal]:
    random = maker.random
    customer = str(random.choice(maker.customers).body["external_id"])
    lines, items, total = [], [], Decimal(0)
    for _ in range(random.randint(1, 4)):
        item, quantity, rate = random.choice(maker.items), random.randint(1, 5), _price(random)
        lines.append({"item": {"external_id": item.target[1]}, "quantity": str(quantity), "rate": str(rate)})
        items.append(item.target)
        total += quantity * rate
    body: dict[str, object] = {
        "external_id": external_id,
        "customer": {"external_id": customer},
        "ref_number": number,
        "memo": f"{random.choice(TRADES)}, {random.randint(1, 99)} pallets",
        "lines": lines,
    }
    if terms:
        body["terms"] = {"full_name": WRONG_TERMS}
    refers_to = ((DocumentKind.CUSTOMER, customer), *dict.fromkeys(items))
    return ChaosDocument(kind=kind, body=body, number=number, refers_to=refers_to), total


def _make_payment(maker: _Maker) -> ChaosDocument:
    """A payment for one invoice or two of one customer: in full, in part, with a rest, or with a credit memo."""
    random = maker.random
    number = f"P{next(maker.numbers):07}"
    first = random.choice(maker.invoices)
    chosen = [first]
    if random.random() < TWO_INVOICES_SHARE:
        chosen += [one for one in maker.invoices if one.customer == first.customer and one is not first][:1]
    used = _use_credit_memo(maker, first) if random.random() < CREDIT_SHARE else None
    applied, total = [], Decimal(0)
    for one in chosen:
        amount = _part(one.left, random)
        one.left -= amount
        total += amount
        applied.append({"invoice": {"external_id": one.external_id}, "amount": str(amount)})
    maker.invoices = [one for one in maker.invoices if one.left > 0]
    if random.random() < UNAPPLIED_SHARE:
        total += _price(random)
    body: dict[str, object] = {
        "external_id": f"pay-{number}",
        "customer": {"external_id": first.customer},
        "ref_number": number,
        "amount": str(total),
        "apply": applied,
    }
    refers_to = [(DocumentKind.CUSTOMER, first.customer), *((DocumentKind.INVOICE, one.external_id) for one in chosen)]
    if used is not None:
        credit_memo, amount = used
        invoice = {"external_id": first.external_id}
        body["credits"] = [
            {"credit_memo": {"external_id": credit_memo}, "invoice": invoice, "amount": str(amount)},
        ]
        refers_to.append((DocumentKind.CREDIT_MEMO, credit_memo))
    return ChaosDocument(kind=DocumentKind.PAYMENT, body=body, number=number, refers_to=tuple(refers_to))


def _use_credit_memo(maker: _Maker, invoice: _Open) -> tuple[str, Decimal] | None:
    """Use up a credit memo of the invoice's customer, and leave something for the payment itself."""
    credit_memo = maker.credit_memos.pop(invoice.customer, None)
    if credit_memo is None or invoice.left <= 1:
        return None
    amount = min(credit_memo.left, invoice.left - 1)
    invoice.left -= amount
    return credit_memo.external_id, amount


def _part(left: Decimal, random: Random) -> Decimal:
    """Give what is paid of an open amount: all of it, or a part, in whole cents."""
    if random.random() >= PARTIAL_SHARE or left <= 1:
        return left
    return (left * random.randint(10, 90) / 100).quantize(CENT)


def _price(random: Random) -> Decimal:
    return Decimal(random.randint(100, 50_000)) * CENT
