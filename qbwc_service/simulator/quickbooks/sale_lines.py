"""The lines of a sale as they are entered, changed and shown.

A Mod that names lines replaces the list: lines with a known TxnLineID stay (in the document's order, else 3290), -1
adds one, what is not named is deleted [Intuit's InvoiceMod reference; live 3290 reports].
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from qbwc_service.qbxml.grammar import Element, iterate_elements
from qbwc_service.simulator.quickbooks import statuses
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.document import Node
from qbwc_service.simulator.quickbooks.intake import merge, read_given, without_nothing
from qbwc_service.simulator.quickbooks.line_amounts import item_of, sales_description
from qbwc_service.simulator.quickbooks.records import DataExtension, Given, Line, Ref, Value, Values
from qbwc_service.simulator.quickbooks.render import NAME

NEW_LINE = "-1"
_LEFT_OUT = {
    "TxnLineID",
    "OverrideItemAccountRef",
    "OptionForPriceRuleConflict",
    "PriceLevelRef",
    "DataExt",
    "LinkToTxn",
}
_PRICED_BY = {"ItemRef", "Quantity", "Rate", "RatePercent"}
_NOT_CLEARABLE = ("ItemRef", "Quantity", "Rate", "Amount", "SalesTaxCodeRef", "OverrideItemAccountRef")


def read_new_lines(company: CompanyFile, node: Node, grammar: Element, *, kind: str) -> list[Line]:
    """Make the lines of an Add request."""
    parts = {part.name: part for part in iterate_elements(grammar.content)}
    lines = []
    for child in node.children:
        if child.name == f"{kind}LineAdd":
            lines.append(_new_line(company, read_given(company, child, parts[child.name], kind=kind)))
        elif child.name == f"{kind}LineGroupAdd":
            lines.append(_new_group(company, read_given(company, child, parts[child.name], kind=kind)))
    return lines


def names_lines(node: Node, kind: str) -> bool:
    """Tell whether a Mod request gives a list of lines."""
    return node.has(f"{kind}LineMod") or node.has(f"{kind}LineGroupMod")


def read_changed_lines(
    company: CompanyFile, node: Node, grammar: Element, *, kind: str, known: Sequence[Line]
) -> list[Line]:
    """Make the lines after a Mod request. StatusError 3120 for an unknown TxnLineID, 3290 for a wrong order."""
    parts = {part.name: part for part in iterate_elements(grammar.content)}
    named = [child for child in node.children if child.name in {f"{kind}LineMod", f"{kind}LineGroupMod"}]
    check_order([child.value("TxnLineID") for child in named], [line.line_id for line in known])
    by_id = {line.line_id: line for line in known}
    lines = []
    for child in named:
        given = read_given(company, child, parts[child.name], kind=kind)
        before = by_id.get(child.value("TxnLineID"))
        if child.name == f"{kind}LineGroupMod":
            lines.append(_changed_group(company, child, parts[child.name], kind=kind, given=given, before=before))
        else:
            lines.append(_changed_line(company, given, before))
    return lines


def check_order(named: Sequence[str], known: Sequence[str]) -> None:
    """Check the TxnLineIDs of a Mod. StatusError 3120, 3290."""
    positions = []
    for line_id in named:
        if line_id == NEW_LINE:
            continue
        if line_id not in known:
            raise statuses.not_found(line_id)
        positions.append(known.index(line_id))
    if positions != sorted(set(positions)):
        raise statuses.wrong_order()


def make_line(company: CompanyFile, values: Values) -> Line:
    """Make a line from values, with what its item brings; its id is given when the document is stored."""
    line = Line(line_id="", values=values)
    item = item_of(company, line)
    if item is not None:
        description = sales_description(item)
        if description and "Desc" not in values:
            values["Desc"] = description
        if company.switches.line_tax_from_item and "SalesTaxCodeRef" not in values:
            values.update(_tax_code(item.values))
    return line


def number_lines(company: CompanyFile, lines: Sequence[Line], at: int) -> None:
    """Give every new line its TxnLineID."""
    for line in lines:
        if not line.line_id:
            line.line_id = company.new_txn_id(at)[0]
        number_lines(company, line.members or (), at)


def view_lines(lines: Sequence[Line], *, kind: str, owners: Sequence[str]) -> list[Value]:
    """Give the lines as an answer shows them, in order."""
    return [_view_line(line, kind=kind, owners=owners) for line in lines]


def view_extensions(extensions: Sequence[DataExtension], owners: Sequence[str]) -> list[Value]:
    """Give the custom fields of the owners that were asked for."""
    return [
        {"OwnerID": one.owner_id, "DataExtName": one.name, "DataExtType": one.type, "DataExtValue": one.value}
        for one in extensions
        if one.owner_id.casefold() in owners
    ]


def _view_line(line: Line, *, kind: str, owners: Sequence[str]) -> Value:
    view: Values = {**line.values, "TxnLineID": line.line_id, NAME: f"{kind}LineRet"}
    if owners and line.extensions:
        view["DataExtRet"] = view_extensions(line.extensions, owners)
    if line.members is not None:
        view[NAME] = f"{kind}LineGroupRet"
        view["TotalAmount"] = line.amount
        view[f"{kind}LineRet"] = view_lines(line.members, kind=kind, owners=owners)
    return view


def _new_line(company: CompanyFile, given: Given) -> Line:
    extensions = _extensions(given.get("DataExt"))
    line = make_line(company, _clean(without_nothing(given)))
    line.extensions = extensions
    return line


def _new_group(company: CompanyFile, given: Given) -> Line:
    values = _clean(without_nothing(given))
    ref = values.get("ItemGroupRef")
    group = company.tables.entries[ref.list_id] if isinstance(ref, Ref) else None
    content = group.values.get("ItemGroupLine", []) if group is not None else []
    values["IsPrintItemsInGroup"] = group is not None and group.values.get("IsPrintItemsInGroup") is True
    if group is not None and group.values.get("ItemDesc"):
        values["Desc"] = str(group.values["ItemDesc"])
    line = Line(line_id="", values=values, members=[])
    for part in content if isinstance(content, list) else []:
        if isinstance(part, dict):
            line.members = [*(line.members or []), _member(company, part, values.get("Quantity"))]
    return line


def _member(company: CompanyFile, part: Mapping[str, Value], groups: Value | None) -> Line:
    values: Values = {"ItemRef": part["ItemRef"]} if "ItemRef" in part else {}
    each = part.get("Quantity")
    if each is not None or groups is not None:
        values["Quantity"] = _product(each, groups)
    return make_line(company, values)


def _product(each: Value | None, times: Value | None) -> Value:
    one = Decimal(1)
    return (each if isinstance(each, Decimal) else one) * (times if isinstance(times, Decimal) else one)


def _changed_line(company: CompanyFile, given: Given, before: Line | None) -> Line:
    if before is None:
        return _new_line(company, given)
    for name in _NOT_CLEARABLE:
        if name in given and given[name] is None:
            raise statuses.cannot_store("", name)
    item_changed = "ItemRef" in given and given["ItemRef"] != before.values.get("ItemRef")
    values = dict(before.values)
    stale = _stale_after(given, item_changed=item_changed, was_percent="RatePercent" in values)
    for name in stale - set(given):
        values.pop(name, None)
    line = make_line(company, _clean(merge(values, given)))
    line.line_id, line.extensions = before.line_id, before.extensions
    return line


def _stale_after(given: Given, *, item_changed: bool, was_percent: bool) -> set[str]:
    stale: set[str] = set()
    if item_changed:
        stale |= {"Desc", "Rate", "RatePercent", "Amount", "SalesTaxCodeRef"}
    if given.keys() & _PRICED_BY or was_percent:
        stale.add("Amount")
    if "Amount" in given or "RatePercent" in given:
        stale.add("Rate")
    if "Rate" in given:
        stale.add("RatePercent")
    return stale


def _changed_group(
    company: CompanyFile, node: Node, grammar: Element, *, kind: str, given: Given, before: Line | None
) -> Line:
    inner = [child for child in node.children if child.name == f"{kind}LineMod"]
    given.pop(f"{kind}LineMod", None)
    if before is None:
        group = _new_group(company, given)
    else:
        group = Line(line_id=before.line_id, values=_clean(merge(before.values, given)), members=before.members)
    if inner:
        known = group.members or []
        check_order([child.value("TxnLineID") for child in inner], [line.line_id for line in known])
        part = {one.name: one for one in iterate_elements(grammar.content)}[f"{kind}LineMod"]
        by_id = {line.line_id: line for line in known}
        group.members = [
            _changed_line(company, read_given(company, child, part, kind=kind), by_id.get(child.value("TxnLineID")))
            for child in inner
        ]
    return group


def _clean(values: Values) -> Values:
    return {name: value for name, value in values.items() if name not in _LEFT_OUT}


def _tax_code(values: Values) -> Values:
    return {"SalesTaxCodeRef": values["SalesTaxCodeRef"]} if "SalesTaxCodeRef" in values else {}


def _extensions(value: Value | None) -> list[DataExtension]:
    if not isinstance(value, list):
        return []
    return [
        DataExtension(
            owner_id=str(one["OwnerID"]),
            name=str(one["DataExtName"]),
            type="STR255TYPE",
            value=str(one["DataExtValue"]),
        )
        for one in value
        if isinstance(one, dict)
    ]
