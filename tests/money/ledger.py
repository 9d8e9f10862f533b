"""What a program may believe of its money, reckoned from the documents that were accepted and from nothing else."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

Body = dict[str, Any]
Money = dict[str, Decimal]
"""Amounts by what they are of: ``{"open inv-1": …, "owes c-1": …, "in Checking": …}``."""

NOTHING = Decimal(0)
SALES = ("invoice", "credit_memo", "sales_receipt")


class Ledger:
    """The documents as they were last accepted. What was voided is kept, without lines."""

    def __init__(self) -> None:
        self.bodies: dict[str, dict[str, Body]] = {
            kind: {} for kind in ("customer", "invoice", "credit_memo", "sales_receipt", "payment", "deposit")
        }
        self.credits: list[Body] = []
        """Credit memos applied to invoices: they stay applied when the payment that brought them is taken back."""

    def put(self, kind: str, body: Body) -> None:
        """A document was accepted, for the first time or again."""
        is_new = body["external_id"] not in self.bodies[kind]
        self.bodies[kind][body["external_id"]] = body
        if is_new:
            self.credits += body.get("credits", ())

    def leave(self, kind: str, name: str, *, is_void: bool = False) -> None:
        """A document was deleted or voided: what was applied to it, or by it, is free again."""
        body = self.bodies[kind].pop(name)
        if is_void:
            self.bodies[kind][name] = {**body, "lines": []}
        if kind == "invoice":
            for payment in self.bodies["payment"].values():
                payment["apply"] = [one for one in payment["apply"] if id_of(one, "invoice") != name]
        self.credits = [one for one in self.credits if kind not in one or id_of(one, kind) != name]

    def applied(self, invoice: str) -> Decimal:
        """What was taken off an invoice."""
        paid = [one for payment in self.bodies["payment"].values() for one in payment["apply"]]
        return sum_of(one for one in (*paid, *self.credits) if id_of(one, "invoice") == invoice)

    def open(self, invoice: str) -> Decimal:
        """What an invoice still owes."""
        return total_of(self.bodies["invoice"][invoice]) - self.applied(invoice)

    def used(self, credit_memo: str) -> Decimal:
        """What a credit memo has given."""
        return sum_of(one for one in self.credits if id_of(one, "credit_memo") == credit_memo)

    def rest(self, kind: str, name: str) -> Decimal:
        """What a payment or a credit memo still has to give."""
        body = self.bodies[kind][name]
        if kind == "payment":
            return Decimal(body["amount"]) - sum_of(body["apply"])
        return total_of(body) - self.used(name)

    def received(self, deposit: str) -> list[str]:
        """The payments and sales receipts of a deposit."""
        return [one["external_id"] for part in self.bodies["deposit"][deposit]["payments"] for one in part.values()]

    def deposited(self) -> set[str]:
        """Those that are on a bank account."""
        return {name for deposit in self.bodies["deposit"] for name in self.received(deposit)}

    def amount(self, name: str) -> Decimal:
        """What came in with a payment or a sales receipt."""
        if name in self.bodies["payment"]:
            return Decimal(self.bodies["payment"][name]["amount"])
        return total_of(self.bodies["sales_receipt"][name])

    def money(self) -> Money:
        """All of it."""
        found: Money = {}
        for name, invoice in self.bodies["invoice"].items():
            found |= {f"total {name}": total_of(invoice), f"open {name}": self.open(name)}
        for kind in ("payment", "credit_memo"):
            found |= {f"rest {name}": self.rest(kind, name) for name in self.bodies[kind]}
        found |= {f"came in {name}": self.amount(name) for name in self._receipts()}
        found |= {f"deposit {name}": self._deposit(name) for name in self.bodies["deposit"]}
        found |= self._applications() | self._customers() | self._accounts()
        return found

    def _receipts(self) -> list[str]:
        return [*self.bodies["payment"], *self.bodies["sales_receipt"]]

    def _deposit(self, name: str) -> Decimal:
        fee = Decimal(self.bodies["deposit"][name]["fee"]["amount"])
        return sum((self.amount(one) for one in self.received(name)), NOTHING) - fee

    def _applications(self) -> Money:
        found: Counter[str] = Counter()
        for name, payment in self.bodies["payment"].items():
            for one in payment["apply"]:
                found[f"{name} pays {id_of(one, 'invoice')}"] += Decimal(one["amount"])  # type: ignore[assignment]
        for one in self.credits:
            words = f"{id_of(one, 'credit_memo')} pays {id_of(one, 'invoice')}"
            found[words] += Decimal(one["amount"])  # type: ignore[assignment]
        return dict(found)  # type: ignore[arg-type]

    def _customers(self) -> Money:
        owed = dict.fromkeys(self.bodies["customer"], NOTHING)
        for kind in ("invoice", "payment", "credit_memo"):
            for name, body in self.bodies[kind].items():
                amount = self.open(name) if kind == "invoice" else -self.rest(kind, name)
                owed[id_of(body, "customer")] += amount
        whole = dict(owed)
        for name, body in self.bodies["customer"].items():
            if "parent" in body:
                whole[id_of(body, "parent")] += owed[name]
        alone, all_ = (
            {f"{words} {one}": sums[one] for one in sums} for words, sums in (("owes", owed), ("with jobs", whole))
        )
        return alone | all_

    def _accounts(self) -> Money:
        waiting = set(self._receipts()) - self.deposited()
        deposits = self.bodies["deposit"].values()
        customers = self._customers()
        return {
            "in Checking": sum((self._deposit(one) for one in self.bodies["deposit"]), NOTHING),
            "in Undeposited Funds": sum((self.amount(name) for name in waiting), NOTHING),
            "in Accounts Receivable": sum((customers[f"owes {one}"] for one in self.bodies["customer"]), NOTHING),
            "fees": sum((Decimal(one["fee"]["amount"]) for one in deposits), NOTHING),
        }


def id_of(part: Body, name: str) -> str:
    """The document that is named by its external id."""
    return str(part[name]["external_id"])


def sum_of(parts: Iterable[Body]) -> Decimal:
    """The amounts together."""
    return sum((Decimal(part["amount"]) for part in parts), NOTHING)


def total_of(body: Body) -> Decimal:
    """What the lines of a sale come to."""
    return sum((Decimal(line["quantity"]) * Decimal(line["rate"]) for line in body["lines"]), NOTHING)
