"""Payments of customers: applied by the request or automatically, partly or not at all.

Rules restated from Intuit's ReceivePaymentAdd reference and public documentation: IsAutoApply takes an invoice of the
exact amount, else the oldest open ones; every AppliedToTxnAdd needs a payment, a credit or a discount; the sum of
payments may not pass TotalAmount; without DepositToAccountRef the money is in Undeposited Funds. A Mod that names
AppliedToTxnMod replaces what was applied before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from qbwc_service.qbxml.grammar import Element
from qbwc_service.simulator.quickbooks import statuses
from qbwc_service.simulator.quickbooks.balances import invoice_balance, unapplied
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.document import Node
from qbwc_service.simulator.quickbooks.intake import merge, read_given, take_money, take_ref, take_text, without_nothing
from qbwc_service.simulator.quickbooks.links import (
    CreditRequest,
    check_credits,
    family_transactions,
    put_credits,
    read_credits,
    same_family,
)
from qbwc_service.simulator.quickbooks.records import ZERO, Given, Link, Transaction, Value, Values
from qbwc_service.simulator.quickbooks.sale_defaults import check_receivable, special_account

KIND = "ReceivePayment"
_OVER_DUE = "You cannot pay more than the amount due."
_MONEY_FIELDS = ("TotalAmount", "AppliedToTxnMod", "CustomerRef", "DepositToAccountRef", "ARAccountRef")


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One AppliedToTxn: what goes to one invoice."""

    invoice: str
    amount: Decimal
    discount: Decimal
    values: Values
    credits: tuple[CreditRequest, ...]


def add_payment(company: CompanyFile, node: Node, grammar: Element) -> Transaction:
    """Add a payment. StatusError 3120, 3140, 3150, 3171, 3210."""
    given = read_given(company, node, grammar, kind=KIND)
    applied = _read_applications(given.pop("AppliedToTxnAdd", None))
    is_automatic = given.pop("IsAutoApply", None) is True
    payment = make_payment(company, given, applied=applied)
    if is_automatic:
        applied = list(_choose_invoices(company, payment))
    check_applications(company, payment, applied)
    store_payment(company, payment, applied)
    return payment


def make_payment(
    company: CompanyFile, given: Given, *, applied: Sequence[Application], at: int | None = None
) -> Transaction:
    """Make a payment from values, complete but not stored yet. StatusError 3150, 3171, 3210."""
    customer = take_ref(given, "CustomerRef")
    if customer is None:
        raise statuses.missing_element("CustomerRef")
    moment = company.now() if at is None else at
    day = take_text(given, "TxnDate") or company.wall.day(moment).isoformat()
    company.check_closing_date(day)
    total = take_money(given, "TotalAmount")
    ref_number, guid = take_text(given, "RefNumber") or "", take_text(given, "ExternalGUID")
    values = without_nothing(given)
    values.pop("CreditCardTxnInfo", None)
    values.setdefault("ARAccountRef", special_account(company, "AccountsReceivable"))
    values.setdefault("DepositToAccountRef", special_account(company, "UndepositedFunds"))
    check_receivable(company, values["ARAccountRef"])
    return Transaction(
        kind=KIND,
        txn_id="",
        number=0,
        created=moment,
        modified=moment,
        date=day,
        customer=customer.list_id,
        ref_number=ref_number,
        external_guid=guid,
        total=sum((one.amount for one in applied), ZERO) if total is None else total,
        values=values,
    )


def store_payment(company: CompanyFile, payment: Transaction, applied: Sequence[Application]) -> None:
    """Put a made and checked payment into the books."""
    payment.txn_id, payment.number = company.new_txn_id(payment.created)
    company.tables.put_transaction(payment)
    _apply(company, payment, applied)


def modify_payment(company: CompanyFile, node: Node, grammar: Element) -> Transaction:
    """Change a payment. StatusError 3120, 3140, 3170 (deposited), 3171, 3175, 3200, 3210."""
    payment = company.get_transaction(KIND, node.value("TxnID"))
    company.check_lock(payment.txn_id)
    company.check_edit_sequence(payment, node.value("EditSequence"))
    change_payment(company, payment, read_given(company, node, grammar, kind=KIND))
    return payment


def change_payment(company: CompanyFile, payment: Transaction, given: Given) -> None:
    """Change a payment by values; the books change only if everything can be done."""
    _check_deposited(company, payment, given)
    applied = _read_applications(given.pop("AppliedToTxnMod")) if "AppliedToTxnMod" in given else None
    for name in ("TxnID", "EditSequence", "CreditCardTxnInfoMod"):
        given.pop(name, None)
    day = take_text(given, "TxnDate") or payment.date
    company.check_closing_date(payment.date, day)
    customer, total, ref_number = (
        take_ref(given, "CustomerRef"),
        take_money(given, "TotalAmount"),
        take_text(given, "RefNumber"),
    )
    renewed = Transaction(
        kind=KIND,
        txn_id=payment.txn_id,
        number=payment.number,
        created=payment.created,
        modified=payment.modified,
        date=day,
        customer=payment.customer if customer is None else customer.list_id,
        ref_number=payment.ref_number if ref_number is None else ref_number,
        external_guid=payment.external_guid,
        total=payment.total if total is None else total,
        values=merge(payment.values, given),
        extensions=payment.extensions,
    )
    check_receivable(company, renewed.values.get("ARAccountRef"))
    moved = renewed.customer != payment.customer or renewed.values["ARAccountRef"] != payment.values["ARAccountRef"]
    keeps_links = applied is None and not moved
    links = [] if keeps_links else _links_of(company, payment)
    _check_without(company, renewed, applied or [], links=links)
    company.tables.forget_transaction(payment)
    for name in ("date", "customer", "ref_number", "total", "values"):
        setattr(payment, name, getattr(renewed, name))
    company.tables.put_transaction(payment)
    for link in links:
        company.remove_link(link)
    _apply(company, payment, applied or [])
    company.touch(payment)


