"""Read QuickBooks' answer as a stream: one response after the other, one object after the other.

Serialising is strict, reading is tolerant: unknown elements and values are kept, every element may be missing. What
was complete before a document breaks off is delivered first, then the error comes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import cast

from lxml import etree

from qbwc_service.errors import AnswerError, TruncatedAnswerError
from qbwc_service.qbxml.decode import iterate_pieces
from qbwc_service.qbxml.grammar import Element, find_response, iterate_elements, request_names
from qbwc_service.qbxml.parser import XmlElement, XmlEvent, create_pull_parser
from qbwc_service.qbxml.shape import UNKNOWN, Shape, Values, find_shape, read_element

_SET = "QBXMLMsgsRs"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetObject:
    """One object of an answer: ``InvoiceRet`` and its values by Intuit's names.

    AMT, PRICE, QTY, PCT and FLOAT are Decimal, BOOL is bool, INT is int (each None where the element is empty), the
    rest is text, QuickBooks' times included: they are wall times with an offset that is wrong in summer.
    """

    name: str
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What QuickBooks says about one request. ``objects`` can be read once, before the next response is asked for."""

    name: str
    request_id: str | None
    status_code: int
    status_severity: str
    status_message: str
    ret_count: int | None
    iterator_remaining_count: int | None
    iterator_id: str | None
    objects: Iterator[RetObject]


class Answer:
    """The answer to one message set. Iterate over it, once, for the responses in the order of the requests."""

    def __init__(self, events: "_Events", message_set: XmlElement) -> None:
        self._events = events
        self._message_set = message_set
        self.message_set_status_code = message_set.get("messageSetStatusCode")
        self.new_message_set_id = message_set.get("newMessageSetID")

    def __iter__(self) -> Iterator[Response]:
        """Yield the responses. AnswerError or TruncatedAnswerError where the text ends to make sense."""
        events = iter(self._events)
        for event, element in events:
            if event == "start" and element.getparent() is self._message_set:
                objects = _iterate_objects(events, element)
                yield _read_response(element, objects)
                for _ in objects:
                    pass  # The caller went on without reading them.
                _forget(element)
            elif event == "end" and element is self._message_set:
                yield from _read_leftovers(element)


def read_answer(text: str | bytes) -> Answer:
    """Begin to read an answer; its head is read now, the rest as the answer is iterated.

    ``text`` may lack the XML declaration, may be Windows-1252 bytes, may hold control characters (they are removed).
    Raises AnswerError if it is no qbXML answer, TruncatedAnswerError if it ends before the first response.
    """
    events = _Events(text)
    for _, element in events:
        if element.tag == _SET:
            return Answer(events, element)
    raise AnswerError(f"The text is no answer of QuickBooks: it has no {_SET}")


class _Events:
    """Start and end of the elements that matter: the set, the responses, the objects."""

    def __init__(self, text: str | bytes) -> None:
        self._pieces = iterate_pieces(text)
        self._parser = create_pull_parser(_tags())
        self._iterator = self._iterate()

    def __iter__(self) -> Iterator[XmlEvent]:
        return self._iterator

    def _iterate(self) -> Iterator[XmlEvent]:
        for piece in self._pieces:
            error = self._feed(piece)
            yield from self._read_events()
            if error is not None:
                raise AnswerError(f"The answer is not well-formed XML: {error.msg}") from error
        try:
            self._parser.close()
        except etree.XMLSyntaxError as error:
            yield from self._read_events()
            raise TruncatedAnswerError(f"The answer breaks off: {error.msg}") from error
        yield from self._read_events()

    def _read_events(self) -> Iterator[XmlEvent]:
        return cast("Iterator[XmlEvent]", self._parser.read_events())

    def _feed(self, piece: bytes) -> etree.XMLSyntaxError | None:
        try:
            self._parser.feed(piece)
        except etree.XMLSyntaxError as error:
            return error
        return None


@cache
def _tags() -> tuple[str, ...]:
    """List the set, every response and every object of the grammar; others are found when the set ends."""
    tags = {_SET: None}
    for name in request_names():
        response = find_response(name[:-2] + "Rs")
        if response is not None:
            tags |= dict.fromkeys((response.name, *(element.name for element in iterate_elements(response.content))))
    return tuple(tags)


def _iterate_objects(events: Iterator[XmlEvent], response: XmlElement) -> Iterator[RetObject]:
    shapes = _find_shapes(find_response(str(response.tag)))
    for event, element in events:
        if event == "start":
            continue
        if element is response:
            yield from _read_unknown_objects(response)
            return
        if element.getparent() is response:
            yield _read_object(element, shapes)
            _forget(element)


def _find_shapes(response: Element | None) -> dict[str, Shape]:
    return (find_shape(response).children or {}) if response is not None else {}


def _read_object(element: XmlElement, shapes: dict[str, Shape]) -> RetObject:
    name = str(element.tag)
    value = read_element(element, shapes.get(name, UNKNOWN))
    return RetObject(name=name, values=value if isinstance(value, dict) else {"#text": value})


def _read_unknown_objects(response: XmlElement) -> Iterator[RetObject]:
    """Read what the grammar does not know and the event filter did not show; what was read is empty by now."""
    for child in response:
        if child.tag not in _tags():
            yield _read_object(child, {})


def _read_leftovers(message_set: XmlElement) -> Iterator[Response]:
    """Read responses that the grammar does not know."""
    for child in message_set:
        if child.tag not in _tags():
            yield _read_response(child, (_read_object(part, {}) for part in child))


def _read_response(element: XmlElement, objects: Iterator[RetObject]) -> Response:
    return Response(
        name=str(element.tag),
        request_id=element.get("requestID"),
        status_code=_read_status(element),
        status_severity=element.get("statusSeverity", ""),
        status_message=element.get("statusMessage", ""),
        ret_count=_read_count(element.get("retCount")),
        iterator_remaining_count=_read_count(element.get("iteratorRemainingCount")),
        iterator_id=element.get("iteratorID"),
        objects=objects,
    )


def _read_status(element: XmlElement) -> int:
    text = element.get("statusCode", "")
    try:
        return int(text)
    except ValueError:
        raise AnswerError(f"{element.tag} has no status code but {text!r}") from None


def _read_count(text: str | None) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError:
        return None


def _forget(element: XmlElement) -> None:
    """Free an element that was read, and its elder siblings; itself it stays, empty, for the parser still holds it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None and _is_read(parent[0]):
        del parent[0]


def _is_read(element: XmlElement) -> bool:
    return element.tag in _tags()
