"""The rule by which an element of an answer becomes columns of a mirror table.

``TxnDate`` goes to ``txn_date``, an amount to ``…_cents``, a reference to ``…_list_id`` and ``…_full_name``. What has
no column, or a value that does not look like its type, stays in ``raw``: nothing that QuickBooks says is lost.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from sqlalchemy import Table

from qbwc_service import qbxml
from qbwc_service.qbxml.grammar import Element, find_response, iterate_elements

Value = str | int | None
Read = Callable[[object], Value]
"""Turns a value into what the database's driver takes; Unreadable where it is not of its type."""

RENAMED: Mapping[str, str] = {"Desc": "description", "ItemDesc": "description", "SalesDesc": "description"}
DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", re.ASCII)
LARGEST = 2**63 - 1


class UnreadableValueError(ValueError):
    """A value that is not of its element's type."""


class Place(NamedTuple):
    """Where an element goes: ``at`` is the position in the row; a reference takes two, from ``at`` on.

    A value of the type ``as_it_is`` is what the database takes; others are read first.
    """

    at: int
    read: Read | None
    as_it_is: type | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A value inside of an aggregate that has a column as well."""

    path: tuple[str, ...]
    place: Place


def find_places(
    element: Element, table: Table, columns: tuple[str, ...], *, renamed: Mapping[str, str]
) -> dict[str, Place]:
    """Find the place of every child of a Ret element that has a column."""
    places = {}
    for child in iterate_elements(element.content):
        place = _find_place(child, table, columns, renamed.get(child.name))
        if place is not None:
            places[child.name] = place
    return places


def find_copies(
    element: Element, table: Table, columns: tuple[str, ...], *, copies: Mapping[str, str]
) -> tuple[Copy, ...]:
    """Find the copies that an object of this element has."""
    found = []
    for path, column in copies.items():
        inner: Element | None = element
        for name in path.split("."):
            inner = None if inner is None else _child(inner, name)
        place = None if inner is None else _find_place(inner, table, columns, column)
        if place is not None:
            found.append(Copy(path=tuple(path.split(".")), place=place))
    return tuple(found)


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


def _find_place(element: Element, table: Table, columns: tuple[str, ...], renamed: str | None) -> Place | None:
    name = renamed or RENAMED.get(element.name) or qbxml.snake_case(element.name)
    if element.repeats:
        return None
    if element.is_reference:
        column = f"{name.removesuffix('_ref')}_list_id"
        return Place(at=columns.index(column), read=None) if column in columns else None
    if element.type == "AMT":
        column = f"{name}_cents"
        return Place(at=columns.index(column), read=read_cents) if column in columns else None
    if element.type is None or name not in columns or name not in table.c:
        return None
    read = READERS.get(element.type, read_text)
    return Place(at=columns.index(name), read=read, as_it_is={read_text: str, read_flag: bool}.get(read))


def read_text(value: object) -> Value:
    """Read text as it is."""
    if isinstance(value, str):
        return value
    raise UnreadableValueError


def read_cents(value: object) -> Value:
    """Read an amount as whole hundredths."""
    if value is None:
        return None
    if isinstance(value, Decimal) and value.is_finite():
        hundredths = value * 100
        cents = int(hundredths)
        if cents == hundredths and abs(cents) <= LARGEST:
            return cents
    raise UnreadableValueError


def read_number(value: object) -> Value:
    """Read an exact number as text in full."""
    if value is None:
        return None
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    raise UnreadableValueError


def read_integer(value: object) -> Value:
    """Read a whole number."""
    if value is None or (isinstance(value, int) and abs(value) <= LARGEST):
        return value
    raise UnreadableValueError


def read_flag(value: object) -> Value:
    """Read yes or no."""
    if value is None or isinstance(value, bool):
        return value
    raise UnreadableValueError


def read_day(value: object) -> Value:
    """Read a calendar day as text; PostgreSQL and SQLite both take it."""
    if not value:
        return None
    if isinstance(value, str) and _is_day(value):
        return value
    raise UnreadableValueError


@lru_cache(maxsize=4096)  # Ten years; the same days come again and again.
def _is_day(text: str) -> bool:
    return DAY.fullmatch(text) is not None and qbxml.format_value(text, "DATE") == text


READERS: Mapping[str, Read] = {
    "BOOL": read_flag,
    "INT": read_integer,
    "DATE": read_day,
    "QTY": read_number,
    "PRICE": read_number,
    "PCT": read_number,
    "FLOAT": read_number,
}
