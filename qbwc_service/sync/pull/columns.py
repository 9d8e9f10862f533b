"""The rule by which an element of an answer becomes columns of a mirror table.

``TxnDate`` goes to ``txn_date``, an amount to ``…_cents``, a reference to ``…_list_id`` and ``…_full_name``. What has
no column, or a value that does not look like its type, stays in ``raw``: nothing that QuickBooks says is lost.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache, lru_cache

from sqlalchemy import Table

from qbwc_service import qbxml
from qbwc_service.qbxml.grammar import Element, find_response, iterate_elements

Value = str | int | None
Read = Callable[[str], Value]
"""Turns a text into what the database's driver takes; UnreadableValueError where it is not of its type."""

RENAMED: Mapping[str, str] = {"Desc": "description", "ItemDesc": "description", "SalesDesc": "description"}
LARGEST = 2**63 - 1

_DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", re.ASCII)
_PLAIN_AMOUNT = re.compile(r"-?\d{1,15}\.\d\d", re.ASCII)
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?", re.ASCII)


def find_places(
    element: Element, table: Table, columns: tuple[str, ...], *, renamed: Mapping[str, str]
) -> dict[str, qbxml.Place]:
    """Find the place of every child of a Ret element that has a column."""
    places = {}
    for child in iterate_elements(element.content):
        place = _find_place(child, table, columns, renamed.get(child.name))
        if place is not None:
            places[child.name] = place
    return places


def find_copies(
    element: Element, table: Table, columns: tuple[str, ...], *, copies: Mapping[str, str]
) -> dict[str, qbxml.Place]:
    """Find the copies that an object of this element has."""
    found = {}
    for path, column in copies.items():
        inner: Element | None = element
        for name in path.split("/"):
            inner = None if inner is None else _child(inner, name)
        place = None if inner is None else _find_place(inner, table, columns, column)
        if place is not None:
            found[path] = place
    return found


@cache
def find_ret(query: str, ret: str) -> Element | None:
    """Give the grammar of a Ret element of a query's answer."""
    response = find_response(f"{query}QueryRs")
    return None if response is None else _child(response, ret)


def find_line(ret: Element, name: str) -> Element | None:
    """Give the grammar of a line's element inside of a Ret."""
    return _child(ret, name)


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in iterate_elements(element.content) if child.name == name), None)


def _find_place(element: Element, table: Table, columns: tuple[str, ...], renamed: str | None) -> qbxml.Place | None:
    name = renamed or RENAMED.get(element.name) or qbxml.snake_case(element.name)
    if element.repeats:
        return None
    if element.is_reference:
        column = f"{name.removesuffix('_ref')}_list_id"
        return qbxml.Place(at=columns.index(column), read=None) if column in columns else None
    if element.type == "AMT":
        column = f"{name}_cents"
        return qbxml.Place(at=columns.index(column), read=read_cents) if column in columns else None
    if element.type is None or name not in columns or name not in table.c:
        return None
    return qbxml.Place(at=columns.index(name), read=READERS.get(element.type, str))


def read_cents(text: str) -> Value:
    """Read an amount as whole hundredths."""
    if _PLAIN_AMOUNT.fullmatch(text):
        return int(text[:-3] + text[-2:])
    value = qbxml.parse_value(text, "AMT")
    if value is None:
        return None
    if isinstance(value, Decimal):
        hundredths = value * 100
        cents = int(hundredths)
        if cents == hundredths and abs(cents) <= LARGEST:
            return cents
    raise qbxml.UnreadableValueError


def read_number(text: str) -> Value:
    """Read an exact number as text in full."""
    if _PLAIN_NUMBER.fullmatch(text):
        return text
    value = qbxml.parse_value(text, "QTY")
    if value is None:
        return None
    if isinstance(value, Decimal):
        return format(value, "f")
    raise qbxml.UnreadableValueError


def read_integer(text: str) -> Value:
    """Read a whole number."""
    value = qbxml.parse_value(text, "INT")
    if value is None or (isinstance(value, int) and abs(value) <= LARGEST):
        return value
    raise qbxml.UnreadableValueError


def read_flag(text: str) -> Value:
    """Read yes or no."""
    value = qbxml.parse_value(text, "BOOL")
    if value is None or isinstance(value, bool):
        return value
    raise qbxml.UnreadableValueError


def read_day(text: str) -> Value:
    """Read a calendar day as text; PostgreSQL and SQLite both take it."""
    if not text:
        return None
    if _is_day(text):
        return text
    raise qbxml.UnreadableValueError


@lru_cache(maxsize=4096)  # Ten years; the same days come again and again.
def _is_day(text: str) -> bool:
    return _DAY.fullmatch(text) is not None and qbxml.format_value(text, "DATE") == text


READERS: Mapping[str, Read] = {
    "BOOL": read_flag,
    "INT": read_integer,
    "DATE": read_day,
    "QTY": read_number,
    "PRICE": read_number,
    "PCT": read_number,
    "FLOAT": read_number,
}
"""How each type is read; of the others the text is taken as it is."""
