"""Read QuickBooks' answer as a stream: one response after the other, one object after the other.

Serialising is strict, reading is tolerant: unknown elements and values are kept, every element may be missing. What
was complete before a document breaks off is delivered first, then the error comes.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from qbwc_service.errors import AnswerError
from qbwc_service.qbxml.grammar import Element, find_response
from qbwc_service.qbxml.mould import Mould, RetRow, read_row
from qbwc_service.qbxml.parser import XmlElement
from qbwc_service.qbxml.shape import UNKNOWN, Shape, Values, find_shape, read_element
from qbwc_service.qbxml.stream import MESSAGE_SET, OBJECT, RESPONSE, AnswerStream


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

    def __init__(self, stream: AnswerStream, message_set: XmlElement) -> None:
        self._stream = stream
        self._message_set = message_set
        self.message_set_status_code = message_set.get("messageSetStatusCode")
        self.new_message_set_id = message_set.get("newMessageSetID")

    def __iter__(self) -> Iterator[Response]:
        """Yield the responses. AnswerError or TruncatedAnswerError where the text ends to make sense."""
        while (element := self._stream.wait_for_child(self._message_set, depth=RESPONSE)) is not None:
            objects = Objects(self._stream, element)
            yield _read_response(element, objects)
            objects.skip_rest()
            self._stream.cut_first(self._message_set, depth=RESPONSE)
        self._stream.read_to_end(self._message_set)


def read_answer(text: str | bytes) -> Answer:
    """Begin to read an answer; its head is read now, the rest as the answer is iterated.

    ``text`` may lack the XML declaration, may be Windows-1252 bytes, may hold control characters (they are removed).
    Raises AnswerError if it is no qbXML answer, TruncatedAnswerError if it ends before the first response.
    """
    stream = AnswerStream(text)
    message_set = stream.find_message_set()
    if message_set is None:
        raise AnswerError(f"The text is no answer of QuickBooks: it has no {MESSAGE_SET}")
    return Answer(stream, message_set)


class Objects:
    """The objects of one response, which can be read while no later response was asked for."""

    def __init__(self, stream: AnswerStream, response: XmlElement) -> None:
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


def _iterate_elements(stream: AnswerStream, response: XmlElement) -> Iterator[XmlElement]:
    """Yield the objects; each is there until the next is asked for."""
    while (element := stream.wait_for_child(response, depth=OBJECT)) is not None:
        stream.wait_until_whole(element, depth=OBJECT)
        yield element
        stream.cut_first(response, depth=OBJECT)


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
