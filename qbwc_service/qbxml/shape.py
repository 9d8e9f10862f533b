"""Turn an element of an answer into plain values, typed by the grammar; what the grammar does not know is kept.

The work per element is small on purpose: answers have tens of thousands of objects.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from qbwc_service.qbxml.grammar import Choice, Element, iterate_elements
from qbwc_service.qbxml.parser import XmlElement
from qbwc_service.qbxml.request import LINES
from qbwc_service.qbxml.values import PARSERS, Value

Values = dict[str, object]


@dataclass(slots=True, kw_only=True, eq=False)
class Shape:
    """How to read one element.

    A value that stays text ``is_text``, ``parse`` reads another one, ``children`` are there for an aggregate; an
    element that the grammar does not know has none of them. ``texts`` are the names of the children that stay text
    and stand once: most of them, so they have a way of their own.
    """

    repeats: bool = False
    is_text: bool = False
    parse: Callable[[str], Value] | None = None
    children: "dict[str, Shape] | None" = None
    texts: frozenset[str] = frozenset()
    line_names: frozenset[str] = frozenset()
    has_attributes: bool = False


UNKNOWN = Shape()


@cache
def find_shape(element: Element) -> Shape:
    """Work out how to read an element; the second call is free."""
    if element.type is not None:
        parse = PARSERS.get(element.type)
        return Shape(repeats=element.repeats, is_text=parse is None, parse=parse)
    children: dict[str, Shape] = {}
    for child in iterate_elements(element.content):
        children[child.name] = find_shape(child)
    lines = _find_line_names(element)
    for name in lines:
        children[name] = _repeating(children[name])
    for name in tuple(children):
        # The reference spells some names with a small first letter, QuickBooks sends a capital one.
        children.setdefault(name[0].upper() + name[1:], children[name])
    return Shape(
        repeats=element.repeats,
        children=children,
        texts=frozenset(name for name, shape in children.items() if shape.is_text and not shape.repeats),
        line_names=lines if len(lines) > 1 else frozenset(),
        has_attributes=bool(element.attributes),
    )


def read_element(element: XmlElement, shape: Shape) -> object:
    """Give the value of an element: text or typed value for a leaf, a dict for an aggregate.

    What may repeat is always a list. Where lines of several kinds are mixed, ``lines`` holds all of them in order,
    each as an object with one key. Attributes, which only reports have, are keys that begin with ``@``.
    """
    if shape.children is None and (len(element) or element.attrib):
        return _read_unknown(element)  # Where a plain value is expected as well: nothing is lost.
    if shape.is_text:
        return element.text or ""
    if shape.parse is not None:
        return shape.parse(element.text or "")
    if shape.children is None:
        return _read_unknown(element)
    values = _read_children(element, shape)
    if shape.has_attributes:
        values.update(_read_attributes(element))
    return values


def _read_children(element: XmlElement, shape: Shape) -> Values:
    """Read what stands in an aggregate. Most of the time of reading an answer is spent here."""
    values: Values = {}
    lines: list[Values] = []
    known = shape.children or {}
    texts, line_names = shape.texts, shape.line_names
    for child in element:
        name = child.tag
        is_plain = not len(child)
        if is_plain and name in texts and name not in values and not child.keys():
            values[name] = child.text or ""
            continue
        found = known.get(name, UNKNOWN)
        parse = found.parse
        value = parse(child.text or "") if is_plain and parse and not child.keys() else read_element(child, found)
        if found.repeats or name in values:  # The second is unknown, or a surprise: nothing is lost.
            append_value(values, name, value)
        else:
            values[name] = value
        if name in line_names:
            lines.append({name: value})
    if lines and any(name not in lines[0] for name in line_names if name in values):
        values[LINES] = lines
    return values


def append_value(values: Values, name: str, value: object) -> None:
    """Add to what has this name: several values are a list."""
    present = values.get(name)
    if isinstance(present, list):
        present.append(value)
    elif name in values:
        values[name] = [present, value]
    else:
        values[name] = [value]


def _read_unknown(element: XmlElement) -> object:
    if len(element) == 0 and not element.attrib:
        return element.text or ""
    values = _read_children(element, UNKNOWN)
    values.update(_read_attributes(element))
    text = "".join(part for part in (element.text, *(child.tail for child in element)) if part and part.strip())
    if text:
        values["#text"] = text
    return values


def _read_attributes(element: XmlElement) -> Values:
    return {f"@{name!s}": value for name, value in element.attrib.items()}


def _find_line_names(element: Element) -> frozenset[str]:
    lines = [part for part in element.content if isinstance(part, Choice) and part.repeats]
    return frozenset(
        part.name for choice in lines for content in choice.alternatives for part in iterate_elements(content)
    )


def _repeating(shape: Shape) -> Shape:
    return replace(shape, repeats=True)
