"""Hold a payment against what its invoices owe at this moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from qbwc_service import qbxml
from qbwc_service.store import ProblemReason
from qbwc_service.sync.judge import Judgement, fails
from qbwc_service.sync.look.decided import QUICKBOOKS, Decided
from qbwc_service.sync.look.found import go, identity_of, show
from qbwc_service.sync.sent import Sent

ACCOUNT = "ARAccountRef"
APPLIED = "AppliedToTxnAdd"


def decide_payment(
    sent: Sent,
    values: Mapping[str, object],
    records: Sequence[qbxml.RetObject],
    *,
    decided: Mapping[str, object],
    now: datetime,
) -> Judgement:
    """Judge a new payment: it goes out to the receivable account of its invoices, or a person decides.

    Where a person said that QuickBooks is right, each invoice gets what it owes, and the rest stays unapplied.
    """
    parts = values.get(APPLIED)
    applied = [part for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []
    invoices = {identity_of(one): one for one in records}
    missing = [str(part["TxnID"]) for part in applied if str(part["TxnID"]) not in invoices]
    if missing:
        text = f"the invoice {missing[0]} is not in QuickBooks any more"
        return fails(sent, ProblemReason.REFERENCE_MISSING, text, evidence={"invoices": missing})
    fitted: list[Mapping[str, object]] = []
    for part in applied:
        invoice = invoices[str(part["TxnID"])]
        due, wanted = _balance(invoice), _wanted(part)
        if due is None or wanted <= due:
            fitted.append(part)
        elif decided.get(Decided.USE) == QUICKBOOKS:
            fitted += _fit(part, due)
        else:
            return _too_much(sent, invoice, due, wanted)
    beside: dict[str, object] = {}
    if fitted != applied:
        beside = {APPLIED: fitted} if fitted else {"IsAutoApply": False}
    accounts = {account for one in invoices.values() if (account := _account(one)) is not None}
    if len(accounts) > 1:
        text = "its invoices are in different receivable accounts; QuickBooks takes one for each payment"
        return fails(sent, ProblemReason.REJECTED_BY_QUICKBOOKS, text)
    if accounts:
        beside[ACCOUNT] = {"ListID": accounts.pop()}
    return go(sent, {**decided, Decided.VALUES: beside}, now=now)


def _too_much(sent: Sent, invoice: qbxml.RetObject, due: Decimal, wanted: Decimal) -> Judgement:
    number = invoice.values.get("RefNumber") or identity_of(invoice)
    evidence = {
        "invoice": show(invoice),
        "balance": str(due),
        "wanted": str(wanted),
        "paid_by": _payments(invoice),
    }
    if due <= 0:
        text = f"the invoice {number} is paid in QuickBooks already"
        return fails(sent, ProblemReason.ALREADY_PAID, text, evidence=evidence)
    text = f"the invoice {number} owes {due}, the payment applies {wanted} to it"
    return fails(sent, ProblemReason.AMOUNT_EXCEEDS_BALANCE, text, evidence=evidence)


def _fit(part: Mapping[str, object], due: Decimal) -> list[Mapping[str, object]]:
    """Apply no more than what is due, in money alone; nothing where nothing is."""
    money = min(_amount(part, "PaymentAmount"), due)
    return [{"TxnID": part["TxnID"], "PaymentAmount": str(money)}] if money > 0 else []


def _wanted(part: Mapping[str, object]) -> Decimal:
    used = part.get("SetCredit")
    amounts = [_amount(one, "AppliedAmount") for one in used] if isinstance(used, list) else []
    credits_ = sum(amounts, Decimal(0))
    return _amount(part, "PaymentAmount") + _amount(part, "DiscountAmount") + credits_


def _amount(part: Mapping[str, object], name: str) -> Decimal:
    return Decimal(str(part.get(name) or 0))


def _balance(invoice: qbxml.RetObject) -> Decimal | None:
    balance = invoice.values.get("BalanceRemaining")
    return balance if isinstance(balance, Decimal) else None


def _account(invoice: qbxml.RetObject) -> str | None:
    account = invoice.values.get(ACCOUNT)
    found = account.get("ListID") if isinstance(account, Mapping) else None
    return found if isinstance(found, str) else None


def _payments(invoice: qbxml.RetObject) -> list[dict[str, str]]:
    """Give what was paid on an invoice: a payment among them may be this one."""
    linked = invoice.values.get("LinkedTxn")
    names = ("TxnID", "TxnType", "TxnDate", "RefNumber", "Amount")
    parts = [part for part in linked if isinstance(part, Mapping)] if isinstance(linked, list) else []
    return [{name: str(part[name]) for name in names if part.get(name) is not None} for part in parts]
