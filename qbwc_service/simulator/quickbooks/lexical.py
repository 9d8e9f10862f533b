"""Check the values of one request: form, length, range, enumeration. Each fault is a status of that request alone.

Live captures show 3040, 3045 and 3070 for a bad amount, a bad price and an over-long string; the other codes are
those of the SDK's list of format errors (3000 to 3099), and 3110 for a value outside its enumeration.
"""

import re
from datetime import date
from decimal import Decimal

from qbwc_service.qbxml.grammar import Element, iterate_elements
from qbwc_service.simulator.quickbooks import statuses
from qbwc_service.simulator.quickbooks.document import Node

_FIVE_PLACES = re.compile(r"[+-]?\d{1,10}(\.\d{1,5})?\Z")
_PATTERNS = {
    "AMT": re.compile(r"[+-]?\d{1,13}(\.\d{2})?\Z"),
    "PRICE": _FIVE_PLACES,
    "QTY": _FIVE_PLACES,
    "PCT": _FIVE_PLACES,
    "FLOAT": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z"),
    "INT": re.compile(r"[+-]?\d+\Z"),
    "BOOL": re.compile(r"(true|false|1|0)\Z"),
    "GUID": re.compile(r"(0|\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\})\Z"),
    "INTERVAL": re.compile(r"[+-]?PT(?=\d)(\d+H)?(\d+M)?(\d+S)?\Z"),
    "DATE": re.compile(r"\d{4}-\d{2}-\d{2}\Z"),
    "DATETIME": re.compile(r"\d{4}-\d{1,2}-\d{1,2}(T\d{1,2}(:\d{1,2}(:\d{1,2}([+-]\d{2}:\d{2})?)?)?)?\Z"),
}
_ID = re.compile(r"(-1|[0-9A-Fa-f]{1,16}-[0-9A-Fa-f]{1,16})\Z")
_LONGEST_REQUEST_ID = 50


def check_values(request: Node, element: Element, *, country: str = "US") -> bool:
    """Raise StatusError for the first bad value; tell whether elements of other editions were dropped (status 530)."""
    if len(request.attributes.get("requestID", "")) > _LONGEST_REQUEST_ID:
        raise statuses.StatusError(1060, "The requestID is invalid.")
    return _check_aggregate(request, element, country=country)


def _check_aggregate(node: Node, element: Element, *, country: str) -> bool:
    grammar = {part.name: part for part in iterate_elements(element.content)}
    foreign = [child for child in node.children if country not in grammar[child.name].editions]
    node.children = [child for child in node.children if child not in foreign]
    dropped = bool(foreign)
    for child in node.children:
        part = grammar[child.name]
        if part.type is None:
            dropped |= _check_aggregate(child, part, country=country)
        elif child.text and "useMacro" not in child.attributes:
            _check_value(child.text, part, country=country)
    return dropped


def _check_value(text: str, element: Element, *, country: str) -> None:
    kind = element.type or "STR"
    if kind == "ID":
        if not _ID.match(text):
            raise statuses.invalid_id(text, element.name)
    elif kind == "ENUM":
        if element.values and text not in element.values:
            raise statuses.unknown_choice(text, element.name)
    elif kind != "STR":
        _check_form(text, kind, element)
    longest = element.max_length.get(country)
    if longest is not None and len(text.replace("\r\n", "\n")) > longest:
        raise statuses.too_long(text, element.name, longest)


def _check_form(text: str, kind: str, element: Element) -> None:
    pattern = _PATTERNS.get(kind)
    if pattern is not None and not pattern.match(text):
        raise statuses.cannot_convert(kind, text, element.name)
    if kind in {"DATE", "DATETIME"}:
        _check_calendar(text, kind, element)
    if kind == "INT":
        number = Decimal(text)
        too_small = element.minimum is not None and number < element.minimum
        if too_small or (element.maximum is not None and number > element.maximum):
            raise statuses.cannot_convert(kind, text, element.name)


def _check_calendar(text: str, kind: str, element: Element) -> None:
    year, month, day = text.partition("T")[0].split("-")
    try:
        date(int(year), int(month), int(day))
    except ValueError as error:
        raise statuses.cannot_convert(kind, text, element.name) from error
