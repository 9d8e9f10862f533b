"""The body of one POST: read in pieces, never more of it than allowed, never all of it at once."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from qbwc_service.errors import InputError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_PIECE = 256 * 1024
_LENGTH = re.compile(r"[0-9]{1,18}")
# How much of a refused body is read and thrown away, in bodies of the greatest size allowed.
_PATIENCE = 4


class RequestBody:
    """One request's body, and how much of it was read."""

    def __init__(self, environ: "WSGIEnvironment", *, limit: int) -> None:
        self.received = 0
        self._stream = environ["wsgi.input"]
        self._declared = str(environ.get("CONTENT_LENGTH") or "")
        # A chunked body has no length; the server says whether the stream has an end of its own.
        self._ends_by_itself = bool(environ.get("wsgi.input_terminated")) and not self._declared
        self._limit = limit

    @property
    def declared(self) -> str:
        """What Content-Length said, for the log."""
        return self._declared[:20]

    def pieces(self) -> Iterator[bytes]:
        """Give the body. Raises InputError for a junk length, a body above the limit, and one that is cut off."""
        length = self._length()
        if length is not None and length > self._limit:
            raise self._too_large()
        while piece := self._read(length):
            if self.received > self._limit:
                raise self._too_large()
            yield piece
        if length is not None and self.received < length:
            raise InputError("The body ended before its Content-Length.")

    def discard_rest(self) -> None:
        """Read on, and forget. A client that is still sending when we hang up would never see our answer."""
        try:
            length = self._length()
        except InputError:
            return
        while self.received < self._limit * _PATIENCE and self._read(length):
            pass

    def _length(self) -> int | None:
        """Give the body's length in bytes; None for one that ends by itself."""
        if self._ends_by_itself:
            return None
        if self._declared and not _LENGTH.fullmatch(self._declared):
            raise InputError("The Content-Length is not a number.")
        return int(self._declared or 0)

    def _read(self, length: int | None) -> bytes:
        wanted = _PIECE if length is None else min(_PIECE, length - self.received)
        piece: bytes = self._stream.read(wanted) if wanted > 0 else b""
        self.received += len(piece)
        return piece

    def _too_large(self) -> InputError:
        return InputError(f"The body is larger than the {self._limit} bytes that this service accepts.")
