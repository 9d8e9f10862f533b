"""Write stored values as the elements of an answer, in the grammar's order.

A plan is made once per kind of object, version and edition; writing an object is then one walk over its plan. What
the document's version does not know is left out, as QuickBooks does.
"""

import html
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TypeAlias

from qbwc_service.qbxml.grammar import Choice, Element, find_response, iterate_elements
from qbwc_service.simulator.quickbooks.records import Ref, Value, Values

Tree: TypeAlias = list[tuple[str, "str | Tree"]]
LINES = "@lines"
"""The key under which the lines of a document stand, as [{"@name": "InvoiceLineRet", …}] in the document's order."""
NAME = "@name"
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One place of a plan: an element with its type, or (without name) the place of the lines."""

    name: str
    type: str | None
    plan: "tuple[Slot, ...]" = ()


@cache
def make_plan(response: str, ret: str, version: tuple[int, int], *, country: str = "US") -> tuple[Slot, ...]:
    """Make the plan of one Ret element of a response; empty when the version does not know it."""
    message = find_response(response)
    if message is None:
        return ()
    element = next((one for one in iterate_elements(message.content) if one.name == ret), None)
    if element is None or element.since > version:
        return ()
    return tuple(_open(element.content, version, country=country))


def write_tree(plan: Sequence[Slot], values: Values, full_name: Callable[[Ref], str]) -> Tree:
    """Give the elements of an object in order; what has no value is not written."""
    tree: Tree = []
    for slot in plan:
        if not slot.name:
            _write_lines(tree, slot, values.get(LINES), full_name)
            continue
        value = values.get(slot.name)
        if value is None:
            continue
        for one in value if isinstance(value, list) else (value,):
            _write_value(tree, slot, one, full_name)
    return tree


def write_dict(plan: Sequence[Slot], values: Values, full_name: Callable[[Ref], str]) -> dict[str, object]:
    """Give the elements of an object as texts by name, for comparisons; what repeats is a list.

    Lines of a document stand under ``Lines``, in order, each with its element's name under ``@name``.
    """
    shown: dict[str, object] = {}
    for slot in plan:
        if not slot.name:
            inner = {one.name: one for one in slot.plan}
            lines = values.get(LINES)
            shown["Lines"] = [
                {NAME: line[NAME], **write_dict(inner[str(line[NAME])].plan, line, full_name)}
                for line in (lines if isinstance(lines, list) else [])
                if isinstance(line, dict)
            ]
            continue
        value = values.get(slot.name)
        if isinstance(value, list):
            shown[slot.name] = [_show(slot, one, full_name) for one in value]
        elif value is not None:
            shown[slot.name] = _show(slot, value, full_name)
    return shown


def write_xml(tree: Tree) -> str:
    """Give the tree as text."""
    parts: list[str] = []
    _write_elements(tree, parts)
    return "\n".join(parts)


def escape(text: str) -> str:
    """Escape a text for an element."""
    return html.escape(text, quote=False)


def format_value(value: Value, type_name: str | None) -> str:
    """Write one value: amounts with two places, prices with two to five, quantities without trailing zeros."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format_number(value, type_name)
    return str(value)


def format_number(value: Decimal, type_name: str | None) -> str:
    """Write a number as real answers do: ``-55.00``, ``103.00``, ``2``, ``7.25`` [public captures]."""
    value = value or abs(value)  # A discount of nothing is no minus zero.
    if type_name == "AMT":
        return f"{value:.2f}"
    if type_name in {"PRICE", "PCT"} and value == value.quantize(_CENT):
        return f"{value:.2f}"
    text = f"{value:.5f}".rstrip("0").rstrip(".")
    return text or "0"


def _open(content: Iterable[Element | Choice], version: tuple[int, int], *, country: str) -> list[Slot]:
    slots: list[Slot] = []
    for part in content:
        if part.since > version:
            continue
        match part:
            case Element():
                if country in part.editions:
                    slots.append(_slot(part, version, country=country))
            case Choice():
                inner = [slot for one in part.alternatives for slot in _open(one, version, country=country)]
                if part.repeats:
                    slots.append(Slot(name="", type=None, plan=tuple(inner)))
                else:
                    slots.extend(inner)
    return slots


def _slot(element: Element, version: tuple[int, int], *, country: str) -> Slot:
    return Slot(
        name=element.name,
        type=element.type,
        plan=tuple(_open(element.content, version, country=country)),
    )


def _show(slot: Slot, value: Value, full_name: Callable[[Ref], str]) -> object:
    if isinstance(value, Ref):
        return {"ListID": value.list_id, "FullName": full_name(value)}
    return write_dict(slot.plan, value, full_name) if isinstance(value, dict) else format_value(value, slot.type)


def _write_value(tree: Tree, slot: Slot, value: Value, full_name: Callable[[Ref], str]) -> None:
    if isinstance(value, Ref):
        tree.append((slot.name, [("ListID", value.list_id), ("FullName", full_name(value))]))
    elif isinstance(value, dict):
        inner = write_tree(slot.plan, value, full_name)
        if inner:
            tree.append((slot.name, inner))
    else:
        tree.append((slot.name, format_value(value, slot.type)))


def _write_lines(tree: Tree, slot: Slot, lines: Value | None, full_name: Callable[[Ref], str]) -> None:
    plans = {inner.name: inner for inner in slot.plan}
    for line in lines if isinstance(lines, list) else ():
        if isinstance(line, dict) and str(line[NAME]) in plans:
            _write_value(tree, plans[str(line[NAME])], line, full_name)


def _write_elements(tree: Tree, parts: list[str]) -> None:
    for name, content in tree:
        if isinstance(content, str):
            parts.append(f"<{name}>{html.escape(content, quote=False)}</{name}>" if content else f"<{name}></{name}>")
        else:
            parts.append(f"<{name}>")
            _write_elements(content, parts)
            parts.append(f"</{name}>")
