"""From the bytes of a request body to clean UTF-8, piece by piece.

Which encoding a body has is decided in this order: its byte order mark, the pattern of its first two bytes, the
``charset`` of Content-Type, its XML declaration, UTF-8. [RFC 7303, section 3; XML 1.0, appendix F]
"""

import codecs
import re
from collections.abc import Iterable, Iterator

from qbwc_service.errors import InputError
from qbwc_service.soap.characters import IncomingFilter

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_PATTERNS = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
# By Python's own names. A list, because codecs.lookup also knows things like "punycode" and "zip".
_ACCEPTED = {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "iso8859-1", "iso8859-15", "cp1252"}
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([^\s;"']+)""", re.IGNORECASE)
_DECLARATION = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_HEAD = 256


def decode_body(chunks: Iterable[bytes], *, content_type: str) -> Iterator[bytes]:
    """Give the body as UTF-8 without any character that XML 1.0 does not know.

    Raises InputError for an empty body, an encoding we do not know, and bytes that are not what they claim to be.
    """
    pieces = iter(chunks)
    head = _read_head(pieces)
    if not head.strip():
        raise InputError("The request has no body.")
    encoding, start = _find_encoding(head, content_type=content_type)
    decoder = codecs.getincrementaldecoder(encoding)()
    cleaner = IncomingFilter()
    try:
        yield cleaner.clean(decoder.decode(head[start:]).encode())
        for piece in pieces:
            yield cleaner.clean(decoder.decode(piece).encode())
        yield cleaner.clean(decoder.decode(b"", final=True).encode())
    except UnicodeError as error:
        raise InputError(f"The body is not valid {encoding}.") from error
    yield cleaner.finish()


def _read_head(pieces: Iterator[bytes]) -> bytes:
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= _HEAD:
            break
    return head


def _find_encoding(head: bytes, *, content_type: str) -> tuple[str, int]:
    """Give the encoding by Python's name, and where the text begins."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    for pattern, name in _PATTERNS:
        if head.startswith(pattern):
            return name, 0
    charset = _CHARSET.search(content_type)
    declaration = _DECLARATION.match(head, 0, _HEAD)
    if charset:
        return _accept(charset[1]), 0
    return _accept(declaration[1].decode("ascii") if declaration else "utf-8"), 0


def _accept(name: str) -> str:
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):  # ValueError: a null character in the name.
        known = ""
    if known not in _ACCEPTED:
        raise InputError("The body has a charset that this service does not know; use utf-8.")
    return known
