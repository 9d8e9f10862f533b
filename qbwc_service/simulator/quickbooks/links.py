"""Money applied to invoices: by payments (with discounts) and by credit memos, checked before it is done.

QuickBooks finds a target among the open invoices of the customer and the A/R account: one that is paid, of another
customer or another account "cannot be found" (3120); more than is due is 3210 [live reports of both].
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from qbwc_service.simulator.quickbooks import statuses
from qbwc_service.simulator.quickbooks.balances import applied_to, invoice_balance, unapplied
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.records import ZERO, Given, Link, Transaction, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRequest:
    """One SetCredit: so much of that credit memo."""

    txn_id: str
    amount: Decimal


def credit_requests(given: Given) -> list[CreditRequest]:
    """Take the SetCredit elements out of the given values."""
    value = given.pop("SetCredit", None)
    return read_credits(value)


def read_credits(value: Value | None) -> list[CreditRequest]:
    """Read SetCredit elements."""
    return [
        CreditRequest(txn_id=str(one["CreditTxnID"]), amount=amount)
        for one in (value if isinstance(value, list) else [])
        if isinstance(one, dict) and isinstance(amount := one.get("AppliedAmount"), Decimal)
    ]


def check_credits(
    company: CompanyFile, invoice: Transaction, requests: Sequence[CreditRequest], *, due: Decimal | None
) -> None:
    """Check that the credits can be set on the invoice. StatusError 3120, 3176, 3210."""
    left = invoice_balance(company.tables, invoice) if due is None else due
    taken: dict[str, Decimal] = {}
    for request in requests:
        credit = company.tables.transactions.get(request.txn_id)
        if credit is None or credit.kind != "CreditMemo" or not same_family(company, credit, invoice):
            raise statuses.not_found(request.txn_id)
        company.check_lock(credit.txn_id, is_related=True)
        remaining = unapplied(company.tables, credit) - taken.get(credit.txn_id, ZERO)
        if request.amount > remaining or request.amount > left:
            raise statuses.invalid_value(
                "applied amount", f"{request.amount}", why="You cannot apply more than the credit or the amount due."
            )
        taken[credit.txn_id] = taken.get(credit.txn_id, ZERO) + request.amount
        left -= request.amount


def put_credits(
    company: CompanyFile, invoice: Transaction, requests: Sequence[CreditRequest], *, payment: str | None = None
) -> None:
    """Apply credits that were checked."""
    for request in requests:
        company.put_link(
            Link(source=request.txn_id, target=invoice.txn_id, amount=request.amount, is_credit=True, payment=payment)
        )


def same_family(company: CompanyFile, one: Transaction, other: Transaction) -> bool:
    """Tell whether two transactions belong to one customer, its jobs included, and to one A/R account."""
    same_account = one.values.get("ARAccountRef") == other.values.get("ARAccountRef")
    return same_account and _root(company, one.customer) == _root(company, other.customer)


def family_transactions(company: CompanyFile, txn: Transaction) -> Iterator[Transaction]:
    """Yield the transactions of a transaction's customer, its jobs and its parents included."""
    waiting = [root] if (root := _root(company, txn.customer)) is not None else []
    while waiting:
        customer = waiting.pop()
        waiting += company.tables.children_of.get(customer, ())
        for txn_id in company.tables.ids_by_customer.get(customer, ()):
            yield company.tables.transactions[txn_id]


def unlink_source(company: CompanyFile, source: Transaction) -> None:
    """Take back everything that a payment or a credit has given."""
    for link in list(company.tables.links_from.get(source.txn_id, ())):
        company.remove_link(link)


def unlink_target(company: CompanyFile, invoice: Transaction) -> None:
    """Take back everything that was applied to an invoice; payments keep it as unused."""
    for link in list(company.tables.links_to.get(invoice.txn_id, ())):
        company.remove_link(link)


def fit_links(company: CompanyFile, txn: Transaction) -> None:
    """Take back, newest first, what was applied beyond a total that has become smaller."""
    tables = company.tables
    links = tables.links_to if txn.kind == "Invoice" else tables.links_from
    while links.get(txn.txn_id):
        over = applied_to(tables, txn) - txn.total if txn.kind == "Invoice" else -unapplied(tables, txn)
        if over <= ZERO:
            return
        last = links[txn.txn_id][-1]
        company.remove_link(last)
        if last.amount > over:
            company.put_link(
                Link(
                    source=last.source,
                    target=last.target,
                    amount=last.amount - over,
                    discount=last.discount,
                    values=last.values,
                    is_credit=last.is_credit,
                    payment=last.payment,
                )
            )


def _root(company: CompanyFile, customer: str | None) -> str | None:
    while customer is not None:
        above = company.tables.entries[customer].parent
        if above is None:
            return customer
        customer = above
    return None
