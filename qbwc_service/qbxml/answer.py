"""Read QuickBooks' answer as a stream: one response after the other, one object after the other.

Serialising is strict, reading is tolerant: unknown elements and values are kept, every element may be missing. What
was complete before a document breaks off is delivered first, then the error comes.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from lxml import etree

from qbwc_service.errors import AnswerError, TruncatedAnswerError
from qbwc_service.qbxml.decode import iterate_pieces
from qbwc_service.qbxml.grammar import Element, find_response
from qbwc_service.qbxml.mould import Mould, RetRow, read_row
from qbwc_service.qbxml.parser import XmlElement, create_pull_parser
from qbwc_service.qbxml.shape import UNKNOWN, Shape, Values, find_shape, read_element

_SET = "QBXMLMsgsRs"
_RESPONSE, _OBJECT = 1, 2
_DEPTHS = (0, _RESPONSE, _OBJECT)

_LONGEST_OPEN_END = 64
_OPEN_END = re.compile(rb"(?:&[^\s;<>&]*|<(?:[/?]|![-A-Z\[]*)?)\Z")
_REFERENCE_ERRORS = (
    etree.ErrorTypes.ERR_NAME_REQUIRED,
    etree.ErrorTypes.ERR_ENTITYREF_SEMICOL_MISSING,
    etree.ErrorTypes.ERR_INVALID_DEC_CHARREF,
    etree.ErrorTypes.ERR_INVALID_HEX_CHARREF,
    etree.ErrorTypes.ERR_INVALID_CHAR,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetObject:
    """One object of an answer: ``InvoiceRet`` and its values by Intuit's names.

    It is in memory whole. A report is one object with all its rows: it takes some thirty times its text, 400 MB for
    100,000 rows of 14 MB. Ask for fewer rows.

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
    objects: "Objects"


