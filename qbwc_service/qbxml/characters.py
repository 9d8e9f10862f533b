"""Which characters a text may hold on its way to QuickBooks, and how they are written.

QuickBooks keeps text as Windows-1252: other characters, sent as numeric references, are accepted and stored as
``?`` [qbwc/qbxml issue 8]. So they are replaced here by what a person would write instead, visibly, or refused.
"""

import re
import unicodedata
from enum import StrEnum

from qbwc_service.qbxml.transliteration import REPLACEMENTS

NO_COUNTERPART = "\ufffd"
"""Stands, inside this module only, for a character that nobody can write in Windows-1252."""

_PLAIN = re.compile(r"[\t\n\x20-\x7e]*\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_END = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
_SPECIAL = re.compile(r"[&<>\"]|[^\t\n\x20-\x7e]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_FORBIDDEN = ((0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), (0xD800, 0xDFFF), (0xFFFE, 0xFFFF), (0x110000, 0xFFFFFFFF))
_INVISIBLE = ("Cc", "Cf", "Cs", "Mn", "Me")


_FRACTION = re.compile("([0-9])([\u2150-\u215f\u2189])")
_SUPER = "\u2070\u2074\u2075\u2076\u2077\u2078\u2079\u207a\u207b"
_SUB = "\u2080-\u2089\u208a\u208b"
_SMALL_DIGITS = re.compile(f"[{_SUPER}\u00b9\u00b2\u00b3]*[{_SUPER}][{_SUPER}\u00b9\u00b2\u00b3]*|[{_SUB}]+")
"""A fraction, and small digits, that would become a part of the number before them: 1\u215b is not 11/8."""


class Characters(StrEnum):
    """What happens to characters that QuickBooks cannot keep."""

    TRANSLITERATE = "transliterate"
    REFUSE = "refuse"


def normalise_lines(text: str) -> str:
    """Write every line end as one line feed, as an XML parser would deliver it."""
    return text if _PLAIN.match(text) else _LINE_END.sub("\n", text)


def find_foreign(text: str) -> str:
    """List the characters of a text, each once, that QuickBooks cannot keep: outside Windows-1252, or controls."""
    if _PLAIN.match(text):
        return ""
    return "".join(dict.fromkeys(char for char in text if _CONTROL.match(char) or not _is_windows_1252(char)))


def to_windows_1252(text: str, policy: Characters = Characters.TRANSLITERATE) -> str | None:
    """Give the text with only characters that QuickBooks can keep, line ends as line feeds.

    Control characters and invisible characters are left out. None if the policy refuses the text, or if it holds a
    character without a counterpart: sent all the same, QuickBooks would store ``?``, and nobody would know.
    """
    if _PLAIN.match(text):
        return text
    text = unicodedata.normalize("NFC", normalise_lines(text))  # An e and an accent are the letter é, in two parts.
    if not find_foreign(text):
        return text
    if policy is Characters.REFUSE:
        return None
    text = _SMALL_DIGITS.sub(_write_small_digits, _FRACTION.sub(r"\1 \2", text))
    result = "".join(map(_replace, text))
    return None if NO_COUNTERPART in result else result


def escape(text: str) -> str:
    """Write a text as XML in pure ASCII: the five entities' characters and others by reference, controls never."""
    return _SPECIAL.sub(_reference, text)


def is_forbidden(code: int) -> bool:
    """Tell whether XML 1.0 forbids this code point even as a reference."""
    return any(first <= code <= last for first, last in _FORBIDDEN)


def _reference(match: "re.Match[str]") -> str:
    char = match.group()
    code = ord(char)
    return _ENTITIES.get(char) or ("" if is_forbidden(code) else f"&#{code};")


def _replace(char: str) -> str:
    if char in "\t\n" or (_is_windows_1252(char) and not _CONTROL.match(char)):
        return char
    if char in REPLACEMENTS:
        return REPLACEMENTS[char]
    if unicodedata.category(char) in _INVISIBLE:
        return ""
    parts = unicodedata.normalize("NFKD", char)
    if parts == char:
        return NO_COUNTERPART
    return "".join(map(_replace, parts))


def _write_small_digits(match: "re.Match[str]") -> str:
    text = match.group()
    mark = "_" if "\u2080" <= text[0] <= "\u208b" else "^"
    return mark + unicodedata.normalize("NFKC", text)


def _is_windows_1252(char: str) -> bool:
    try:
        char.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
