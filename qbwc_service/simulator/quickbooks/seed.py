"""Fill a new company file with customers, jobs, items and documents: the same for the same seed.

Documents come in the order of time, so that ids grow with it as in a real file; only the payments' applications and
the terms of the customers make the balances.
"""

import heapq
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from qbwc_service.simulator.quickbooks.balances import invoice_balance
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.line_amounts import cents
from qbwc_service.simulator.quickbooks.links import CreditRequest, put_credits
from qbwc_service.simulator.quickbooks.payments import make_application, make_payment, store_payment
from qbwc_service.simulator.quickbooks.records import ZERO, Entry, Given, Line, Ref, Transaction, Values
from qbwc_service.simulator.quickbooks.sale_lines import make_line
from qbwc_service.simulator.quickbooks.sales import make_sale, store_sale
from qbwc_service.simulator.quickbooks.seed_lists import (
    ListMaker,
    make_basic_lists,
    make_group,
    make_sale_item,
    make_special_items,
)

_DAY = 24 * 3600
_FIRST_NUMBER = 1001
_FIRST = ("Alpine", "Blue Ridge", "Capital", "Delta", "Eastern", "Frontier", "Granite", "Harbor", "Iron", "Juniper")
_SECOND = ("Bakery", "Builders", "Cartage", "Dairy", "Electric", "Farms", "Glass", "Hardware", "Imports", "Joinery")
_CITIES = (("Albany", "NY", "12207"), ("Boston", "MA", "02108"), ("Newark", "NJ", "07102"), ("Hartford", "CT", "06103"))
_ITEM_KINDS = ("ItemService", "ItemService", "ItemNonInventory", "ItemOtherCharge", "ItemInventory")
_ITEM_NAMES = ("Line Haul", "Pallet", "Fuel Surcharge", "Strapping", "Detention", "Liftgate", "Storage", "Drayage")
_TERMS = (("StandardTerms", "Net 30"), ("StandardTerms", "Net 15"), ("DateDrivenTerms", "10th of month"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How large the company is; shares are of the number before them."""

    customers: int
    jobs: float
    items: int
    invoices: int
    payments: float
    credits_share: float
    years: float


def fill_company(company: CompanyFile, sizes: Sizes, *, seed: int) -> None:
    """Fill an empty company."""
    random = Random(seed)  # noqa: S311 - data of a simulation
    until = company.now()
    founded = until - int(sizes.years * 365 * _DAY)
    maker = ListMaker(company, at=founded)
    make_basic_lists(maker)
    items = _make_items(maker, sizes.items, random)
    make_special_items(maker)
    if items:
        make_group(maker, items[:2])
    customers = _make_customers(maker, sizes, random)
    if customers and items:
        _Documents(company, customers, items, random=random).make(sizes, since=founded, until=until)


def _make_items(maker: ListMaker, count: int, random: Random) -> list[Entry]:
    made: list[Ref] = []
    for index in range(count):
        kind = _ITEM_KINDS[index % len(_ITEM_KINDS)]
        name = _ITEM_NAMES[index % len(_ITEM_NAMES)]
        number = index // len(_ITEM_NAMES)
        price = Decimal(random.randrange(500, 50000)) / 100
        made.append(make_sale_item(maker, kind, name if not number else f"{name} {number + 1}", price=price))
    return [maker.company.tables.entries[ref.list_id] for ref in made]


def _make_customers(maker: ListMaker, sizes: Sizes, random: Random) -> list[Entry]:
    made: list[Ref] = []
    for index in range(sizes.customers):
        name = f"{_FIRST[index % 10]} {_SECOND[index // 10 % 10]}"
        name = name if index < 100 else f"{name} {index // 100 + 1}"  # noqa: PLR2004 - ten by ten names
        customer = maker.make("Customer", name, _customer_values(maker, name, random))
        made.append(customer)
        if random.random() < sizes.jobs:
            values = dict(maker.company.tables.entries[customer.list_id].values)
            made.append(maker.make("Customer", "Warehouse move", values, parent=customer))
    return [maker.company.tables.entries[ref.list_id] for ref in made]


def _customer_values(maker: ListMaker, name: str, random: Random) -> Values:
    city, state, code = random.choice(_CITIES)
    domain = name.lower().replace(" ", "")
    pays_tax = random.random() < 0.7  # noqa: PLR2004 - most customers pay sales tax
    return {
        "CompanyName": name,
        "BillAddress": {
            "Addr1": name,
            "Addr2": f"{random.randrange(1, 999)} Main St",
            "City": city,
            "State": state,
            "PostalCode": code,
        },
        "Phone": f"518-555-{random.randrange(10000):04}",
        "Email": f"billing@{domain}.example",
        "TermsRef": maker.find(*random.choice(_TERMS)),
        "SalesTaxCodeRef": maker.find("SalesTaxCode", "Tax" if pays_tax else "Non"),
        "ItemSalesTaxRef": maker.find("ItemSalesTax", "State Tax"),
    }


class _Documents:
    """Makes invoices, payments and credit memos in the order of time."""

    def __init__(self, company: CompanyFile, customers: list[Entry], items: list[Entry], *, random: Random) -> None:
        self.company = company
        self.customers = customers
        self.items = items
        self.random = random
        self.check = company.find_entry(("PaymentMethod",), name="Check")

    def make(self, sizes: Sizes, *, since: int, until: int) -> None:
        """Make all of them."""
        moments = sorted(
            self.random.randrange(since + _DAY, max(until, since + _DAY + 1)) for _ in range(sizes.invoices)
        )
        later: list[tuple[int, int, str]] = []
        for index, moment in enumerate(moments):
            self._catch_up(later, moment)
            invoice = self._make_sale("Invoice", moment, number=str(_FIRST_NUMBER + index))
            if self.random.random() < sizes.payments:
                due = moment + self.random.randrange(1, 60) * _DAY
                heapq.heappush(later, (due, index, invoice.txn_id))
            if self.random.random() < sizes.credits_share:
                self._make_credit(invoice, moment, number=f"C{_FIRST_NUMBER + index}")
        self._catch_up(later, until)

    def _catch_up(self, later: list[tuple[int, int, str]], moment: int) -> None:
        while later and later[0][0] <= moment:
            due, index, invoice_id = heapq.heappop(later)
            self._make_payment(self.company.tables.transactions[invoice_id], due, number=str(index + 1))

    def _make_sale(self, kind: str, moment: int, *, number: str, customer: str | None = None) -> Transaction:
        chosen = customer or self.random.choice(self.customers).list_id
        lines = [self._make_line() for _ in range(self.random.randrange(1, 5))]
        given: Given = {"CustomerRef": Ref(chosen), "RefNumber": number}
        txn = make_sale(self.company, kind, given, lines=lines, at=moment)
        store_sale(self.company, txn)
        return txn

    def _make_line(self) -> Line:
        item = self.random.choice(self.items)
        values: Values = {"ItemRef": Ref(item.list_id), "Quantity": Decimal(self.random.randrange(1, 10))}
        code = item.values.get("SalesTaxCodeRef")
        if code is not None:
            values["SalesTaxCodeRef"] = code
        return make_line(self.company, values)

    def _make_payment(self, invoice: Transaction, moment: int, *, number: str) -> None:
        due = invoice_balance(self.company.tables, invoice)
        amount = due if self.random.random() < 0.8 else cents(due / 2)  # noqa: PLR2004 - most pay in full
        if amount <= ZERO or invoice.customer is None:
            return
        given: Given = {"CustomerRef": Ref(invoice.customer), "RefNumber": number, "TotalAmount": amount}
        if self.check is not None:
            given["PaymentMethodRef"] = Ref(self.check.list_id)
        payment = make_payment(self.company, given, applied=(), at=moment)
        store_payment(self.company, payment, [make_application(invoice.txn_id, amount)])

    def _make_credit(self, invoice: Transaction, moment: int, *, number: str) -> None:
        credit = self._make_sale("CreditMemo", moment, number=number, customer=invoice.customer)
        amount = min(cents(credit.total / 2), invoice_balance(self.company.tables, invoice))
        if amount > ZERO:
            put_credits(self.company, invoice, [CreditRequest(txn_id=credit.txn_id, amount=amount)])
