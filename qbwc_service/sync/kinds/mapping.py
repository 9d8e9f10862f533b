"""From a document's fields to qbXML elements, as data: one table per kind, read in both directions.

Forwards it renders a request's values. Backwards it names the document's field when the qbXML grammar complains
about an element, so that people read ``lines[2].description`` and not ``InvoiceAdd.InvoiceLineAdd[2].Desc``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from qbwc_service.store import DocumentKind

Body = Mapping[str, object]
Resolve = Callable[[DocumentKind, str], str]
"""Gives the QuickBooks id of our document of that kind and external id; raises UnresolvedReferenceError."""


@dataclass(frozen=True, slots=True)
class Value:
    """A plain value."""

    field: str
    element: str


@dataclass(frozen=True, slots=True)
class Refer:
    """A reference to a list entry; ``kind`` where it may be a document of ours."""

    field: str
    element: str
    kind: DocumentKind | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """An aggregate of one field."""

    field: str
    element: str
    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """A list of aggregates, in the caller's order."""

    field: str
    element: str
    parts: tuple["Part", ...]


Part = Value | Refer | Group | Lines


def render_parts(body: Body, parts: tuple[Part, ...], resolve: Resolve) -> dict[str, object]:
    """Make the values of an aggregate from a document's fields; what is not given is left out."""
    values: dict[str, object] = {}
    for part in parts:
        given = body.get(part.field)
        if given is not None:
            values[part.element] = _render(given, part, resolve)
    return values


def reference(given: Body, kind: DocumentKind | None, resolve: Resolve) -> dict[str, str]:
    """Make a …Ref aggregate's values: ListID where an id is known, else FullName."""
    if "full_name" in given:
        return {"FullName": str(given["full_name"])}
    return {"ListID": identify(given, kind, resolve)}


def identify(given: Body, kind: DocumentKind | None, resolve: Resolve) -> str:
    """Give the QuickBooks id a reference stands for."""
    if "quickbooks_id" in given:
        return str(given["quickbooks_id"])
    if kind is None:
        raise TypeError("a list reference has no external_id")
    return resolve(kind, str(given["external_id"]))


def document_path(element_path: str, parts: tuple[Part, ...]) -> str:
    """Translate ``InvoiceLineAdd[2].Desc`` to ``lines[2].description``; what has no field keeps its element's name."""
    head, _, rest = element_path.partition(".")
    name, position = re.fullmatch(r"([^\[]*)(.*)", head, re.DOTALL).groups()  # type: ignore[union-attr]  # it matches anything
    for part in parts:
        if part.element != name:
            continue
        here = part.field + position
        if isinstance(part, Group | Lines) and rest:
            return f"{here}.{document_path(rest, part.parts)}"
        if isinstance(part, Refer) and rest:
            return here + {"FullName": ".full_name", "ListID": ".quickbooks_id"}.get(rest, "")
        return here
    return element_path


def _render(given: object, part: Part, resolve: Resolve) -> object:
    match part:
        case Value():
            return given
        case Refer(kind=kind) if isinstance(given, Mapping):
            return reference(given, kind, resolve)
        case Group(parts=parts) if isinstance(given, Mapping):
            return render_parts(given, parts, resolve)
        case Lines(parts=parts) if isinstance(given, list | tuple):
            return [render_parts(line, parts, resolve) for line in given]
        case _:
            raise TypeError(f"{part.field} does not have the shape that was accepted")
