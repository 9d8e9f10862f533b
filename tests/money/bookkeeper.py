"""A program at work: random sales, payments, credits, changes, take-backs and deposits, the same for the same seed."""

from collections.abc import Callable
from decimal import Decimal
from itertools import count
from random import Random

from tests.money.ledger import Body, Ledger, id_of, sum_of, total_of
from tests.office import Office
from tests.rows import Content, customer

CENT = Decimal("0.01")


class Bookkeeper:
    """Hands in documents and their changes, and keeps the ledger of what was accepted.

    Between two updates each document is part of one deed at most, but new ones: what is free again, and what is not,
    is known to everybody only when QuickBooks has answered.
    """

    def __init__(self, office: Office, *, seed: int) -> None:
        self.office, self.ledger = office, Ledger()
        self.random = Random(seed)  # noqa: S311 - the same every time, and no secret
        self.numbers = count(1)
        self.busy: set[str] = set()
        self.waiting: list[Content] = []
        """Accepted documents that are handed in together, with what comes next."""
        self.done: dict[str, int] = {}

    def begin(self) -> None:
        """Hand in the customers, some of them with jobs."""
        for number in range(12):
            self.put(*customer(f"c{number}"))
        for number in range(4):
            self.put(*customer(f"j{number}", parent={"external_id": f"c{number}"}))

    def work(self, deeds: int) -> None:
        """Do so many things, all before the next update."""
        self.busy.clear()
        while deeds:
            deed = self.random.choice(DEEDS)
            if deed(self):
                self.done[deed.__name__] = self.done.get(deed.__name__, 0) + 1
                deeds -= 1
        self.hand_in()

    def hand_in(self) -> None:
        """Hand in what waits."""
        self.office.put(*self.waiting)
        self.waiting.clear()

    def pick(self, kind: str, wanted: Callable[[str], bool] = lambda _: True) -> str | None:
        """One document of a kind that nothing was done with since the last update; it is busy from now on."""
        found = [name for name in self.ledger.bodies[kind] if name not in self.busy and wanted(name)]
        if not found:
            return None
        name = self.random.choice(found)
        self.busy.add(name)
        return name

    def add_sale(self, kind: str, *, of: str | None = None) -> bool:
        """A new sale, to anybody or to one customer."""
        number = next(self.numbers)
        buyer = of or self.random.choice(list(self.ledger.bodies["customer"]))
        self.put(
            kind,
            {
                "external_id": f"{kind}-{number}",
                "customer": {"external_id": buyer},
                "ref_number": f"{kind[0].upper()}{number:06}",
                "lines": [self._line() for _ in range(self.random.randint(1, 3))],
            },
        )
        return True

    def change_sale(self, kind: str, least: Decimal) -> bool:
        """Another amount; never less than ``least``, what was given or taken already."""
        name = self.pick(kind, lambda one: bool(self.ledger.bodies[kind][one]["lines"]) and not self.is_deposited(one))
        if name is None:
            return False
        body = self.ledger.bodies[kind][name]
        lines = [*body["lines"]]
        place = self.random.randrange(len(lines))
        lines[place] = {**lines[place], "rate": str(self.make_price())}
        if self.random.random() < 0.4:
            lines.append(self._line())
        elif len(lines) > 1:
            del lines[self.random.randrange(len(lines))]
        taken = self.ledger.used(name) if kind == "credit_memo" else self.ledger.applied(name)
        if total_of({"lines": lines}) < taken + least:
            return False
        self.put(kind, {**body, "lines": lines})
        return True

    def apply(self, buyer: str, *, most: int) -> list[Body]:
        """Parts, or all, of what open invoices of a customer owe."""
        parts: list[Body] = []
        for _ in range(most):
            name = self.pick("invoice", lambda one: self._owes(one, buyer))
            if name is not None:
                open_ = self.ledger.open(name)
                amount = open_ if self.random.random() < 0.5 else max(CENT, (open_ / 3).quantize(CENT))
                parts.append({"invoice": {"external_id": name}, "amount": str(amount)})
        return parts

    def leave(self, kind: str, name: str, how: str) -> bool:
        """Delete or void it; what it frees is known when QuickBooks has answered."""
        if kind == "payment":
            self.busy |= self.invoices_of(name)
        if kind == "deposit":
            self.busy |= set(self.ledger.received(name))
        self.busy |= {id_of(one, "invoice") for one in self.ledger.credits if id_of(one, "credit_memo") == name}
        self.busy |= {id_of(one, "credit_memo") for one in self.ledger.credits if id_of(one, "invoice") == name}
        self.hand_in()
        self.office.delete(kind, name, how=how)
        self.ledger.leave(kind, name, is_void=how == "void")
        return True

    def use_credit(self, payment: Body) -> None:
        """Let a credit memo of the customer go along, for the first invoice that is paid."""
        buyer = id_of(payment, "customer")
        memo = self.pick("credit_memo", lambda one: self._has_rest(one, buyer))
        first = payment["apply"][0]
        left = self.ledger.open(id_of(first, "invoice")) - Decimal(first["amount"])
        if memo is not None and left > 0:
            amount = min(left, self.ledger.rest("credit_memo", memo))
            part = {"credit_memo": {"external_id": memo}, "invoice": first["invoice"], "amount": str(amount)}
            payment["credits"] = [part]

    def invoices_of(self, payment: str) -> set[str]:
        """The invoices that a payment pays."""
        return {id_of(one, "invoice") for one in self.ledger.bodies["payment"][payment]["apply"]}

    def is_free(self, name: str) -> bool:
        """Whether money that came in is not on a bank account yet."""
        return self.ledger.amount(name) > 0 and not self.is_deposited(name)

    def put(self, kind: str, body: Body) -> bool:
        """Hand it in, new or changed."""
        self.waiting.append((kind, body))
        self.ledger.put(kind, body)
        self.busy.add(body["external_id"])
        return True

    def _line(self) -> Body:
        return {
            "item": {"full_name": "Line Haul"},
            "quantity": str(self.random.randint(1, 4)),
            "rate": str(self.make_price()),
        }

    def make_price(self) -> Decimal:
        return Decimal(self.random.randint(100, 50_000)) * CENT

    def is_deposited(self, name: str) -> bool:
        return name in self.ledger.deposited()

    def _owes(self, invoice: str, buyer: str) -> bool:
        is_his = id_of(self.ledger.bodies["invoice"][invoice], "customer") == buyer
        return is_his and self.ledger.open(invoice) > 0

    def _has_rest(self, memo: str, buyer: str) -> bool:
        is_his = id_of(self.ledger.bodies["credit_memo"][memo], "customer") == buyer
        return is_his and self.ledger.rest("credit_memo", memo) > 0