def check_applications(company: CompanyFile, payment: Transaction, applied: Sequence[Application]) -> None:
    """Check that a payment can be applied so, beside what it has already given. StatusError 3120, 3150, 3210."""
    if payment.total < ZERO:
        raise statuses.invalid_value("TotalAmount", f"{payment.total}", why="The amount must not be negative.")
    left = unapplied(company.tables, payment)
    due: dict[str, Decimal] = {}
    for one in applied:
        invoice = _open_invoice(company, payment, one.invoice)
        open_amount = due.setdefault(one.invoice, invoice_balance(company.tables, invoice))
        if open_amount <= ZERO:
            raise statuses.not_found(one.invoice)
        if not one.amount and not one.discount and not one.credits:
            raise statuses.missing_element("PaymentAmount")
        check_credits(company, invoice, one.credits, due=open_amount)
        wanted = one.amount + one.discount + sum((credit.amount for credit in one.credits), ZERO)
        if one.amount < ZERO or one.discount < ZERO or wanted > open_amount:
            raise statuses.invalid_value("payment amount", f"{one.amount}", why=_OVER_DUE)
        due[one.invoice] -= wanted
        left -= one.amount
    if left < ZERO:
        raise statuses.invalid_value("payment amount", f"{payment.total}", why="More is applied than was received.")


def make_application(invoice: str, amount: Decimal, *, discount: Decimal = ZERO) -> Application:
    """Make an application of money to one invoice."""
    return Application(invoice=invoice, amount=amount, discount=discount, values={}, credits=())


def _apply(company: CompanyFile, payment: Transaction, applied: Sequence[Application]) -> None:
    for one in applied:
        put_credits(company, company.tables.transactions[one.invoice], one.credits, payment=payment.txn_id)
        if one.amount or one.discount:
            company.put_link(
                Link(
                    source=payment.txn_id,
                    target=one.invoice,
                    amount=one.amount,
                    discount=one.discount,
                    values=one.values,
                )
            )


def _open_invoice(company: CompanyFile, payment: Transaction, txn_id: str) -> Transaction:
    invoice = company.tables.transactions.get(txn_id)
    if invoice is None or invoice.kind != "Invoice" or not invoice.posts or not same_family(company, invoice, payment):
        raise statuses.not_found(txn_id)
    company.check_lock(txn_id, is_related=True)
    return invoice


def _choose_invoices(company: CompanyFile, payment: Transaction) -> Sequence[Application]:
    """Choose an invoice of the exact amount, else the oldest ones, as far as the money goes."""
    tables = company.tables
    candidates = [
        (invoice, balance)
        for invoice in sorted(family_transactions(company, payment), key=lambda one: (one.date, one.number))
        if invoice.kind == "Invoice"
        and invoice.posts
        and same_family(company, invoice, payment)
        and (balance := invoice_balance(tables, invoice)) > ZERO
    ]
    for invoice, balance in candidates:
        if balance == payment.total:
            return [make_application(invoice.txn_id, balance)]
    chosen, left = [], payment.total
    for invoice, balance in candidates:
        amount = min(balance, left)
        if amount > ZERO:
            chosen.append(make_application(invoice.txn_id, amount))
            left -= amount
    return chosen


def _read_applications(value: Value | None) -> list[Application]:
    return [
        Application(
            invoice=str(one["TxnID"]),
            amount=_money(one.get("PaymentAmount")),
            discount=_money(one.get("DiscountAmount")),
            values={name: one[name] for name in ("DiscountAccountRef", "DiscountClassRef") if one.get(name)},
            credits=tuple(read_credits(one.get("SetCredit"))),
        )
        for one in (value if isinstance(value, list) else [])
        if isinstance(one, dict)
    ]


def _links_of(company: CompanyFile, payment: Transaction) -> list[Link]:
    """List what the payment gave, and the credits that were set in it."""
    tables = company.tables
    given = list(tables.links_from.get(payment.txn_id, ()))
    targets = tables.links_to.values()
    return given + [link for links in targets for link in links if link.is_credit and link.payment == payment.txn_id]


def _check_without(
    company: CompanyFile, renewed: Transaction, applied: Sequence[Application], *, links: Sequence[Link]
) -> None:
    """Check new applications as if the old ones were gone; a refusal leaves the books as they are."""
    for link in links:
        company.tables.remove_link(link)
    try:
        check_applications(company, renewed, applied)
    finally:
        for link in links:
            company.tables.put_link(link)


def _check_deposited(company: CompanyFile, payment: Transaction, given: Given) -> None:
    if payment.txn_id in company.tables.deposit_of and any(name in given for name in _MONEY_FIELDS):
        raise statuses.cannot_modify(payment.txn_id, why="This payment has already been deposited.")


def _money(value: Value | None) -> Decimal:
    return value if isinstance(value, Decimal) else ZERO
