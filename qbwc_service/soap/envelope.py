"""A SOAP 1.1 envelope, read from a stream: which method is called, with which texts.

An answer of QuickBooks is one text node of any length. Expat hands it over in pieces, so it is in memory once and
not once more as a document; libxml2 would want several times its size. What else may stand in an envelope is bounded
here, because all of this is read before anybody has shown a password: no DOCTYPE, few elements, no deep nesting.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from qbwc_service.errors import InputError

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"

_MOST_ELEMENTS = 500
_DEEPEST = 32
_LONGEST_TAG = 1024 * 1024
_TEXT_PIECE = 256 * 1024
# How deep an element stands, when it is counted in: Envelope 1, Body 2, the method 3, a parameter 4.
_METHOD, _PARAMETER = 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodCall:
    """One call as it stood in the Body.

    ``method`` is ``{namespace}name``, or the bare name where there is no namespace. ``parameters`` are texts by local
    name; an empty or nil parameter is ``""``.
    """

    method: str
    parameters: Mapping[str, str]


def read_envelope(chunks: Iterable[bytes]) -> MethodCall:
    """Read an envelope that comes as clean UTF-8. Raises InputError if it is no SOAP 1.1 call."""
    return _Reader().read(chunks)


class _Reader:
    """Follows the parser through one envelope."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._elements = 0
        self._method = ""
        self._texts: dict[str, list[bytes]] = {}
        self._open_text: list[bytes] | None = None
        # The encoding given here wins over the one in the XML declaration: decode_body has already translated.
        self._parser = expat.ParserCreate("utf-8", " ")
        self._parser.buffer_text = True
        self._parser.buffer_size = _TEXT_PIECE
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self, chunks: Iterable[bytes]) -> MethodCall:
        fed = 0
        try:
            for chunk in chunks:
                self._parser.Parse(chunk, False)  # noqa: FBT003 - Expat takes no keyword.
                fed += len(chunk)
                if fed - self._parser.CurrentByteIndex > _LONGEST_TAG:
                    raise InputError("A tag or a comment of the envelope is too long.")
            self._parser.Parse(b"", True)  # noqa: FBT003 - The same.
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            raise InputError(f"The body is not XML: {reason} at byte {max(0, self._parser.ErrorByteIndex)}.") from error
        if not self._method:
            raise InputError("The Body of the envelope is empty.")
        # Taken out one by one, so that the pieces of a long text are gone when it is decoded.
        texts = {name: b"".join(self._texts.pop(name)).decode() for name in tuple(self._texts)}
        return MethodCall(method=self._method, parameters=texts)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._path.append(name)
        self._elements += 1
        depth = len(self._path)
        if depth > _DEEPEST or self._elements > _MOST_ELEMENTS:
            raise InputError("The envelope has too many elements.")
        if depth == 1 and name != f"{SOAP} Envelope":
            raise InputError("The body is not a SOAP 1.1 envelope.")
        if depth < _METHOD or self._path[1] != f"{SOAP} Body":
            return
        if depth == _METHOD:
            self._open_method(name)
        elif depth == _PARAMETER:
            self._open_parameter(name.rpartition(" ")[2])
        elif depth > _PARAMETER:
            raise InputError("A parameter holds elements; it has to be text, with its markup escaped.")

    def _open_method(self, name: str) -> None:
        if self._method:
            raise InputError("The Body holds more than one call.")
        namespace, _, local = name.rpartition(" ")
        self._method = f"{{{namespace}}}{local}" if namespace else local

    def _open_parameter(self, name: str) -> None:
        if name in self._texts:
            raise InputError("A parameter stands twice in the call.")
        self._open_text = self._texts[name] = []

    def _end(self, _name: str) -> None:
        if len(self._path) == _PARAMETER:
            self._open_text = None
        self._path.pop()

    def _text(self, text: str) -> None:
        if self._open_text is not None:
            # As UTF-8: one typographic quote doubles a string's size in memory, and an emoji doubles it again.
            self._open_text.append(text.encode())

    def _doctype(self, *_declaration: object) -> None:
        # Entities of a document's own can be bombs, read files, or cut values short without a word.
        raise InputError("A DOCTYPE is not accepted.")
