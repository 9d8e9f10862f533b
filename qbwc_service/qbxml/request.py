"""What goes into a request and what comes out of the builder."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LINES = "lines"
"""The key for lines of several kinds whose order matters: a list of objects with one key each, the line's name."""

DEFINE_MACRO = "@defMacro"
"""The key, in an object that may define a macro, of the macro's name (``TxnID:payment-1``)."""

USE_MACRO = "@useMacro"
"""The key, in place of an ID that may be a macro: ``{"TxnID": {"@useMacro": "TxnID:payment-1"}}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One qbXML request as plain values.

    ``name`` is Intuit's (``InvoiceAddRq``). ``values`` are the children of that element by Intuit's name or by ours
    (``InvoiceAdd`` or ``invoice_add``), nested; a list where an element repeats; None leaves an element out, an empty
    string writes an empty element, which clears the field. Lists of one kind of line go under the line's name; where
    kinds are mixed, ``lines`` keeps their order: ``{"lines": [{"InvoiceLineAdd": {…}}, {"InvoiceLineGroupAdd": {…}}]}``
    (so does, without it, the order in which the kinds are given: all of one, then all of the other). A line of
    ``lines`` that does not name its kind is the one kind that is no group; debit or credit is never guessed.
    ``attributes`` are those beyond requestID: iterator, iteratorID, metaData.
    """

    name: str
    values: Mapping[str, object] = field(default_factory=dict)
    request_id: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChange:
    """What transliteration did to one value."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltRequest:
    """A checked request element, pure ASCII, the qbXML version it was checked for, and what transliteration changed.

    ``version`` is empty where nobody checked it.
    """

    xml: str
    version: str = ""
    changed: tuple[TextChange, ...] = ()
