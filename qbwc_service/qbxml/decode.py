"""Turn whatever arrived into clean pieces of text that an XML parser accepts.

An answer comes as text (the Web Connector escapes it inside SOAP) or as bytes of a file. It may hold what XML 1.0
forbids: raw control characters and references to them, also doubly escaped. They are removed before the parse; a
document type is refused, for it can only be an attack.
"""

import codecs
import re
from collections.abc import Iterator

from qbwc_service.errors import AnswerError
from qbwc_service.qbxml.characters import is_forbidden

PIECE = 64 * 1024
"""Characters (or bytes) per piece."""

_PROLOG = re.compile(rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*", re.DOTALL)
_LEADING = re.compile(rb"(?:\xef\xbb\xbf|\s)*")
_STR_SPACE = re.compile("[\ufeff\\s]*")
_BYTES_SPACE = re.compile(rb"\s*")
_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_NONCHARACTERS = ("\ufffe".encode(), "\uffff".encode())
_REFERENCE = re.compile(r"&(?:amp;)?#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
_LONGEST_REFERENCE = 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def iterate_pieces(text: str | bytes) -> Iterator[bytes]:
    """Yield the document as clean UTF-8, piece by piece. AnswerError for a document type or an unknown encoding."""
    rest = ""
    head: bytes | None = b""
    for piece in _iterate_text(text):
        joined = rest + piece
        end = _find_safe_end(joined)
        rest = joined[end:]
        data = _clean(joined[:end])
        if head is None:
            yield data
            continue
        head = _LEADING.sub(b"", head + data, count=1)
        end = _find_end_of_prolog(head)
        yield head[:end]
        head = head[end:]
        if len(head) > 1:  # The root element has begun: no document type can come any more.
            yield head
            head = None
    yield (head or b"") + _clean(rest)


def read_text(text: str | bytes) -> str:
    """Give the whole text as it is, whatever its encoding. AnswerError for an unknown encoding."""
    return "".join(_iterate_text(text)) if isinstance(text, bytes) else text


def find_forbidden(text: str) -> Iterator[int]:
    """Yield the lines, from 1, of characters and references to characters that XML 1.0 forbids; each line once."""
    for number, line in enumerate(text.split("\n"), start=1):
        references = (int(match[1], 16) if match[1] else int(match[2]) for match in _REFERENCE.finditer(line))
        if any(is_forbidden(ord(char)) for char in line) or any(map(is_forbidden, references)):
            yield number


def _clean(text: str) -> bytes:
    """Give UTF-8 without the characters, and the references to characters, that XML 1.0 forbids."""
    if "#" in text:
        text = _REFERENCE.sub(_keep_allowed, text)
    # Working on bytes is many times faster than a pattern over text; lone surrogates are what "ignore" leaves out.
    data = text.encode("utf-8", "ignore").translate(None, _CONTROLS)
    if not text.isascii():
        for character in _NONCHARACTERS:
            data = data.replace(character, b"")
    return data


def _keep_allowed(match: "re.Match[str]") -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    return "" if is_forbidden(code) else match.group()


def _find_safe_end(text: str) -> int:
    """Find where to cut: not inside a reference, which might otherwise be cut in two."""
    start = text.rfind("&", max(0, len(text) - _LONGEST_REFERENCE))
    if start == -1:
        return len(text)
    before = text.rfind("&", max(0, start - _LONGEST_REFERENCE), start)
    return start if before == -1 or text[before : before + 5] != "&amp;" else before


def _find_end_of_prolog(head: bytes) -> int:
    """Find where the root element begins, or may begin. AnswerError for a document type."""
    prolog = _PROLOG.match(head)
    end = prolog.end() if prolog is not None else 0
    # An unfinished comment or instruction of this size could hide one as well.
    if head.startswith((b"<!", b"<?"), end):
        raise AnswerError("The text has a document type declaration, which qbXML never has; it is not read")
    return end


def _iterate_text(text: str | bytes) -> Iterator[str]:
    if isinstance(text, str):
        begin = _STR_SPACE.match(text)
        for start in range(begin.end() if begin else 0, len(text), PIECE):
            yield text[start : start + PIECE]
        return
    encoding = _find_encoding(text)
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    space = _BYTES_SPACE.match(text)
    for start in range(space.end() if space else 0, len(text), PIECE):
        try:
            yield decoder.decode(text[start : start + PIECE], start + PIECE >= len(text))
        except UnicodeError:
            raise AnswerError(f"The text cannot be read in the encoding that it declares: {encoding}") from None


def _find_encoding(data: bytes) -> str:
    """Take the byte order mark, the declaration, UTF-8 if the bytes are that, else QuickBooks' own Windows-1252."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    declared = _ENCODING.match(data[:200].lstrip())
    if declared is not None and (name := declared[1].decode("ascii").lower()) not in ("utf-8", "utf8"):
        try:
            b"a".decode(name, "replace")  # Refuses what is no encoding of text: zlib, hex.
            return codecs.lookup(name).name
        except (LookupError, UnicodeError):
            raise AnswerError(f"The text declares an unknown encoding: {name}") from None
    return "utf-8" if _is_utf8(data) else "cp1252"


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), PIECE):
            decoder.decode(data[start : start + PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
