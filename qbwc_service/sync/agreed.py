"""What was last agreed about a linked document: our content, and the record as QuickBooks gave it back.

A later change is merged against both (sync/look/merge.py). Of the record only what a request can change is kept.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache

from qbwc_service import qbxml
from qbwc_service.qbxml.grammar import Element, iterate_elements

APPLIED = "AppliedToTxnRet"
APPLIED_KEPT = frozenset({"TxnID", "Amount", "DiscountAmount"})
"""Of an application: the rest of it changes with the invoice, and is no change of the payment."""

ID = "TxnLineID"
IDENTITY = frozenset({ID, "PaymentTxnID"})


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


def pair_lines(
    record: Mapping[str, object], object_type: str, origins: Sequence[object]
) -> list[dict[str, object]] | None:
    """Say of each line of ours in a record where it comes from: its id with its origin.

    ``origins`` are those of all lines of the record, in order, None for a line that is not ours. None where they are
    not as many: nobody can say then which line is which.
    """
    lines = record.get(f"{object_type}LineRet")
    if not isinstance(lines, list) or len(lines) != len(origins):
        return None
    pairs = zip(lines, origins, strict=True)
    return [{ID: str(line.get(ID)), **origin} for line, origin in pairs if isinstance(origin, Mapping)]


def find_ids(lines: Sequence[Mapping[str, object]], origins: Sequence[Mapping[str, object]]) -> list[str | None]:
    """Give the ids of lines by their origins, as ``pair_lines`` kept them; None for a line that was not there."""
    known = {_origin_key(line): str(line.get(ID)) for line in lines}
    return [known.get(_origin_key(origin)) for origin in origins]


def _origin_key(origin: Mapping[str, object]) -> tuple[tuple[str, object], ...]:
    return tuple(sorted((name, value) for name, value in origin.items() if name != ID))


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
