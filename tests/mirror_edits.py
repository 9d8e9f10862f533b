"""A person at work in QuickBooks: random edits, payments, credits, deposits, voids, deletions, renames, merges."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from random import Random

from qbwc_service.simulator import Company, Person
from qbwc_service.simulator.quickbooks.balances import invoice_balance, unapplied
from qbwc_service.simulator.quickbooks.records import Entry, Transaction
from qbwc_service.simulator.quickbooks.statuses import StatusError


class Clerk:
    """Does one thing after another, a little time apart; what the books refuse is not done."""

    def __init__(self, company: Company, *, seed: int, wait: Callable[[float], object], first_number: int = 0) -> None:
        self.company = company
        self.person = Person(company)
        self.random = Random(seed)  # noqa: S311 - data of a test
        self.wait = wait
        self.number = first_number
        self.done: dict[str, int] = {}

    def work(self, count: int) -> None:
        """Do so many things."""
        while count:
            self.wait(self.random.randrange(1, 90))
            action = self.random.choice(ACTIONS)
            with suppress(StatusError, IndexError):
                action(self)
                self.done[action.__name__] = self.done.get(action.__name__, 0) + 1
                count -= 1

    def pick(self, kind: str, *, is_open: bool = False) -> Transaction:
        found = [
            txn
            for txn in self.company.list_transactions(kind)
            if not is_open or (txn.kind == "Invoice" and invoice_balance(self.company.tables, txn) > 0)
        ]
        return self.random.choice(found)

    def pick_entry(self, *kinds: str) -> Entry:
        found = [entry for kind in kinds for entry in self.company.tables.entries_of(kind)]
        return self.random.choice(found)

    def new_number(self) -> str:
        self.number += 1
        return f"P{self.number}"

    def sell(self, kind: str) -> None:
        lines = [
            {"ItemRef": {"ListID": self.pick_entry("ItemService", "ItemNonInventory").list_id}, "Quantity": 2}
            for _ in range(self.random.randrange(1, 4))
        ]
        customer = self.pick_entry("Customer").list_id
        self.person.add(
            kind,
            {
                "CustomerRef": {"ListID": customer},
                "RefNumber": self.new_number(),
                "Memo": "By hand",
                f"{kind}LineAdd": lines,
            },
        )


def add_invoice(clerk: Clerk) -> None:
    clerk.sell("Invoice")


def add_credit_memo(clerk: Clerk) -> None:
    clerk.sell("CreditMemo")


def add_sales_receipt(clerk: Clerk) -> None:
    clerk.sell("SalesReceipt")


def pay_invoice(clerk: Clerk) -> None:
    invoice = clerk.pick("Invoice", is_open=True)
    due = invoice_balance(clerk.company.tables, invoice)
    part = due if clerk.random.random() < 0.5 else (due / 3).quantize(Decimal("0.01"))
    clerk.person.pay(invoice.txn_id, part, ref_number=clerk.new_number())


def change_invoice(clerk: Clerk) -> None:
    number, memo = clerk.new_number(), f"Changed {clerk.random.randrange(1000)}"
    clerk.person.change(clerk.pick("Invoice").txn_id, {"RefNumber": number, "Memo": memo})


def change_payment(clerk: Clerk) -> None:
    clerk.person.change(clerk.pick("ReceivePayment").txn_id, {"RefNumber": clerk.new_number()})


def delete_payment(clerk: Clerk) -> None:
    clerk.person.delete(clerk.pick("ReceivePayment").txn_id)


def delete_invoice(clerk: Clerk) -> None:
    clerk.person.delete(clerk.pick("Invoice").txn_id)


def void_invoice(clerk: Clerk) -> None:
    clerk.person.void(clerk.pick("Invoice").txn_id)


def void_credit(clerk: Clerk) -> None:
    clerk.person.void(clerk.pick("CreditMemo").txn_id)


def apply_credit(clerk: Clerk) -> None:
    """Changes neither document's time where payments do not touch invoices: the daily sweep finds it."""
    tables = clerk.company.tables
    given = [one for one in clerk.company.list_transactions("CreditMemo") if unapplied(tables, one) > 2]
    credit = clerk.random.choice(given)
    owed = [
        one
        for one in clerk.company.list_transactions("Invoice")
        if one.customer == credit.customer and invoice_balance(tables, one) > 2
    ]
    invoice = clerk.random.choice(owed)
    amount = min(unapplied(tables, credit), invoice_balance(tables, invoice)) / 2 // 1
    clerk.person.apply_credit(credit.txn_id, invoice.txn_id, amount)


def deposit_payment(clerk: Clerk) -> None:
    clerk.person.deposit([clerk.pick("ReceivePayment").txn_id], account="Checking")


def delete_deposit(clerk: Clerk) -> None:
    clerk.person.delete(clerk.pick("Deposit").txn_id)


def book_journal(clerk: Clerk) -> None:
    """Changes balances, and nothing that is mirrored tells of it: the daily sweep finds it."""
    amount = Decimal(clerk.random.randrange(-9999, 9999)) / 100
    clerk.person.book(clerk.pick_entry("Customer").list_id, amount)
    accounts = clerk.company.tables.entries_of("Account")
    receivable = next(one for one in accounts if one.values["AccountType"] == "AccountsReceivable")
    clerk.person.book(receivable.list_id, amount)


def rename_customer(clerk: Clerk) -> None:
    clerk.person.rename(clerk.pick_entry("Customer").list_id, f"Renamed {clerk.new_number()}")


def rename_item(clerk: Clerk) -> None:
    kinds = ("ItemService", "ItemNonInventory", "ItemSalesTax", "ItemGroup")
    clerk.person.rename(clerk.pick_entry(*kinds).list_id, f"Item {clerk.new_number()}")


def rename_account(clerk: Clerk) -> None:
    clerk.person.rename(clerk.pick_entry("Account").list_id, f"Account {clerk.new_number()}")


def rename_class_or_terms(clerk: Clerk) -> None:
    entry = clerk.pick_entry("Class", "PaymentMethod")
    clerk.person.rename(entry.list_id, f"Word {clerk.new_number()}")


def switch_customer(clerk: Clerk) -> None:
    entry = clerk.pick_entry("Customer")
    clerk.person.set_active(entry.list_id, is_active=not entry.is_active)


def add_customer(clerk: Clerk) -> None:
    clerk.person.add("Customer", {"Name": f"New {clerk.new_number()}", "Phone": "518-555-0000"})


def delete_customer(clerk: Clerk) -> None:
    clerk.person.delete(clerk.pick_entry("Customer").list_id)


def merge_customers(clerk: Clerk) -> None:
    """No query tells of it: the daily count does."""
    loser, winner = clerk.pick_entry("Customer"), clerk.pick_entry("Customer")
    above = {loser.parent, winner.parent}
    if loser is winner or above & {loser.list_id, winner.list_id}:
        raise IndexError
    clerk.person.merge(loser.list_id, into=winner.list_id)


ACTIONS: tuple[Callable[[Clerk], None], ...] = (
    add_invoice, add_invoice, add_credit_memo, add_sales_receipt, pay_invoice, pay_invoice, pay_invoice,
    change_invoice, change_payment, delete_payment, delete_invoice, void_invoice, void_credit, deposit_payment,
    deposit_payment, delete_deposit, rename_customer, rename_item, rename_account, rename_class_or_terms,
    switch_customer, add_customer, delete_customer, apply_credit, book_journal, merge_customers,
)  # fmt: skip
