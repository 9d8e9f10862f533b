"""Characters that XML 1.0 does not know: out of what leaves, and out of what comes in.

The Web Connector writes a control character of QuickBooks as ``&#x1;``, which XML parsers refuse; and one such
character in a returned text would make Spyne answer with an empty envelope. [XML 1.0, production 2, Char]
"""

import re
import sys

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# The same in UTF-8, where the control characters are single bytes and the two others cannot be part of anything else.
_CONTROLS = bytes(number for number in range(0x20) if number not in b"\t\n\r")
_NON_CHARACTERS = ("\ufffe".encode(), "\uffff".encode())

_MARK = re.compile(rb"<!\[CDATA\[|\]\]>|&#(?:x([0-9A-Fa-f]{1,32})|([0-9]{1,32}));")
# What one of these marks looks like while its end has not arrived yet.
_UNFINISHED = re.compile(
    rb"(?:&(?:#(?:x[0-9A-Fa-f]{0,32}|[0-9]{0,32}))?|<(?:!(?:\[(?:C(?:D(?:A(?:TA?)?)?)?)?)?)?|\]\]?)\Z"
)
_LONGEST_MARK = 40


def remove_illegal(text: str) -> str:
    """Give the text without the characters that cannot stand in an XML document (lone surrogates included)."""
    return _ILLEGAL.sub("", text)


class IncomingFilter:
    """Removes illegal characters from a stream of UTF-8, whether they are raw or references, before it is parsed.

    References inside a CDATA section are plain text there, and doubly escaped ones (``&amp;#x1;``) are the business
    of whoever reads the text: both are left alone, so that the text of an answer stays what QuickBooks said.
    """

    def __init__(self) -> None:
        self._held = b""
        self._in_cdata = False

    def clean(self, data: bytes) -> bytes:
        """Give what can be given already; the beginning of a mark is held until its end arrives."""
        data = self._held + data.translate(None, _CONTROLS)
        unfinished = _UNFINISHED.search(data, max(0, len(data) - _LONGEST_MARK))
        end = unfinished.start() if unfinished else len(data)
        data, self._held = data[:end], data[end:]
        for character in _NON_CHARACTERS:
            data = data.replace(character, b"")
        if b"&#" in data or b"CDATA" in data or self._in_cdata:
            data = _MARK.sub(self._judge, data)
        return data

    def finish(self) -> bytes:
        """Give what is still held: the stream is over, so nothing will complete it."""
        rest, self._held = self._held, b""
        return rest

    def _judge(self, mark: re.Match[bytes]) -> bytes:
        found = mark[0]
        if found == b"<![CDATA[":
            self._in_cdata = True
        elif found == b"]]>":
            self._in_cdata = False
        elif not self._in_cdata:
            number = int(mark[1], 16) if mark[1] else int(mark[2])
            if number > sys.maxunicode or _ILLEGAL.match(chr(number)):
                return b""
        return found