class Answer:
    """The answer to one message set. Iterate over it, once, for the responses in the order of the requests."""

    def __init__(self, stream: "_Stream", message_set: XmlElement) -> None:
        self._stream = stream
        self._message_set = message_set
        self.message_set_status_code = message_set.get("messageSetStatusCode")
        self.new_message_set_id = message_set.get("newMessageSetID")

    def __iter__(self) -> Iterator[Response]:
        """Yield the responses. AnswerError or TruncatedAnswerError where the text ends to make sense."""
        while (element := self._stream.wait_for_child(self._message_set, depth=_RESPONSE)) is not None:
            objects = Objects(self._stream, element)
            yield _read_response(element, objects)
            objects.skip_rest()
            self._stream.cut_first(self._message_set, depth=_RESPONSE)
        self._stream.read_to_end(self._message_set)


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
    off, for the parser still holds the youngest. Where the text breaks off, or stops to be XML, the tree alone does
    not tell whether the youngest was whole: then the text is read once more, and its tags are counted.
    """

    def __init__(self, text: str | bytes) -> None:
        self._text = text
        self._pieces = iterate_pieces(text)
        self._parser = create_pull_parser(_SET)
        self._end_of_text = b""
        self._ended = False
        self._error: AnswerError | None = None
        self._cut = dict.fromkeys(_DEPTHS, 0)
        self._tags: _Tags | None = None

    def find_message_set(self) -> XmlElement | None:
        """Read until the message set begins; None if there is none."""
        while True:
            for _, element in self._parser.read_events():
                return cast("XmlElement", element)
            if self._ended:
                return None
            self._read_piece()

    def wait_for_child(self, parent: XmlElement, *, depth: int) -> XmlElement | None:
        """Read until the first child of an element has begun; None if it has no child (any more)."""
        while (child := _first(parent)) is None and not self.is_whole(parent):
            if self._error is not None and self._has_ended(depth - 1):
                return None
            self._read_piece()
        if child is not None and self._error is not None and not self._has_begun(depth):
            raise self._error
        return child

    def wait_until_whole(self, element: XmlElement, *, depth: int) -> None:
        """Read until an element is there with all that it holds."""
        while element.getnext() is None and not self.is_whole(element):
            if self._error is not None and self._has_ended(depth):
                return
            self._read_piece()

    def is_whole(self, element: XmlElement) -> bool:
        """Tell whether all of an element, or of what it stands in, was read."""
        return self._ended or any(each.getnext() is not None for each in (element, *element.iterancestors()))

    def cut_first(self, parent: XmlElement, *, depth: int) -> None:
        """Forget the first child of an element, which was read."""
        self._cut[depth] += 1
        del parent[0]

    def read_to_end(self, message_set: XmlElement) -> None:
        """Read what follows the message set. AnswerError if it is anything, or if the document does not end."""
        while not self._ended and message_set.getnext() is None:
            self._read_piece()
        texts = (message_set.text, message_set.tail)
        if message_set.getnext() is not None or any(text and text.strip() for text in texts):
            raise AnswerError(f"The answer goes on behind the end of {_SET}")

    def _has_begun(self, depth: int) -> bool:
        """Tell, after an error, whether the tag was whole in which the first element of a depth begins."""
        return self._cut[depth] < self._count_tags().begun[depth]

    def _has_ended(self, depth: int) -> bool:
        """Tell, after an error, whether the end of the first element of a depth was read."""
        return self._cut[depth] < self._count_tags().ended[depth]

    def _count_tags(self) -> "_Tags":
        if self._tags is None:
            self._tags = _count_tags(self._text)
        return self._tags

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
                self._end_of_text = (self._end_of_text + piece)[-_LONGEST_OPEN_END:]
                self._parser.feed(piece)
                self._error = _find_fault(self._parser)
        except etree.XMLSyntaxError as error:
            if piece is None and not self._waits_for_reference(error):
                self._error = TruncatedAnswerError(f"The answer breaks off: {error.msg}")
            else:
                self._error = AnswerError(f"The answer is not well-formed XML: {error.msg}")
            self._error.__cause__ = error

    def _waits_for_reference(self, error: etree.XMLSyntaxError) -> bool:
        """Tell whether the parser gave up at an ``&``, whose ``;`` it had awaited, and the text went on behind it."""
        return getattr(error, "code", None) in _REFERENCE_ERRORS and _OPEN_END.search(self._end_of_text) is None


@dataclass(slots=True)
class _Tags:
    """How many tags were read whole, by depth: of the message set, of the responses, of the objects."""

    begun: dict[int, int]
    ended: dict[int, int]


def _count_tags(text: str | bytes) -> _Tags:
    """Count the tags that a parser understands before it meets a fault or the end of the text.

    ``close`` is not called: it would make an element of a tag in which the text breaks off.
    """
    parser = create_pull_parser(None)
    tags = _Tags(begun=dict.fromkeys(_DEPTHS, 0), ended=dict.fromkeys(_DEPTHS, 0))
    depth = None
    for piece in iterate_pieces(text):
        with suppress(etree.XMLSyntaxError):
            parser.feed(piece)
        for event, found in parser.read_events():
            element = cast("XmlElement", found)
            if depth is None and element.tag != _SET:
                continue
            if event == "start":
                depth = 0 if depth is None else depth + 1
                if depth in _DEPTHS:
                    tags.begun[depth] += 1
                continue
            if depth in _DEPTHS:
                tags.ended[depth] += 1
                element.clear()
            depth = (depth or 0) - 1
            if depth < 0:
                return tags
    return tags


def _find_fault(parser: "etree.XMLPullParser") -> AnswerError | None:
    """Find what libxml2 noted without raising: it builds nothing any more after that, and waits for the end."""
    for entry in parser.feed_error_log:
        if entry.level == etree.ErrorLevels.FATAL:
            return AnswerError(f"The answer is not well-formed XML: {entry.message}, line {entry.line}")
    return None


def _first(parent: XmlElement) -> XmlElement | None:
    return parent[0] if len(parent) else None


class Objects:
    """The objects of one response, which can be read while no later response was asked for."""

    def __init__(self, stream: _Stream, response: XmlElement) -> None:
        self._elements = _iterate_elements(stream, response)
        self._name = str(response.tag)
        self._shapes = _find_shapes(find_response(self._name))
        self._is_late = False

    def __iter__(self) -> "Objects":
        return self

    def __next__(self) -> RetObject:
        return _read_object(self._next_element(), self._shapes)

    def as_rows(self, moulds: Mapping[str, Mould]) -> Iterator[RetRow]:
        """Yield the objects as rows; of one whose name has no mould all is in ``rest``."""
        with suppress(StopIteration):
            while True:
                element = self._next_element()
                mould = moulds.get(element.tag)
                if mould is None:
                    yield RetRow(element.tag, [], _read_object(element, self._shapes).values, [])
                else:
                    yield read_row(element, mould)

    def skip_rest(self) -> None:
        """Pass over what the caller left; whoever asks for it later gets an error, not the impression of none."""
        for _ in self._elements:
            self._is_late = True

    def _next_element(self) -> XmlElement:
        if self._is_late:
            raise AnswerError(f"The objects of {self._name} are gone: the next response was asked for before them")
        return next(self._elements)


def _iterate_elements(stream: _Stream, response: XmlElement) -> Iterator[XmlElement]:
    """Yield the objects; each is there until the next is asked for."""
    while (element := stream.wait_for_child(response, depth=_OBJECT)) is not None:
        stream.wait_until_whole(element, depth=_OBJECT)
        yield element
        stream.cut_first(response, depth=_OBJECT)


def _find_shapes(response: Element | None) -> dict[str, Shape]:
    return (find_shape(response).children or {}) if response is not None else {}


def _read_object(element: XmlElement, shapes: dict[str, Shape]) -> RetObject:
    name = element.tag
    try:
        value = read_element(element, shapes.get(name, UNKNOWN))
    except RecursionError:
        raise AnswerError(f"The answer is nested deeper than any object of QuickBooks: {name}") from None
    return RetObject(name=name, values=value if isinstance(value, dict) else {"#text": value})


def _read_response(element: XmlElement, objects: Objects) -> Response:
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
