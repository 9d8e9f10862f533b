"""After hundreds of random documents, payments, credits, take-backs and deposits every balance agrees to the cent."""

from decimal import Decimal
from random import Random

import pytest

from qbwc_service.cli.chaos.documents import ChaosDocument, make_documents
from qbwc_service.simulator.quickbooks.balances import invoice_balance, unapplied
from qbwc_service.store import DocumentKind
from tests.office import Office

TOTAL = 300


class Ledger:
    """What the program that hands in documents believes of its money."""

    def __init__(self, documents: list[ChaosDocument]) -> None:
        self.open: dict[str, Decimal] = {}
        self.rest: dict[str, Decimal] = {}
        self.payments: dict[str, ChaosDocument] = {}
        for document in documents:
            self._book(document)

    def _book(self, document: ChaosDocument) -> None:
        body, name = document.body, str(document.body["external_id"])
        match document.kind:
            case DocumentKind.INVOICE:
                self.open[name] = total_of(body)
            case DocumentKind.CREDIT_MEMO:
                self.rest[name] = total_of(body)
            case DocumentKind.PAYMENT:
                self.payments[name] = document
                self.rest[name] = Decimal(str(body["amount"]))
                self._apply(name, body, sign=1)

    def _apply(self, name: str, body: dict[str, object], *, sign: int) -> None:
        for part in body["apply"]:  # type: ignore[attr-defined]
            amount = Decimal(part["amount"])
            self.open[part["invoice"]["external_id"]] -= sign * amount
            self.rest[name] -= sign * amount
        for part in body.get("credits", ()) if sign > 0 else ():  # type: ignore[attr-defined]
            amount = Decimal(part["amount"])
            self.open[part["invoice"]["external_id"]] -= amount
            self.rest[part["credit_memo"]["external_id"]] -= amount

    def take_back(self, name: str) -> None:
        """A payment bounced; credits that went along stay where they are."""
        self._apply(name, self.payments.pop(name).body, sign=-1)
        del self.rest[name]


def total_of(body: dict[str, object]) -> Decimal:
    lines = body["lines"]
    return sum((Decimal(line["quantity"]) * Decimal(line["rate"]) for line in lines), Decimal(0))  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", [1, 2])
def test_every_balance_agrees_to_the_cent(office: Office, seed: int) -> None:
    documents = [one for one in make_documents(TOTAL, seed=seed) if "terms" not in one.body]
    office.put(*((one.kind.value, one.body) for one in documents))
    office.update()
    assert office.problems() == []
    ledger = Ledger(documents)
    random = Random(seed)  # noqa: S311 - the same every time, and no secret

    names = sorted(ledger.payments)
    bounced = random.sample(names, len(names) // 5)
    for name in bounced:
        office.delete("payment", name)
        ledger.take_back(name)
    office.update()
    rest = [name for name in names if name not in bounced]
    for number, start in enumerate(range(0, len(rest), 7)):
        deposited = [{"payment": {"external_id": name}} for name in rest[start : start + 7]]
        fee = {"amount": "1.25", "account": {"full_name": "Merchant Fees"}}
        body = {"external_id": f"d{number}", "account": {"full_name": "Checking"}, "payments": deposited, "fee": fee}
        office.put(("deposit", body))
    office.update()

    assert office.problems() == []
    tables = office.company.tables
    assert {name: office.balance(name) for name in ledger.open} == ledger.open
    assert {name: office.document("invoice", name).total for name in ledger.open} == {
        one.body["external_id"]: total_of(one.body) for one in documents if one.kind is DocumentKind.INVOICE
    }
    kinds = {name: "payment" if name in ledger.payments else "credit_memo" for name in ledger.rest}
    assert {name: unapplied(tables, office.txn(kind, name)) for name, kind in kinds.items()} == ledger.rest
    banked = sum(txn.total for txn in tables.transactions.values() if txn.kind == "Deposit")
    received = sum((Decimal(str(ledger.payments[name].body["amount"])) for name in rest), Decimal(0))
    assert banked == received - Decimal("1.25") * -(-len(rest) // 7)
    customers = {one.target[1] for one in documents if one.kind is DocumentKind.CUSTOMER}
    assert sum(office_balance(office, name) for name in customers) == sum(ledger.open.values()) - sum(
        ledger.rest.values()
    )


def office_balance(office: Office, external_id: str) -> Decimal:
    """What a customer owes in QuickBooks: open invoices, less what is not applied."""
    tables, list_id = office.company.tables, office.entry("customer", external_id).list_id
    mine = [txn for txn in tables.transactions.values() if txn.customer == list_id]
    owed = sum((invoice_balance(tables, txn) for txn in mine if txn.kind == "Invoice"), Decimal(0))
    free = sum((unapplied(tables, txn) for txn in mine if txn.kind in {"ReceivePayment", "CreditMemo"}), Decimal(0))
    return owed - free
