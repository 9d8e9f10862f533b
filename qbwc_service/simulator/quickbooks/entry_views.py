"""What an answer shows of a list entry beyond what was entered: full name, balances, address blocks, defaults."""

from decimal import Decimal

from qbwc_service.simulator.quickbooks.balances import account_balance, customer_balance, total_balance
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.records import Entry, Ref, Value, Values

_BALANCE_SHEET = {"Bank", "AccountsReceivable", "OtherCurrentAsset"}
_ADDRESS_LINES = ("Addr1", "Addr2", "Addr3", "Addr4", "Addr5")


def view_entry(company: CompanyFile, entry: Entry) -> Values:
    """Give everything that a Ret of this entry may show, by element name."""
    parent = entry.parent
    values: Values = {
        **entry.values,
        "ListID": entry.list_id,
        "TimeCreated": company.wall.show(entry.created),
        "TimeModified": company.wall.show(entry.modified),
        "EditSequence": str(entry.modified),
        "Name": entry.name,
        "FullName": company.tables.full_name(entry),
        "IsActive": entry.is_active,
        "Sublevel": _level(company, entry),
    }
    if parent is not None:
        values["ParentRef"] = Ref(parent)
    if entry.external_guid:
        values["ExternalGUID"] = entry.external_guid
    if entry.kind == "Customer":
        values.update(_customer(company, entry))
    elif entry.kind == "Account":
        values.update(_account(company, entry))
    elif entry.kind == "ItemInventory":
        values.update(_inventory(entry))
    return values


def address_block(address: Value | None) -> Values:
    """Give an address as the lines that are printed: the block that answers show beside the address."""
    if not isinstance(address, dict):
        return {}
    lines = [str(address[name]) for name in _ADDRESS_LINES if address.get(name)]
    town = ", ".join(str(address[name]) for name in ("City", "State") if address.get(name))
    town = f"{town} {address.get('PostalCode', '')}".strip()
    lines += [line for line in (town, str(address.get("Country", ""))) if line]
    return dict(zip(_ADDRESS_LINES, lines, strict=False))


def _level(company: CompanyFile, entry: Entry) -> int:
    level, parent = 0, entry.parent
    while parent is not None:
        level, parent = level + 1, company.tables.entries[parent].parent
    return level


def _customer(company: CompanyFile, entry: Entry) -> Values:
    tables = company.tables
    return {
        "Balance": customer_balance(tables, entry.list_id),
        "TotalBalance": total_balance(tables, entry.list_id),
        "JobStatus": entry.values.get("JobStatus", "None"),
        "BillAddressBlock": address_block(entry.values.get("BillAddress")),
        "ShipAddressBlock": address_block(entry.values.get("ShipAddress")),
    }


def _account(company: CompanyFile, entry: Entry) -> Values:
    kind = str(entry.values.get("AccountType", ""))
    if kind not in _BALANCE_SHEET:
        return {}
    balance = account_balance(company.tables, entry.list_id)
    children = company.tables.children_of.get(entry.list_id, ())
    below = sum((account_balance(company.tables, child) for child in children), Decimal("0.00"))
    return {"Balance": balance, "TotalBalance": balance + below}


def _inventory(entry: Entry) -> Values:
    zero = Decimal(0)
    names = ("QuantityOnHand", "AverageCost", "QuantityOnOrder", "QuantityOnSalesOrder")
    return {name: entry.values.get(name, zero) for name in names}
