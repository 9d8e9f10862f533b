"""Read requests that somebody wrote as XML, so that they can be checked and queued like any other."""

from functools import cache

from lxml import etree

from qbwc_service.errors import AnswerError, FieldError, InvalidRequestError
from qbwc_service.qbxml import written
from qbwc_service.qbxml.grammar import Choice, Element, find_request, iterate_elements
from qbwc_service.qbxml.parser import XmlElement
from qbwc_service.qbxml.request import LINES, Request

_SHOWN_LINES = 5
_WRAPPERS = (written.WRAPPER, "QBXML", "QBXMLMsgsRq", "SignonMsgsRq")


def read_requests(text: str | bytes) -> tuple[Request, ...]:
    """Read a request document, or one or several bare request elements, into values for ``build_request``.

    What is there is read as it is: text that looks like a reference stays text, control characters are refused.
    Values stay text; the order of elements does not matter, for building puts them in order. Attributes of the
    message set are ignored. Raises InvalidRequestError for what is no XML, has no request, or names an unknown one;
    what is inside the requests is checked when they are built.
    """
    root = _parse(text)
    try:
        requests = tuple(read_request(element) for element in find_requests(root))
    except RecursionError:
        raise _refuse("is nested deeper than any request of qbXML") from None
    if not requests:
        raise _refuse("holds no request such as <InvoiceQueryRq/>")
    return requests


def _parse(text: str | bytes) -> XmlElement:
    try:
        document = written.parse(text.lstrip())
    except AnswerError as error:
        raise _refuse(error.message) from error
    except etree.XMLSyntaxError as error:
        raise _refuse(f"is not well-formed XML: {error.msg}") from error
    if document.forbidden:
        lines = ", ".join(map(str, document.forbidden[:_SHOWN_LINES]))
        raise _refuse(f"holds control characters, which XML forbids (line {lines})", rule="characters")
    return document.root


def find_requests(element: XmlElement) -> list[XmlElement]:
    """List the elements that stand where requests stand, at any depth of the envelope."""
    if element.tag not in _WRAPPERS:
        return [element]
    return [found for child in element if child.tag != "SignonMsgsRq" for found in find_requests(child)]


def read_request(element: XmlElement) -> Request:
    """Read one request element. InvalidRequestError if qbXML has no such request."""
    name = str(element.tag)
    grammar = find_request(name)
    if grammar is None:
        raise _refuse(f"holds {name}, which is no qbXML request", rule="unknown")
    attributes = {str(key): str(value) for key, value in element.attrib.items()}
    request_id = attributes.pop("requestID", None)
    values = _read_aggregate(element, grammar)
    return Request(name=name, values=values, request_id=request_id, attributes=attributes)


def _read_aggregate(element: XmlElement, grammar: Element | None) -> dict[str, object]:
    known = {part.name: part for part in iterate_elements(grammar.content)} if grammar is not None else {}
    lines = line_names(grammar)
    values: dict[str, object] = {}
    if not str(element.tag).endswith("Rq"):  # A request's own are read elsewhere.
        values = {f"@{key!s}": str(value) for key, value in element.attrib.items()}
    mixed = len({child.tag for child in element if child.tag in lines}) > 1
    for child in element:
        name = str(child.tag)
        part = known.get(name)
        value = _read_value(child, part)
        if mixed and name in lines:
            _append(values, LINES, {name: value})
        elif (part is not None and part.repeats) or name in lines or name in values:
            _append(values, name, value)
        else:
            values[name] = value
    return values


def _read_value(element: XmlElement, grammar: Element | None) -> object:
    is_aggregate = grammar is not None and grammar.type is None
    text = element.text or ""
    if len(element) > 0 or element.attrib or (is_aggregate and not text.strip()):
        return _read_aggregate(element, grammar)
    return text  # Text where an aggregate belongs is kept as well: building refuses it.


def _append(values: dict[str, object], name: str, value: object) -> None:
    present = values.get(name)
    if isinstance(present, list):
        present.append(value)
    else:
        values[name] = [value] if name not in values else [present, value]


@cache
def line_names(grammar: Element | None) -> frozenset[str]:
    """Give the names of the elements that may follow each other any number of times in any order."""
    parts = grammar.content if grammar is not None else ()
    choices = [part for part in parts if isinstance(part, Choice) and part.repeats]
    return frozenset(
        part.name for choice in choices for content in choice.alternatives for part in iterate_elements(content)
    )


def _refuse(message: str, *, rule: str = "format") -> InvalidRequestError:
    return InvalidRequestError("The requests cannot be read", [FieldError(path="xml", rule=rule, message=message)])
