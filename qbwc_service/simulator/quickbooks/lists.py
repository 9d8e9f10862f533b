"""Add, change and delete entries of every list: customers, items, accounts, terms and the rest, by one rule each.

What only some lists have (balances, the shapes of items) stands in ``entry_views``.
"""

from qbwc_service.qbxml.grammar import Element
from qbwc_service.simulator.quickbooks import statuses
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.document import Node
from qbwc_service.simulator.quickbooks.entities import is_hierarchical, name_space
from qbwc_service.simulator.quickbooks.intake import merge, read_given, take_ref, take_text, without_nothing
from qbwc_service.simulator.quickbooks.records import Entry, Given, Ref, Value, Values

_RENAMED = {
    "SalesOrPurchaseMod": "SalesOrPurchase",
    "SalesAndPurchaseMod": "SalesAndPurchase",
}
_LEFT_OUT = {
    "EditSequence", "ListID", "OpenBalance", "OpenBalanceDate", "InventoryDate", "TotalValue", "ForceUOMChange",
    "Contacts", "ContactsMod", "AdditionalNotes", "AdditionalNotesMod",
}  # fmt: skip
"""Accepted and forgotten: opening balances and the lists inside a customer are not simulated."""
_DEEPEST = 4


def add_entry(company: CompanyFile, node: Node, grammar: Element, *, kind: str) -> Entry:
    """Add an entry. StatusError 3090, 3100, 3140."""
    given = read_given(company, node, grammar, kind=kind)
    name, parent = take_text(given, "Name") or "", take_ref(given, "ParentRef")
    is_active = given.pop("IsActive", True) is not False
    external_guid = take_text(given, "ExternalGUID")
    values = _shape(without_nothing(given), kind)
    return create_entry(
        company, kind, name, parent=parent, is_active=is_active, external_guid=external_guid, values=values
    )


def create_entry(
    company: CompanyFile,
    kind: str,
    name: str,
    *,
    parent: Ref | None = None,
    is_active: bool = True,
    external_guid: str | None = None,
    values: Values | None = None,
    at: int | None = None,
) -> Entry:
    """Make an entry from values. StatusError 3090, 3100."""
    check_name(company, kind, name, parent=parent)
    moment = company.now() if at is None else at
    list_id, number = company.new_list_id(moment)
    entry = Entry(
        kind=kind,
        list_id=list_id,
        number=number,
        name=name,
        created=moment,
        modified=moment,
        parent=None if parent is None else parent.list_id,
        is_active=is_active,
        external_guid=external_guid,
        values=values or {},
    )
    company.tables.put_entry(entry)
    return entry


def modify_entry(company: CompanyFile, node: Node, grammar: Element, *, kind: str) -> Entry:
    """Change an entry: what is not given stays. StatusError 3120, 3200, 3090, 3100, 3140, 3170."""
    entry = company.get_entry(kind, node.value("ListID"))
    company.check_lock(entry.list_id)
    company.check_edit_sequence(entry, node.value("EditSequence"))
    given = read_given(company, node, grammar, kind=kind)
    change_entry(company, entry, given)
    return entry


def change_entry(company: CompanyFile, entry: Entry, given: Given) -> None:
    """Change an entry by values. StatusError 3090, 3100."""
    kind = entry.kind
    name = take_text(given, "Name") or entry.name
    parent = _new_parent(entry, given)
    if name != entry.name or parent != entry.parent:
        _check_ancestors(company, entry, parent)
        check_name(company, kind, name, parent=None if parent is None else Ref(parent), besides=entry.list_id)
    is_active = given.pop("IsActive", None)
    values = merge(entry.values, _shape_given(given, kind))
    company.tables.forget_names(entry)
    entry.name, entry.parent, entry.values = name, parent, values
    if isinstance(is_active, bool):
        entry.is_active = is_active
    company.tables.put_entry(entry)
    company.touch(entry)


def delete_entry(company: CompanyFile, kind: str, list_id: str) -> Entry:
    """Delete an entry that nothing uses; in multi-user mode it only becomes inactive. StatusError 3120, 3160, 3170."""
    entry = company.get_entry(kind, list_id)
    company.check_lock(list_id)
    if company.switches.multi_user:
        entry.is_active = False
        company.touch(entry)
        return entry
    if is_in_use(company, entry):
        raise statuses.cannot_delete(list_id, why="The object is in use.")
    company.record_deletion(entry)
    company.tables.remove_entry(entry)
    return entry


def is_in_use(company: CompanyFile, entry: Entry) -> bool:
    """Tell whether a transaction or another entry refers to the entry."""
    tables = company.tables
    if any(one.get(entry.list_id) for one in (tables.children_of, tables.ids_by_customer, tables.booked)):
        return True
    ref = Ref(entry.list_id)
    if any(_mentions(other.values, ref) for other in tables.entries.values() if other is not entry):
        return True
    for txn in tables.transactions.values():
        lines = [*txn.lines, *(member for line in txn.lines for member in line.members or ())]
        if _mentions(txn.values, ref) or any(_mentions(line.values, ref) for line in lines):
            return True
    return False


def check_name(company: CompanyFile, kind: str, name: str, *, parent: Ref | None, besides: str = "") -> None:
    """Refuse a name that is empty, has a colon, or is taken. StatusError 3090, 3100.

    Customers, vendors, employees and other names share one list of names, all kinds of items another.
    """
    if not name.strip() or ":" in name:
        raise statuses.cannot_store(name, "Name")
    full_name = name if parent is None else f"{company.full_name(parent)}:{name}"
    taken = company.tables.ids_by_name.get((name_space(kind), full_name.casefold()))
    if taken is not None and taken != besides:
        raise statuses.name_in_use(name)


def _new_parent(entry: Entry, given: Given) -> str | None:
    if "ParentRef" not in given or not is_hierarchical(entry.kind):
        return entry.parent
    parent = take_ref(given, "ParentRef")
    return None if parent is None else parent.list_id


def _check_ancestors(company: CompanyFile, entry: Entry, parent: str | None) -> None:
    depth, above = 0, parent
    while above is not None:
        depth += 1
        if above == entry.list_id or depth > _DEEPEST:
            raise statuses.cannot_store(company.tables.entries[above].name, "ParentRef")
        above = company.tables.entries[above].parent


def _shape_given(given: Given, kind: str) -> Given:
    return {_RENAMED.get(name, name): value for name, value in _bar_code(given, kind).items() if name not in _LEFT_OUT}


def _shape(values: Values, kind: str) -> Values:
    shaped = _shape_given(dict(values), kind)
    return {name: value for name, value in shaped.items() if value is not None}


def _bar_code(given: Given, kind: str) -> Given:
    if not kind.startswith("Item") or "BarCode" not in given:
        return given
    code = given.pop("BarCode")
    value: Value | None = code.get("BarCodeValue") if isinstance(code, dict) else None
    return {**given, "BarCodeValue": value}


def _mentions(value: Value, ref: Ref) -> bool:
    if isinstance(value, dict):
        return any(_mentions(one, ref) for one in value.values())
    if isinstance(value, list):
        return any(_mentions(one, ref) for one in value)
    return value == ref