def add_invoice(keeper: Bookkeeper) -> bool:
    return keeper.add_sale("invoice")


def add_credit_memo(keeper: Bookkeeper) -> bool:
    return keeper.add_sale("credit_memo")


def add_sales_receipt(keeper: Bookkeeper) -> bool:
    return keeper.add_sale("sales_receipt")


def change_invoice(keeper: Bookkeeper) -> bool:
    return keeper.change_sale("invoice", CENT)


def change_credit_memo(keeper: Bookkeeper) -> bool:
    return keeper.change_sale("credit_memo", Decimal(0))


def change_sales_receipt(keeper: Bookkeeper) -> bool:
    return keeper.change_sale("sales_receipt", Decimal(0))


def add_payment(keeper: Bookkeeper) -> bool:
    """For one invoice or two, in full or in part; with a rest, or with a credit memo."""
    buyer = keeper.random.choice(list(keeper.ledger.bodies["customer"]))
    parts = keeper.apply(buyer, most=keeper.random.choice((1, 1, 2)))
    if not parts:
        return False
    rest = keeper.make_price() if keeper.random.random() < 0.2 else Decimal(0)
    number = next(keeper.numbers)
    payment: Body = {
        "external_id": f"payment-{number}",
        "customer": {"external_id": buyer},
        "ref_number": f"P{number:06}",
        "amount": str(sum_of(parts) + rest),
        "apply": parts,
    }
    if keeper.random.random() < 0.5:
        keeper.use_credit(payment)
    return keeper.put("payment", payment)


