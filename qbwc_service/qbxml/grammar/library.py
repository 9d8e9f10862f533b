"""Find messages in the grammar's files; a file is read once, an entry is understood when somebody asks for it.

Reading all files takes a few milliseconds and happens at the first question, not at import.
"""

from functools import cache
from pathlib import Path

from qbwc_service.errors import NotFoundError
from qbwc_service.qbxml.grammar.model import Element
from qbwc_service.qbxml.grammar.notation import (
    Content,
    Entry,
    Shared,
    parse_content,
    parse_message,
    parse_values,
    split_entries,
)

_WRITES = ("Add", "Mod", "Del", "Void", "Merge")


@cache
def request_names() -> tuple[str, ...]:
    """List the names of all requests (``InvoiceAddRq``), sorted."""
    return tuple(sorted(name for kind, name in _entries() if kind == "message" and name.endswith("Rq")))


def find_request(name: str) -> Element | None:
    """Give the request of that name (``InvoiceAddRq``), or None."""
    return _find_message(name) if name.endswith("Rq") else None


def get_request(name: str) -> Element:
    """Give the request of that name (``InvoiceAddRq``). NotFoundError if qbXML has none."""
    request = find_request(name)
    if request is None:
        raise NotFoundError(f"qbXML has no request {name!r}", field="name", remedy="See `qbwc-service qbxml grammar`.")
    return request


def find_response(name: str) -> Element | None:
    """Give the response of that name (``InvoiceAddRs``), or None."""
    return _find_message(name) if name.endswith("Rs") else None


def is_write(name: str) -> bool:
    """Tell whether a request (``InvoiceAddRq``, or ``InvoiceAdd``) changes the company file."""
    return name.removesuffix("Rq").endswith(_WRITES)


@cache
def _find_message(name: str) -> Element | None:
    entry = _entries().get(("message", name))
    return None if entry is None else parse_message(entry, _SHARED)


@cache
def _find_aggregate(name: str) -> Content:
    return parse_content(_entries()["aggregate", name].body, _SHARED)


@cache
def _find_values(name: str) -> tuple[tuple[str, ...], str | None]:
    return parse_values(_entries()["values", name].body)


_SHARED = Shared(find_aggregate=_find_aggregate, find_values=_find_values)


@cache
def _entries() -> dict[tuple[str, str], Entry]:
    """Index every entry of every file by kind and name. ValueError if a name is used twice."""
    index: dict[tuple[str, str], Entry] = {}
    for file in sorted(Path(__file__).parent.glob("*.qbg")):
        for entry in split_entries(file.read_text(encoding="utf-8")):
            if (entry.kind, entry.name) in index:
                raise ValueError(f"{file.name}: {entry.kind} {entry.name} stands in the grammar twice")
            index[entry.kind, entry.name] = entry
    return index
