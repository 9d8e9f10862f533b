"""The same amounts as the mirror's tables have them, and as they stand in the simulated company's books."""

from collections import Counter
from decimal import Decimal

from sqlalchemy import Table, select

from qbwc_service.simulator.quickbooks import balances
from qbwc_service.store import mirror_lists, mirror_transactions
from tests.money.ledger import NOTHING, Money
from tests.office import Office
from tests.rows import links

ACCOUNTS = ("Checking", "Undeposited Funds", "Accounts Receivable")
FEES = "Merchant Fees"


def books(office: Office) -> Money:
    """What stands in QuickBooks itself."""
    tables, names = office.company.tables, _names(office)
    found: Money = {}
    applied: Counter[str] = Counter()
    for txn_id, txn in tables.transactions.items():
        name = names[txn_id]
        match txn.kind:
            case "Invoice":
                found |= {f"total {name}": txn.total, f"open {name}": balances.invoice_balance(tables, txn)}
            case "ReceivePayment" | "CreditMemo":
                found[f"rest {name}"] = balances.unapplied(tables, txn)
                for link in tables.links_from.get(txn_id, ()):
                    applied[f"{name} pays {names[link.target]}"] += link.amount  # type: ignore[assignment]
            case "Deposit":
                found[f"deposit {name}"] = txn.total
        if txn.kind in {"ReceivePayment", "SalesReceipt"}:
            found[f"came in {name}"] = txn.total
    for entry in tables.entries_of("Customer"):
        if name := names.get(entry.list_id):
            found[f"owes {name}"] = balances.customer_balance(tables, entry.list_id)
            found[f"with jobs {name}"] = balances.total_balance(tables, entry.list_id)
    accounts = {entry.name: entry.list_id for entry in tables.entries_of("Account")}
    found |= {f"in {name}": balances.account_balance(tables, accounts[name]) for name in ACCOUNTS}
    found["fees"] = balances.account_balance(tables, accounts[FEES])
    return found | dict(applied)  # type: ignore[arg-type]


def mirror(office: Office) -> Money:
    """What plain SQL finds in the mirror."""
    names = _names(office)
    found: Money = {}
    for row in _rows(office, mirror_transactions.qb_invoices):
        open_, total = row["balance_remaining_cents"], row["subtotal_cents"] + (row["sales_tax_total_cents"] or NOTHING)
        found |= {f"total {names[row['txn_id']]}": total, f"open {names[row['txn_id']]}": open_}
        assert row["is_paid"] is (open_ == 0)
        assert row["applied_amount_cents"] == open_ - total
    for words, table, column in (
        ("rest", mirror_transactions.qb_payments, "unused_payment"),
        ("rest", mirror_transactions.qb_credit_memos, "credit_remaining"),
        ("came in", mirror_transactions.qb_payments, "total_amount"),
        ("came in", mirror_transactions.qb_sales_receipts, "total_amount"),
        ("deposit", mirror_transactions.qb_deposits, "deposit_total"),
    ):
        found |= {f"{words} {names[row['txn_id']]}": row[f"{column}_cents"] for row in _rows(office, table)}
    for row in _rows(office, mirror_lists.qb_customers):
        if name := names.get(row["list_id"]):
            found |= {f"owes {name}": row["balance_cents"], f"with jobs {name}": row["total_balance_cents"]}
    accounts = {row["name"]: row["balance_cents"] for row in _rows(office, mirror_lists.qb_accounts)}
    found |= {f"in {name}": accounts[name] for name in ACCOUNTS}
    lines = _lines_of(office, mirror_transactions.qb_deposits, mirror_transactions.qb_deposit_lines)
    found["fees"] = -sum((row["amount_cents"] for row in lines if row["account_full_name"] == FEES), NOTHING)
    return found | _applications(office, names)


def _applications(office: Office, names: dict[str, str]) -> Money:
    found: Counter[str] = Counter()
    tables = mirror_transactions
    for row in _lines_of(office, tables.qb_payments, tables.qb_payment_applications):
        found[f"{names[row['txn_id']]} pays {names[row['applied_txn_id']]}"] += row["amount_cents"]
    for row in _lines_of(office, tables.qb_invoices, tables.qb_invoice_linked_txns):
        if row["txn_type"] == "CreditMemo":
            found[f"{names[row['linked_txn_id']]} pays {names[row['txn_id']]}"] -= row["amount_cents"]
    return dict(found)  # type: ignore[arg-type]


def _lines_of(office: Office, parents: Table, lines: Table) -> list[dict[str, Decimal]]:
    """The lines of those that are not deleted."""
    here = {row["txn_id"] for row in _rows(office, parents)}
    return [row for row in _rows(office, lines) if row["txn_id"] in here]


def _rows(office: Office, table: Table) -> list[dict[str, Decimal]]:
    query = select(table).where(table.c.connection_id == office.connection_id)
    if "deleted_at" in table.c:
        query = query.where(table.c.deleted_at.is_(None))
    with office.database.reading() as db:
        return [dict(row) for row in db.execute(query).mappings()]


def _names(office: Office) -> dict[str, str]:
    return {quickbooks_id: name for name, quickbooks_id in links(office.database, office.connection_id).items()}
