"""The HTTP of a .NET Framework SOAP client: one kept-alive connection, the body only after ``100 Continue``.

Written on a socket, since the standard client hides the interim answer. No redirects are followed, no cookies
kept, nothing is decompressed, no proxy is asked. As .NET does, a POST is repeated once by itself where a
connection kept from an earlier call turns out to be closed before any byte of the answer came: a server can
receive one call twice.
"""

import http.client
import io
import re
import socket
import ssl
import time
from dataclasses import dataclass, replace
from typing import Protocol, cast
from urllib.parse import urlsplit

from qbwc_service.simulator.web_connector.errors import WireError

USER_AGENT = "Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 4.0.30319.42000)"
CONTINUE_SECONDS = 0.35
"""How long .NET waits for ``100 Continue`` before it sends the body anyway."""

_HEAD_END = b"\r\n\r\n"
_INTERIM = re.compile(rb"HTTP/1\.[01] 100\b")
_CLOSED = "The underlying connection was closed: The connection was closed unexpectedly."
_TIMED_OUT = "The operation has timed out"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What came back: ``resent`` says that the request had to go out a second time on a fresh connection."""

    status: int
    reason: str
    content_type: str
    body: bytes
    resent: bool = False


class Wire(Protocol):
    """Carries one SOAP request and brings its HTTP answer; a test may put its own in between."""

    def post(self, action: str, body: bytes) -> HttpAnswer:
        """Send the request and wait for the answer; raises WireError."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class KeepAliveWire:
    """Speaks to one URL over one connection, opened when needed and again after the server closed it.

    ``timeout`` is for a whole call, in seconds. ``tls`` replaces the machine's own trust for https.
    """

    def __init__(self, url: str, *, timeout: float, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._is_tls = parts.scheme == "https"
        self._port = parts.port or (443 if self._is_tls else 80)
        self._host_header = parts.netloc.rpartition("@")[2]
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._timeout = timeout
        self._tls = tls
        self._socket: socket.socket | None = None
        self._waits_for_continue = True

    def post(self, action: str, body: bytes) -> HttpAnswer:
        """Send the request and wait for the answer; raises WireError in .NET's words."""
        is_reused = self._socket is not None
        try:
            return self._exchange(action, body)
        except _ClosedBeforeAnswerError:
            if not is_reused:
                raise
        return replace(self._exchange(action, body), resent=True)

    def close(self) -> None:
        """Close the connection, if one is open."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, action: str, body: bytes) -> HttpAnswer:
        deadline = time.monotonic() + self._timeout
        is_first = self._socket is None
        link = self._socket or self._connect()
        self._socket = link
        arrivals = _Arrivals(link, deadline=deadline)
        try:
            link.settimeout(self._timeout)
            link.sendall(self._head(action, len(body), is_first=is_first))
            is_wanted = self._may_send_body(arrivals)
            if is_wanted:
                link.settimeout(self._timeout)
                link.sendall(body)
            answer, stays_open = _read_answer(arrivals)
        except TimeoutError as error:
            self.close()
            raise WireError(_TIMED_OUT) from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise (WireError(_CLOSED) if arrivals.came else _ClosedBeforeAnswerError(_CLOSED)) from error
        if not (stays_open and is_wanted):
            self.close()
        return answer

    def _may_send_body(self, arrivals: "_Arrivals") -> bool:
        """Wait for ``100 Continue``; false where a final answer came instead. A server is waited for once."""
        if not self._waits_for_continue:
            return True
        permission = arrivals.await_permission(CONTINUE_SECONDS)
        self._waits_for_continue = permission is not None
        return permission is not False

    def _connect(self) -> socket.socket:
        try:
            link = socket.create_connection((self._host, self._port), timeout=self._timeout)
        except socket.gaierror as error:
            raise WireError(f"The remote name could not be resolved: '{self._host}'") from error
        except TimeoutError as error:
            raise WireError(_TIMED_OUT) from error
        except OSError as error:
            raise WireError("Unable to connect to the remote server") from error
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._secure(link) if self._is_tls else link

    def _secure(self, link: socket.socket) -> socket.socket:
        context = self._tls or ssl.create_default_context()
        try:
            return context.wrap_socket(link, server_hostname=self._host)
        except ssl.SSLCertVerificationError as error:
            link.close()
            trust = "Could not establish trust relationship for the SSL/TLS secure channel"
            raise WireError(f"The underlying connection was closed: {trust}. ({error.verify_message})") from error
        except OSError as error:
            link.close()
            raise WireError("The request was aborted: Could not create SSL/TLS secure channel.") from error

    def _head(self, action: str, length: int, *, is_first: bool) -> bytes:
        lines = [
            f"POST {self._target} HTTP/1.1",
            f"User-Agent: {USER_AGENT}",
            "Content-Type: text/xml; charset=utf-8",
            f'SOAPAction: "{action}"',
            f"Host: {self._host_header}",
            f"Content-Length: {length}",
            "Expect: 100-continue",
        ]
        if is_first:
            lines.append("Connection: Keep-Alive")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class _ClosedBeforeAnswerError(WireError):
    """The connection was closed before one byte of an answer came."""


class _Arrivals(io.RawIOBase):
    """The bytes that come in for one call, with what came before the body was sent put in front again."""

    def __init__(self, link: socket.socket, *, deadline: float) -> None:
        super().__init__()
        self.came = False
        self._link = link
        self._deadline = deadline
        self._early = b""

    def await_permission(self, seconds: float) -> bool | None:
        """Give True for ``100 Continue``, False for a final answer, None where nothing was said in time."""
        end = min(time.monotonic() + seconds, self._deadline)
        while _HEAD_END not in self._early:
            try:
                self._early += self._receive(65536, until=end)
            except TimeoutError:
                return None
        if not _INTERIM.match(self._early):
            return False
        self._early = self._early.partition(_HEAD_END)[2]
        return True

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Stand in for the socket that the standard library's response reads from, always as bytes."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Always; the buffered reader asks."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # The caller hands a memoryview.
        """Fill the buffer, first from what came early; nothing at the end of the stream."""
        if self._early:
            count = min(len(buffer), len(self._early))
            buffer[:count], self._early = self._early[:count], self._early[count:]
            return count
        self._link.settimeout(_remaining(self._deadline))
        count = self._link.recv_into(buffer)
        self.came = self.came or count > 0
        return count

    def _receive(self, size: int, *, until: float) -> bytes:
        self._link.settimeout(_remaining(until))
        received = self._link.recv(size)
        if not received:
            raise ConnectionResetError(_CLOSED)
        self.came = True
        return received


def _remaining(end: float) -> float:
    """Give the seconds that are left; raises TimeoutError where none are."""
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise TimeoutError(_TIMED_OUT)
    return seconds


def _read_answer(arrivals: _Arrivals) -> tuple[HttpAnswer, bool]:
    """Read the final answer; the flag says whether the connection stays open."""
    response = http.client.HTTPResponse(cast("socket.socket", arrivals), method="POST")
    with response:
        response.begin()
        stays_open = not response.will_close
        answer = HttpAnswer(
            status=response.status,
            reason=response.reason,
            content_type=response.getheader("Content-Type") or "",
            body=response.read(),
        )
    return answer, stays_open
