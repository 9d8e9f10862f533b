"""What is open: of an invoice, a payment, a credit memo, a customer, an account.

Nothing is kept twice: every balance is the sum of what stands in the file, so the books always agree.
"""

from decimal import Decimal

from qbwc_service.simulator.quickbooks.records import ZERO, Ref, Transaction
from qbwc_service.simulator.quickbooks.tables import Tables


def applied_to(tables: Tables, invoice: Transaction) -> Decimal:
    """Give what payments, credits and their discounts have taken off an invoice."""
    links = tables.links_to.get(invoice.txn_id)
    return sum((link.amount + link.discount for link in links), ZERO) if links else ZERO


def invoice_balance(tables: Tables, invoice: Transaction) -> Decimal:
    """Give what is still due."""
    return invoice.total - applied_to(tables, invoice)


def unapplied(tables: Tables, source: Transaction) -> Decimal:
    """Give what a payment (UnusedPayment) or a credit memo (CreditRemaining) still has to give."""
    links = tables.links_from.get(source.txn_id)
    return source.total - sum((link.amount for link in links), ZERO) if links else source.total


def customer_balance(tables: Tables, list_id: str) -> Decimal:
    """Give the balance of one customer or job by itself; pending documents do not post."""
    balance = tables.booked.get(list_id, ZERO)
    for txn_id in tables.ids_by_customer.get(list_id, ()):
        txn = tables.transactions[txn_id]
        if not txn.posts:
            continue
        if txn.kind == "Invoice":
            balance += invoice_balance(tables, txn)
        elif txn.kind in {"ReceivePayment", "CreditMemo"}:
            balance -= unapplied(tables, txn)
    return balance


def total_balance(tables: Tables, list_id: str) -> Decimal:
    """Give the balance of a customer with all of its jobs."""
    jobs = tables.children_of.get(list_id, ())
    return customer_balance(tables, list_id) + sum((total_balance(tables, job) for job in jobs), ZERO)


def account_balance(tables: Tables, list_id: str) -> Decimal:
    """Give the balance of a balance-sheet account that our transactions touch; others have none."""
    account, booked = tables.entries[list_id], tables.booked.get(list_id, ZERO)
    if account.values.get("AccountType") == "AccountsReceivable":
        return sum((_receivable(tables, txn, list_id) for txn in tables.transactions.values()), booked)
    return sum((_money_in(tables, txn, list_id) for txn in tables.transactions.values()), booked)


def _receivable(tables: Tables, txn: Transaction, list_id: str) -> Decimal:
    if txn.values.get("ARAccountRef") != Ref(list_id) or not txn.posts:
        return ZERO
    if txn.kind == "Invoice":
        return invoice_balance(tables, txn)
    return -unapplied(tables, txn)


def _money_in(tables: Tables, txn: Transaction, list_id: str) -> Decimal:
    if txn.kind in {"ReceivePayment", "SalesReceipt"}:
        here = txn.values.get("DepositToAccountRef") == Ref(list_id) and txn.txn_id not in tables.deposit_of
        return txn.total if here and txn.posts else ZERO
    if txn.kind != "Deposit":
        return ZERO
    amount = txn.total if txn.values.get("DepositToAccountRef") == Ref(list_id) else ZERO
    lines = (line for line in txn.lines if "PaymentTxnID" not in line.values)
    return amount - sum((line.amount for line in lines if line.values.get("AccountRef") == Ref(list_id)), ZERO)
