"""Turn the elements of a request into stored values: typed, references resolved, text as QuickBooks keeps it."""

from decimal import Decimal

from qbwc_service.qbxml.grammar import Element, iterate_elements
from qbwc_service.simulator.quickbooks import statuses
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.document import Node
from qbwc_service.simulator.quickbooks.entities import REFERENCES, name_space
from qbwc_service.simulator.quickbooks.records import Given, Ref, Value, Values

_NUMBERS = {"AMT", "PRICE", "QTY", "PCT", "FLOAT"}
_REFERENCE_PARTS = {"ListID", "FullName"}


def read_given(company: CompanyFile, node: Node, element: Element, *, kind: str) -> Given:
    """Give the values of an aggregate by element name; None where an empty element asks to clear.

    ``kind`` is the object being written, for the text of 3140 and for ParentRef. StatusError 3140.
    """
    grammar = {part.name: part for part in iterate_elements(element.content)}
    given: Given = {}
    for child in node.children:
        part = grammar[child.name]
        value = _read_value(company, child, part, kind=kind)
        known = given.get(child.name)
        if part.repeats:
            given[child.name] = [*(known if isinstance(known, list) else []), *([] if value is None else [value])]
        else:
            given[child.name] = value
    return given


def keep_text(company: CompanyFile, text: str) -> str:
    """Give a text as the company file keeps it: ANSI, so that other characters become question marks."""
    text = text.replace("\r\n", "\n")
    return text.encode("cp1252", "replace").decode("cp1252") if company.switches.windows_1252 else text


def merge(values: Values, given: Given) -> Values:
    """Give the values after a partial change: given ones replace, None clears, addresses merge by element."""
    merged = dict(values)
    for name, value in given.items():
        known = merged.get(name)
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict) and isinstance(known, dict) and name.endswith("Address"):
            merged[name] = {**known, **value}
        else:
            merged[name] = value
    return merged


def without_nothing(given: Given) -> Values:
    """Give the values of an Add: what is empty is as if it were not there."""
    return {name: value for name, value in given.items() if value is not None and value != {}}


def take_text(given: Given, name: str) -> str | None:
    """Take a text out of the given values: None when it was not given, ``""`` when it is to be cleared."""
    if name not in given:
        return None
    value = given.pop(name)
    return "" if value is None else str(value)


def take_ref(given: Given, name: str) -> Ref | None:
    """Take a reference out of the given values, or None."""
    value = given.pop(name, None)
    return value if isinstance(value, Ref) else None


def take_money(given: Given, name: str) -> Decimal | None:
    """Take an amount out of the given values, or None."""
    value = given.pop(name, None)
    return value if isinstance(value, Decimal) else None


def resolve_reference(company: CompanyFile, node: Node, kinds: tuple[str, ...], *, within: str) -> Ref | None:
    """Resolve ListID or FullName (ListID wins); None for an empty reference. StatusError 3140.

    An inactive entry cannot be used in something new: it is reported like a missing one.
    """
    list_id, name = node.value("ListID"), node.value("FullName")
    if not list_id and not name:
        return None
    entry = company.find_entry(kinds, list_id=list_id, name=name)
    if entry is None or not entry.is_active:
        raise statuses.invalid_reference(_shown_kind(kinds), list_id or name, within=within)
    return Ref(entry.list_id)


def _read_value(company: CompanyFile, node: Node, element: Element, *, kind: str) -> Value | None:
    if element.type is None:
        if _is_reference(element):
            kinds = (kind,) if node.name == "ParentRef" else REFERENCES.get(node.name, ())
            return resolve_reference(company, node, kinds, within=kind)
        return _without_empty(read_given(company, node, element, kind=kind))
    return _read_text(company, node.text, element.type) if node.text else None


def _read_text(company: CompanyFile, text: str, type_name: str) -> Value:
    if type_name in _NUMBERS:
        return Decimal(text)
    if type_name == "BOOL":
        return text in {"true", "1"}
    if type_name == "INT":
        return int(text)
    return keep_text(company, text) if type_name == "STR" else text


def _without_empty(given: Given) -> Values:
    return {name: "" if value is None else value for name, value in given.items()}


def _is_reference(element: Element) -> bool:
    return (
        element.name.endswith("Ref") and {part.name for part in iterate_elements(element.content)} == _REFERENCE_PARTS
    )


def _shown_kind(kinds: tuple[str, ...]) -> str:
    if len(kinds) == 1:
        return kinds[0]
    return {"Items": "Item", "Names": "Name"}.get(name_space(kinds[0]), name_space(kinds[0])) if kinds else "List"
