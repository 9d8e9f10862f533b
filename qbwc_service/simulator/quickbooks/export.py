"""The whole company as plain texts, to be compared with what a server believes.

For each kind of entry and transaction: id → what a query with everything included shows, as the wire has it.
"""

from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.entities import LISTS, TRANSACTIONS
from qbwc_service.simulator.quickbooks.entry_views import view_entry
from qbwc_service.simulator.quickbooks.render import make_plan, write_dict
from qbwc_service.simulator.quickbooks.transaction_views import View, view_transaction


def export_company(
    company: CompanyFile, *, version: tuple[int, int] = (13, 0), country: str = "US"
) -> dict[str, dict[str, dict[str, object]]]:
    """Give ``{"Invoice": {TxnID: {"RefNumber": …, "BalanceRemaining": "45.00", "Lines": […]}}, …}``."""
    tables, view = company.tables, View(lines=True, links=True)
    exported: dict[str, dict[str, dict[str, object]]] = {}
    for kind in LISTS:
        plan = make_plan(f"{kind}QueryRs", f"{kind}Ret", version, country=country)
        exported[kind] = {
            entry.list_id: write_dict(plan, view_entry(company, entry), company.full_name)
            for entry in tables.entries_of(kind)
        }
    for kind in TRANSACTIONS:
        plan = make_plan(f"{kind}QueryRs", f"{kind}Ret", version, country=country)
        exported[kind] = {
            txn.txn_id: write_dict(plan, view_transaction(company, txn, view), company.full_name)
            for txn in tables.transactions_of(kind)
        }
    return exported
