"""Read an answer's text piece by piece into a tree that is cut off at its front as fast as it grows at its end."""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from lxml import etree

from qbwc_service.errors import AnswerError, TruncatedAnswerError
from qbwc_service.qbxml.decode import iterate_pieces
from qbwc_service.qbxml.parser import XmlElement, create_pull_parser

_TOP, RESPONSE, OBJECT = 0, 1, 2
"""The depths of the tree that are read one by one."""

MESSAGE_SET = "QBXMLMsgsRs"
_DEPTHS = (_TOP, RESPONSE, OBJECT)
_LONGEST_OPEN_END = 64
_OPEN_END = re.compile(rb"(?:&[^\s;<>&]*|<(?:[/?]|![-A-Z\[]*)?)\Z")
_REFERENCE_ERRORS = (
    etree.ErrorTypes.ERR_NAME_REQUIRED,
    etree.ErrorTypes.ERR_ENTITYREF_SEMICOL_MISSING,
    etree.ErrorTypes.ERR_INVALID_DEC_CHARREF,
    etree.ErrorTypes.ERR_INVALID_HEX_CHARREF,
    etree.ErrorTypes.ERR_INVALID_CHAR,
)


class AnswerStream:
    """A tree that grows while its front is read and cut off, so that no more than a piece is ever in memory.

    An element is whole as soon as it has a younger sibling, or the document has ended. Only whole elements are cut
    off, for the parser still holds the youngest. Where the text breaks off, or stops to be XML, the tree alone does
    not tell whether the youngest was whole: then the text is read once more, and its tags are counted.
    """

    def __init__(self, text: str | bytes) -> None:
        self._text = text
        self._pieces = iterate_pieces(text)
        self._parser = create_pull_parser(MESSAGE_SET)
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
            raise AnswerError(f"The answer goes on behind the end of {MESSAGE_SET}")

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
            if depth is None and element.tag != MESSAGE_SET:
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
