"""What was last agreed about a linked document: our content, and the record as QuickBooks gave it back.

A later change is merged against both (sync/look/merge.py). Of the record only what a request can change is kept.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from qbwc_service import qbxml
from qbwc_service.qbxml.grammar import Element, iterate_elements

APPLIED = "AppliedToTxnRet"
APPLIED_KEPT = frozenset({"TxnID", "Amount", "DiscountAmount"})
"""Of an application: the rest of it changes with the invoice, and is no change of the payment."""

IDENTITY = frozenset({"TxnLineID", "PaymentTxnID"})


def trim_record(values: Mapping[str, object], object_type: str) -> dict[str, object]:
    """Give what a request can change of a record, as JSON: header values by name, lines with their TxnLineID."""
    names = changeable(object_type)
    kept: dict[str, object] = {}
    for name, value in values.items():
        stem = name.removesuffix("Ret")
        if name == APPLIED and isinstance(value, list):
            kept[name] = [plain({key: part[key] for key in part if key in APPLIED_KEPT}) for part in value]
        elif stem != name and f"{stem}Mod" in names and isinstance(value, list):
            lines = changeable_line(object_type, f"{stem}Mod") | IDENTITY
            kept[name] = [plain({key: part[key] for key in part if key in lines}) for part in value]
        elif name in names or f"{name}Mod" in names:
            kept[name] = plain(value)
    return kept


def plain(value: object) -> object:
    """Make a value comparable and storable: equal amounts become the same text."""
    match value:
        case bool():
            return value
        case Decimal():
            return format(value.normalize(), "f")
        case Mapping():
            return {str(name): plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
        case _:
            return value


@cache
def changeable(object_type: str) -> frozenset[str]:
    """Give the names of what a Mod of this type can hold; nothing where QuickBooks has no such request."""
    element = _mod(object_type)
    return frozenset() if element is None else frozenset(part.name for part in iterate_elements(element.content))


@cache
def changeable_line(object_type: str, line: str) -> frozenset[str]:
    """Give the names of what a line of such a Mod can hold."""
    element = _mod(object_type)
    parts = () if element is None else iterate_elements(element.content)
    found = next((part for part in parts if part.name == line), None)
    return frozenset() if found is None else frozenset(part.name for part in iterate_elements(found.content))


@cache
def is_clearable(object_type: str, name: str) -> bool:
    """Say whether a value can be taken away: text can, by an empty element; references and amounts cannot."""
    element = _mod(object_type)
    parts = () if element is None else iterate_elements(element.content)
    return any(part.name == name and part.type == "STR" for part in parts)


def _mod(object_type: str) -> Element | None:
    request = qbxml.grammar.find_request(f"{object_type}ModRq")
    return None if request is None else next(iterate_elements(request.content))
