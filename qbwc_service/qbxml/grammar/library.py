"""Find messages in the grammar's files; an entry is understood when somebody asks for it, and then kept.

A file is read at the first question about one of its entries, which with the reading takes about a millisecond;
nothing is read at import. Whoever sends invoices only never pays for the payroll.
"""

import re
from functools import cache

from qbwc_service.errors import NotFoundError
from qbwc_service.qbxml.grammar.index import find_text, list_requests
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
_NEXT_ENTRY = re.compile(r"^[A-Za-z]", re.MULTILINE)


@cache
def request_names() -> tuple[str, ...]:
    """List the names of all requests (``InvoiceAddRq``), sorted."""
    return tuple(list_requests())


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
    entry = _find_entry(name, kind="")
    return None if entry is None else parse_message(entry, _SHARED)


@cache
def _find_aggregate(name: str) -> Content:
    return parse_content(_get_entry(name, kind="aggregate ").body, _SHARED)


@cache
def _find_values(name: str) -> tuple[tuple[str, ...], str | None]:
    return parse_values(_get_entry(name, kind="values ").body)


_SHARED = Shared(find_aggregate=_find_aggregate, find_values=_find_values)


def _get_entry(name: str, *, kind: str) -> Entry:
    entry = _find_entry(name, kind=kind)
    if entry is None:
        raise ValueError(f"{kind}{name} is named in the grammar, but it stands nowhere")
    return entry


def _find_entry(name: str, *, kind: str) -> Entry | None:
    """Cut an entry out of its file: from the line that begins with its header to the next that begins with a word."""
    text = find_text(name)
    if text is None:
        return None
    header = f"\n{kind}{name}"
    start = text.find(header)
    while start != -1 and _goes_on(text, start + len(header)):
        start = text.find(header, start + 1)
    if start == -1:
        return None
    following = _NEXT_ENTRY.search(text, start + 2)
    return next(split_entries(text[start + 1 : following.start() if following else None]))


def _goes_on(text: str, position: int) -> bool:
    """Tell whether a name is longer than what was looked for: BillRet is also how BillRetail would begin."""
    return text[position].isalnum() or text[position] == "_"
