"""Delete and void transactions, and report what was deleted in the last 90 days.

Deleting a payment or an invoice takes its applications back; a voided document keeps its record with zero amounts and
a memo that begins with ``VOID:`` [public documentation; the memo's prefix is not certain]. Neither takes an
EditSequence.
"""

from collections.abc import Iterable

from qbwc_service.simulator.quickbooks import statuses
from qbwc_service.simulator.quickbooks.company_file import KEPT_DELETIONS, CompanyFile
from qbwc_service.simulator.quickbooks.deposits import free_payments
from qbwc_service.simulator.quickbooks.entities import VOIDABLE
from qbwc_service.simulator.quickbooks.links import unlink_source, unlink_target
from qbwc_service.simulator.quickbooks.records import ZERO, Deletion, Transaction
from qbwc_service.simulator.quickbooks.sales import void_lines

VOID_PREFIX = "VOID: "


def delete_transaction(company: CompanyFile, kind: str, txn_id: str) -> Transaction:
    """Delete a transaction. StatusError 3120, 3160 (deposited), 3171, 3175."""
    txn = company.get_transaction(kind, txn_id)
    _check(company, txn)
    if txn.txn_id in company.tables.deposit_of:
        raise statuses.cannot_delete(txn_id, why="This payment has already been deposited.")
    _take_out(company, txn)
    company.record_deletion(txn)
    company.tables.remove_transaction(txn)
    return txn


def void_transaction(company: CompanyFile, kind: str, txn_id: str) -> Transaction:
    """Void a transaction. StatusError 3120, 3170 (deposited), 3171, 3175."""
    txn = company.get_transaction(kind, txn_id)
    if kind not in VOIDABLE:
        raise statuses.cannot_modify(txn_id, why="This transaction cannot be voided.")
    _check(company, txn)
    if txn.txn_id in company.tables.deposit_of:
        raise statuses.cannot_modify(txn_id, why="This transaction has already been deposited.")
    _take_out(company, txn)
    void_lines(txn.lines)
    txn.subtotal = txn.tax = txn.total = ZERO
    memo = str(txn.values.get("Memo", ""))
    if not txn.is_void:
        txn.values["Memo"] = f"{VOID_PREFIX}{memo}".strip()
    txn.is_void = True
    company.touch(txn)
    return txn


def recent_deletions(
    company: CompanyFile, kinds: Iterable[str], *, since: int | None, until: int | None
) -> list[Deletion]:
    """List the deletions of these kinds, grouped by kind; older than 90 days is forgotten."""
    oldest = company.now() - KEPT_DELETIONS
    return [
        deletion
        for kind in dict.fromkeys(kinds)
        for deletion in company.tables.deletions
        if deletion.kind == kind
        and deletion.deleted >= max(oldest, since or oldest)
        and (until is None or deletion.deleted <= until)
    ]


def _check(company: CompanyFile, txn: Transaction) -> None:
    company.check_lock(txn.txn_id)
    company.check_closing_date(txn.date)
    for link in (*company.tables.links_to.get(txn.txn_id, ()), *company.tables.links_from.get(txn.txn_id, ())):
        other = link.source if link.target == txn.txn_id else link.target
        company.check_lock(other, is_related=True)


def _take_out(company: CompanyFile, txn: Transaction) -> None:
    unlink_target(company, txn)
    unlink_source(company, txn)
    if txn.kind == "Deposit":
        free_payments(company, txn)