def change_payment(keeper: Bookkeeper) -> bool:
    """Another amount, for the same invoice; less of it, or a rest."""
    ledger = keeper.ledger
    name = keeper.pick("payment", lambda one: keeper.is_free(one) and bool(ledger.bodies["payment"][one]["apply"]))
    if name is None:
        return False
    body = ledger.bodies["payment"][name]
    if keeper.invoices_of(name) & keeper.busy:
        return False
    keeper.busy |= keeper.invoices_of(name)
    parts = [{**one, "amount": str(max(CENT, (Decimal(one["amount"]) / 2).quantize(CENT)))} for one in body["apply"]]
    rest = keeper.make_price() if keeper.random.random() < 0.5 else Decimal(0)
    return keeper.put("payment", {**body, "amount": str(sum_of(parts) + rest), "apply": parts})


def take_back_payment(keeper: Bookkeeper) -> bool:
    name = keeper.pick("payment", lambda one: keeper.is_free(one) and not keeper.invoices_of(one) & keeper.busy)
    return name is not None and keeper.leave("payment", name, "delete")


def leave_sale(keeper: Bookkeeper) -> bool:
    """Delete or void a sale; what an invoice was paid with becomes a rest."""
    kind = keeper.random.choice(("invoice", "invoice", "credit_memo", "sales_receipt"))
    name = keeper.pick(
        kind, lambda one: bool(keeper.ledger.bodies[kind][one]["lines"]) and not keeper.is_deposited(one)
    )
    return name is not None and keeper.leave(kind, name, keeper.random.choice(("delete", "void")))


def deposit(keeper: Bookkeeper) -> bool:
    """A payout of what came in, less a fee."""
    number = next(keeper.numbers)
    kinds = [keeper.random.choice(("payment", "payment", "sales_receipt")) for _ in range(keeper.random.randint(1, 5))]
    found = [(kind, keeper.pick(kind, keeper.is_free)) for kind in kinds]
    parts = [{kind: {"external_id": name}} for kind, name in found if name is not None]
    fee = {"amount": str(Decimal(keeper.random.randint(10, 900)) * CENT), "account": {"full_name": "Merchant Fees"}}
    body = {"external_id": f"deposit-{number}", "account": {"full_name": "Checking"}, "payments": parts, "fee": fee}
    return bool(parts) and keeper.put("deposit", body)


def change_deposit(keeper: Bookkeeper) -> bool:
    """Another fee, and one more payment."""
    name = keeper.pick("deposit")
    if name is None:
        return False
    body = keeper.ledger.bodies["deposit"][name]
    more = keeper.pick("payment", keeper.is_free)
    parts = [*body["payments"], *([] if more is None else [{"payment": {"external_id": more}}])]
    fee = {**body["fee"], "amount": str(Decimal(keeper.random.randint(10, 900)) * CENT)}
    return keeper.put("deposit", {**body, "payments": parts, "fee": fee})


def take_back_deposit(keeper: Bookkeeper) -> bool:
    name = keeper.pick("deposit")
    return name is not None and keeper.leave("deposit", name, "delete")


DEEDS: tuple[Callable[[Bookkeeper], bool], ...] = (
    *(add_invoice,) * 6, *(add_payment,) * 6, *(add_credit_memo,) * 2, add_sales_receipt, change_invoice,
    change_invoice, change_credit_memo, change_sales_receipt, change_payment, change_payment, take_back_payment,
    take_back_payment, leave_sale, deposit, deposit, change_deposit, take_back_deposit,
)  # fmt: skip
