"""Read an element of an answer straight into a row, as a mirror wants it: no dict is built and no value read twice.

Whoever wants rows says with a ``Mould`` where each value goes; what it does not name, or cannot take, comes beside the
row, as ``shape.py`` reads it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from qbwc_service.errors import AnswerError
from qbwc_service.qbxml.grammar import Element
from qbwc_service.qbxml.parser import XmlElement
from qbwc_service.qbxml.shape import UNKNOWN, Shape, Values, append_value, find_shape, read_element

Row = list[object]


class UnreadableValueError(ValueError):
    """A value that is not of its element's type; it is kept beside the row, as text."""


class Place(NamedTuple):
    """Where an element goes: ``at`` is the position in the row, ``read`` turns its text into what the row holds.

    A reference has no ``read`` and takes two positions: its ListID, and its FullName behind it.
    """

    at: int
    read: Callable[[str], object] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mould:
    """How an element becomes a row of so many values, all None to begin with.

    ``places`` are those of its children, ``copies`` those of values deeper inside (``SalesOrPurchase/Price``), which
    stay beside the row as well; ``lines`` are children that become rows of their own.
    """

    element: Element
    width: int
    places: Mapping[str, Place]
    copies: Mapping[str, Place] = field(default_factory=dict)
    lines: Mapping[str, "Mould"] = field(default_factory=dict)


class RetRow(NamedTuple):
    """An element as a row; ``rest`` is what has no place in it, ``lines`` are its lines in QuickBooks' order."""

    name: str
    row: Row
    rest: Values
    lines: "list[RetRow]"


def read_row(element: XmlElement, mould: Mould) -> RetRow:
    """Read an object, with its lines. AnswerError if it is nested too deep. Most of a mirror's work is done here."""
    try:
        return _read_row(element, mould)
    except RecursionError:
        raise AnswerError(f"The answer is nested deeper than any object of QuickBooks: {element.tag}") from None


def _read_row(element: XmlElement, mould: Mould) -> RetRow:
    row: Row = [None] * mould.width
    rest: Values = {}
    lines: list[RetRow] = []
    places, line_moulds = mould.places, mould.lines
    for child in element:
        name = child.tag
        place = places.get(name)
        if place is None:
            line = line_moulds.get(name)
            if line is None:
                _keep(rest, child, mould)
            else:
                lines.append(_read_row(child, line))
        elif row[place[0]] is not None or not _put(child, place, row):
            _keep(rest, child, mould)
    for path, place in mould.copies.items():
        inner = element.find(path)
        if inner is not None:
            _put(inner, place, row)
    return RetRow(element.tag, row, rest, lines)


def _put(element: XmlElement, place: Place, row: Row) -> bool:
    """Put a value or a reference into the row; tell whether that is all there is of it."""
    at, read = place
    if read is None:
        return _put_reference(element, row, at)
    if len(element) or element.keys():
        return False
    try:
        row[at] = read(element.text or "")
    except UnreadableValueError:
        return False
    return True


def _put_reference(element: XmlElement, row: Row, at: int) -> bool:
    is_all = not element.keys()
    for child in element:
        name = child.tag
        to = at if name == "ListID" else at + 1
        if (to != at and name != "FullName") or row[to] is not None or len(child) or child.keys():
            is_all = False
        else:
            row[to] = child.text or ""
    return is_all


def _keep(rest: Values, element: XmlElement, mould: Mould) -> None:
    shape = _find_child(mould.element, element.tag)
    value = read_element(element, shape)
    if shape.repeats or element.tag in rest:
        append_value(rest, element.tag, value)
    else:
        rest[element.tag] = value


def _find_child(element: Element, name: str) -> Shape:
    return (find_shape(element).children or {}).get(name, UNKNOWN)
