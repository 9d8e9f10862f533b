"""Read QuickBooks' answer as a stream: one response after the other, one object after the other.

Serialising is strict, reading is tolerant: unknown elements and values are kept, every element may be missing. What
was complete before a document breaks off is delivered first, then the error comes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from lxml import etree

from qbwc_service.errors import AnswerError, TruncatedAnswerError
from qbwc_service.qbxml.decode import iterate_pieces
from qbwc_service.qbxml.grammar import Element, find_response
from qbwc_service.qbxml.parser import XmlElement, create_pull_parser
from qbwc_service.qbxml.shape import UNKNOWN, Shape, Values, find_shape, read_element

_SET = "QBXMLMsgsRs"
_LONGEST_TAG = 4096


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

    def __init__(self, stream: "_Stream", message_set: XmlElement) -> None:
        self._stream = stream
        self._message_set = message_set
        self.message_set_status_code = message_set.get("messageSetStatusCode")
        self.new_message_set_id = message_set.get("newMessageSetID")

    def __iter__(self) -> Iterator[Response]:
        """Yield the responses. AnswerError or TruncatedAnswerError where the text ends to make sense."""
        while (element := self._stream.wait_for_child(self._message_set)) is not None:
            objects = _iterate_objects(self._stream, element)
            yield _read_response(element, objects)
            for _ in objects:
                pass  # The caller went on without reading them.
            del self._message_set[0]


def read_answer(text: str | bytes) -> Answer:
    """Begin to read an answer; its head is read now, the rest as the answer is iterated.

    ``text`` may lack the XML declaration, may be Windows-1252 bytes, may hold control characters (they are removed).
    Raises AnswerError if it is no qbXML answer, TruncatedAnswerError if it ends before the first response.
    """
    stream = _Stream(text)
    message_set = stream.find_message_set()
    if message_set is None:
        raise AnswerError(f"The text is no answer of QuickBooks: it has no {_SET}")
    return Answer(stream, message_set)


class _Stream:
    """A tree that grows while its front is read and cut off, so that no more than a piece is ever in memory.

    An element is whole as soon as it has a younger sibling, or the document has ended. Only whole elements are cut
    off, for the parser still holds the youngest.
    """

    def __init__(self, text: str | bytes) -> None:
        self._pieces = iterate_pieces(text)
        self._parser = create_pull_parser(_SET)
        self._end_of_text = b""
        self._ended = False
        self._error: AnswerError | None = None

    def find_message_set(self) -> XmlElement | None:
        """Read until the message set begins; None if there is none."""
        while True:
            for _, element in self._parser.read_events():
                return cast("XmlElement", element)
            if self._ended:
                return None
            self._read_piece()

    def wait_for_child(self, parent: XmlElement) -> XmlElement | None:
        """Read until the first child of an element has begun; None if it has no child (any more)."""
        while (child := _first(parent)) is None and not self.is_whole(parent):
            self._read_piece()
        if child is not None and self._error is not None and self._is_half(child):
            raise self._error
        return child

    def wait_until_whole(self, element: XmlElement) -> None:
        """Read until an element is there with all that it holds."""
        while element.getnext() is None and not self.is_whole(element):
            if isinstance(self._error, TruncatedAnswerError) and self._ends_behind(element):
                return
            self._read_piece()

    def is_whole(self, element: XmlElement) -> bool:
        """Tell whether all of an element, or of what it stands in, was read."""
        return self._ended or any(each.getnext() is not None for each in (element, *element.iterancestors()))

    def _ends_behind(self, element: XmlElement) -> bool:
        """Tell whether the text broke off behind an element's end, perhaps inside the next tag."""
        if self._is_half(element):
            return False
        whole = self._end_of_text.rpartition(b"<")[0] if self._ends_inside_tag() else self._end_of_text
        names = (each.tag for each in (element, *element.iterancestors()))
        return whole.rstrip().endswith(tuple(f"</{name!s}>".encode() for name in names))

    def _is_half(self, element: XmlElement) -> bool:
        """Tell whether the parser made an element of a tag in which the text broke off."""
        is_last = element.getnext() is None and len(element) == 0 and not element.text
        return is_last and isinstance(self._error, TruncatedAnswerError) and self._ends_inside_tag()

    def _ends_inside_tag(self) -> bool:
        return self._end_of_text.rfind(b"<") > self._end_of_text.rfind(b">")

    def _read_piece(self) -> None:
        """Read on. An error is raised one call later, when what came before it was delivered."""
        if self._error is not None:
            raise self._error
        piece = next(self._pieces, None)
        try:
            if piece is None:
                self._parser.close()
                self._ended = True
            elif piece:
                self._parser.feed(piece)
                self._end_of_text = (self._end_of_text + piece)[-_LONGEST_TAG:]
        except etree.XMLSyntaxError as error:
            if piece is None:
                self._error = TruncatedAnswerError(f"The answer breaks off: {error.msg}")
            else:
                self._error = AnswerError(f"The answer is not well-formed XML: {error.msg}")
            self._error.__cause__ = error


def _first(parent: XmlElement) -> XmlElement | None:
    return parent[0] if len(parent) else None


def _iterate_objects(stream: _Stream, response: XmlElement) -> Iterator[RetObject]:
    shapes = _find_shapes(find_response(str(response.tag)))
    while (element := stream.wait_for_child(response)) is not None:
        stream.wait_until_whole(element)
        yield _read_object(element, shapes)
        del response[0]


def _find_shapes(response: Element | None) -> dict[str, Shape]:
    return (find_shape(response).children or {}) if response is not None else {}


def _read_object(element: XmlElement, shapes: dict[str, Shape]) -> RetObject:
    name = element.tag
    try:
        value = read_element(element, shapes.get(name, UNKNOWN))
    except RecursionError:
        raise AnswerError(f"The answer is nested deeper than any object of QuickBooks: {name}") from None
    return RetObject(name=name, values=value if isinstance(value, dict) else {"#text": value})


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
