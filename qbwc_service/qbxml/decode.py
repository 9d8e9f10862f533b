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
_REPLACEMENT = "\ufffd"
_CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_NONCHARACTERS = ("\ufffe".encode(), "\uffff".encode())
_REFERENCE = re.compile(r"&(?:amp;)?#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
_SUSPECT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|&#(?:[xX]0*([0-9a-fA-F]{1,8})|0*([0-9]{1,10}));"
)
_LONGEST_REFERENCE = 20
_LONGEST_PROLOG = 1024 * 1024
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
        end = find_end_of_prolog(head)
        yield head[:end]
        head = head[end:]
        if not _may_be_prolog(head):  # The root element has begun: no document type can come any more.
            yield head
            head = None
    yield (head or b"") + _clean(rest)


def read_text(data: bytes) -> str:
    """Give the text of bytes that somebody wrote, exactly. AnswerError if they are not in the encoding they declare."""
    encoding = _find_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeError:
        raise AnswerError(f"The text is not in the encoding that it declares: {encoding}") from None


def find_forbidden(text: str) -> Iterator[int]:
    """Yield the lines, from 1, of characters and references to characters that XML 1.0 forbids; each line once."""
    line, counted, told = 1, 0, 0
    for match in _SUSPECT.finditer(text):
        if not is_forbidden(_read_code(match)):
            continue
        line += text.count("\n", counted, match.start())
        counted = match.start()
        if line != told:
            yield line
        told = line


def remove_forbidden(text: str) -> str:
    """Give the text without what ``find_forbidden`` finds; a doubly escaped reference is text, and stays."""
    return _SUSPECT.sub(lambda match: "" if is_forbidden(_read_code(match)) else match.group(), text)


def find_end_of_prolog(head: bytes) -> int:
    """Find where the root element begins, or may begin. AnswerError for a document type."""
    prolog = _PROLOG.match(head)
    end = prolog.end() if prolog is not None else 0
    if head.startswith(b"<!", end) and not b"<!--".startswith(head[end : end + 4]):
        raise AnswerError("The text has a document type declaration, which qbXML never has; it is not read")
    return end


def _may_be_prolog(rest: bytes) -> bool:
    """Tell whether what follows the whole parts of a prolog may become another one. AnswerError if it is too long."""
    if not rest.startswith((b"<?", b"<!--")):
        return b"<!--".startswith(rest)
    if len(rest) > _LONGEST_PROLOG:
        raise AnswerError("The text begins with a comment or an instruction that has no end; it is not read")
    return True


def _read_code(match: "re.Match[str]") -> int:
    return int(match[1], 16) if match[1] else int(match[2] or 0)


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
    if declared is not None:
        name = declared[1].decode("ascii").lower()
        try:
            b"a".decode(name, "replace")  # Refuses what is no encoding of text: zlib, hex.
            return codecs.lookup(name).name
        except (LookupError, UnicodeError):
            raise AnswerError(f"The text declares an unknown encoding: {name}") from None
    return "utf-8" if _is_utf8(data) else "cp1252"


def _is_utf8(data: bytes) -> bool:
    """Tell whether bytes are UTF-8, be it cut inside a character, or with fewer strays than characters of UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    strays = characters = 0
    for start in range(0, len(data), PIECE):
        text = decoder.decode(data[start : start + PIECE])
        if not text.isascii():
            strays += text.count(_REPLACEMENT)
            characters += len(text) - len(text.encode("ascii", "ignore"))
    return strays == 0 or characters - strays > strays
