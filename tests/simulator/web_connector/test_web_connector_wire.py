"""The HTTP of the Web Connector, byte by byte, against a server that is nothing but a socket."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qbwc_service.simulator.web_connector.errors import WireError
from qbwc_service.simulator.web_connector.http_connection import KeepAliveWire
from qbwc_service.simulator.web_connector.http_get import get_status

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
Talk = Callable[[socket.socket], None]


def ok(body: bytes = b"<a/>", *, head: bytes = b"") -> bytes:
    length = str(len(body)).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n" + head + b"Content-Length: " + length + b"\r\n\r\n" + body


def read_head(link: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = link.recv(1)
        if not piece:
            return head
        head += piece
    return head


class SocketServer:
    """Plays one scripted talk for each connection, in order."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("localhost", 0))
        self.url = f"http://localhost:{self.listener.getsockname()[1]}/qbwc"
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.thread: threading.Thread | None = None

    def play(self, *talks: Talk) -> None:
        self.thread = threading.Thread(target=self._run, args=(talks,))
        self.thread.start()

    def head_then(self, *answers: bytes, body_length: int = 5) -> Talk:
        """Read a head, allow the body, read it, answer; once for each answer; then close."""

        def talk(link: socket.socket) -> None:
            for answer in answers:
                self.heads.append(read_head(link))
                link.sendall(CONTINUE)
                self.bodies.append(link.recv(body_length, socket.MSG_WAITALL))
                link.sendall(answer)

        return talk

    def close(self) -> None:
        if self.thread is not None:
            self.thread.join(10)
        self.listener.close()

    def _run(self, talks: tuple[Talk, ...]) -> None:
        for talk in talks:
            link, _ = self.listener.accept()
            with link:
                link.settimeout(10)
                talk(link)


@pytest.fixture
def server() -> Iterator[SocketServer]:
    started = SocketServer()
    yield started
    started.close()


@pytest.fixture
def wire(server: SocketServer) -> Iterator[KeepAliveWire]:
    made = KeepAliveWire(server.url, timeout=5)
    yield made
    made.close()


def test_the_headers_are_dotnets(server: SocketServer, wire: KeepAliveWire) -> None:
    server.play(server.head_then(ok(), ok()))

    wire.post("http://developer.intuit.com/authenticate", b"hello")
    wire.post("http://developer.intuit.com/sendRequestXML", b"again")

    host = server.url.removeprefix("http://").removesuffix("/qbwc")
    assert server.heads[0].decode().split("\r\n") == [
        "POST /qbwc HTTP/1.1",
        "User-Agent: Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 4.0.30319.42000)",
        "Content-Type: text/xml; charset=utf-8",
        'SOAPAction: "http://developer.intuit.com/authenticate"',
        f"Host: {host}",
        "Content-Length: 5",
        "Expect: 100-continue",
        "Connection: Keep-Alive",
        "",
        "",
    ]
    assert b"Connection:" not in server.heads[1]
    assert server.bodies == [b"hello", b"again"]


def test_the_body_waits_for_the_interim_answer(server: SocketServer, wire: KeepAliveWire) -> None:
    early: list[bytes] = []

    def talk(link: socket.socket) -> None:
        read_head(link)
        link.settimeout(0.05)
        try:
            early.append(link.recv(1))
        except TimeoutError:
            early.append(b"")
        link.settimeout(10)
        link.sendall(CONTINUE)
        link.recv(5, socket.MSG_WAITALL)
        link.sendall(ok())

    server.play(talk)

    assert wire.post("a", b"hello").status == 200
    assert early == [b""]


def test_the_body_goes_out_without_an_interim_answer_in_the_end(server: SocketServer, wire: KeepAliveWire) -> None:
    def talk(link: socket.socket) -> None:
        for _ in range(2):
            read_head(link)
            server.bodies.append(link.recv(5, socket.MSG_WAITALL))
            link.sendall(ok())

    server.play(talk)

    wire.post("a", b"hello")
    wire.post("a", b"again")

    assert server.bodies == [b"hello", b"again"]


def test_a_late_interim_answer_is_skipped(server: SocketServer, wire: KeepAliveWire) -> None:
    def talk(link: socket.socket) -> None:
        read_head(link)
        link.recv(5, socket.MSG_WAITALL)
        link.sendall(CONTINUE + ok(b"<late/>"))

    server.play(talk)

    assert wire.post("a", b"hello").body == b"<late/>"


def test_a_final_answer_to_the_head_spares_the_body(server: SocketServer, wire: KeepAliveWire) -> None:
    def talk(link: socket.socket) -> None:
        read_head(link)
        link.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        server.bodies.append(link.recv(5))

    server.play(talk)

    assert wire.post("a", b"hello").status == 413
    server.close()
    assert server.bodies == [b""]


def test_an_answer_glued_to_the_interim_one_is_not_lost(server: SocketServer, wire: KeepAliveWire) -> None:
    def talk(link: socket.socket) -> None:
        read_head(link)
        link.sendall(CONTINUE + ok(b"<glued/>"))
        link.recv(5, socket.MSG_WAITALL)

    server.play(talk)

    assert wire.post("a", b"hello").body == b"<glued/>"


def test_a_connection_that_the_server_closes_is_opened_again(server: SocketServer, wire: KeepAliveWire) -> None:
    closing = ok(head=b"Connection: close\r\n")
    server.play(server.head_then(closing), server.head_then(closing))

    answers = [wire.post("a", b"hello"), wire.post("a", b"again")]

    assert [answer.resent for answer in answers] == [False, False]
    assert all(b"Connection: Keep-Alive" in head for head in server.heads)


def test_a_post_is_repeated_once_where_the_kept_connection_was_dead(server: SocketServer, wire: KeepAliveWire) -> None:
    server.play(server.head_then(ok()), server.head_then(ok(b"<second/>")))
    wire.post("a", b"hello")

    answer = wire.post("a", b"again")

    assert answer.resent
    assert answer.body == b"<second/>"


def test_a_post_on_a_fresh_connection_is_not_repeated(server: SocketServer, wire: KeepAliveWire) -> None:
    server.play(read_head)

    with pytest.raises(WireError, match="closed unexpectedly"):
        wire.post("a", b"hello")


def test_a_post_is_not_repeated_once_an_answer_had_begun(server: SocketServer, wire: KeepAliveWire) -> None:
    server.play(server.head_then(ok(), b""))
    wire.post("a", b"hello")

    with pytest.raises(WireError, match="closed unexpectedly"):
        wire.post("a", b"again")


def test_an_answer_that_breaks_off_is_an_error(server: SocketServer, wire: KeepAliveWire) -> None:
    server.play(server.head_then(ok(b"<whole/>")[:-3]))

    with pytest.raises(WireError, match="closed unexpectedly"):
        wire.post("a", b"hello")


def test_a_server_that_keeps_silent_is_given_up(server: SocketServer) -> None:
    def talk(link: socket.socket) -> None:
        read_head(link)
        while link.recv(100):
            pass

    server.play(talk)
    impatient = KeepAliveWire(server.url, timeout=0.1)

    with pytest.raises(WireError, match="timed out"):
        impatient.post("a", b"hello")


def test_a_server_that_trickles_is_given_up_at_the_same_time(server: SocketServer) -> None:
    stopped = threading.Event()

    def talk(link: socket.socket) -> None:
        read_head(link)
        link.sendall(CONTINUE + ok(b"x" * 1000)[:-1000])
        try:
            while not stopped.wait(0.02):
                link.sendall(b"x")
        except OSError:
            return

    server.play(talk)
    impatient = KeepAliveWire(server.url, timeout=0.2)

    with pytest.raises(WireError, match="timed out"):
        impatient.post("a", b"hello")
    stopped.set()


def test_redirects_are_not_followed_and_cookies_not_kept(server: SocketServer, wire: KeepAliveWire) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: /other\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
    server.play(server.head_then(moved, ok()))

    assert wire.post("a", b"hello").status == 302
    wire.post("a", b"again")

    assert server.heads[1].startswith(b"POST /qbwc ")
    assert b"Cookie" not in server.heads[1]


def test_a_chunked_answer_is_read(server: SocketServer, wire: KeepAliveWire) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n<a/\r\n1\r\n>\r\n0\r\n\r\n"
    server.play(server.head_then(chunked))

    assert wire.post("a", b"hello").body == b"<a/>"


def test_a_closed_port_and_an_unknown_name_are_told_in_dotnets_words() -> None:
    with socket.create_server(("localhost", 0)) as gone:
        port = gone.getsockname()[1]

    with pytest.raises(WireError, match="Unable to connect"):
        KeepAliveWire(f"http://localhost:{port}/", timeout=1).post("a", b"")
    with pytest.raises(WireError, match="remote name could not be resolved"):
        KeepAliveWire("http://no-such-host.invalid/", timeout=1).post("a", b"")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Make a self-signed certificate for localhost, with its key in the same file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is needed to make a certificate")
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*command, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    cert.write_text(cert.read_text() + key.read_text())
    return cert


def secured(certificate: Path, talk: Talk) -> Talk:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def talk_secured(link: socket.socket) -> None:
        try:
            with context.wrap_socket(link, server_side=True) as secure:
                talk(secure)
        except OSError:
            return

    return talk_secured


def answer_once(link: socket.socket) -> None:
    read_head(link)
    link.sendall(CONTINUE)
    read = b""
    while len(read) < 5:
        read += link.recv(5)
    link.sendall(ok(b"<secret/>"))


def test_https_works_where_the_certificate_is_trusted(server: SocketServer, certificate: Path) -> None:
    server.play(secured(certificate, answer_once))
    wire = KeepAliveWire(
        server.url.replace("http:", "https:"),
        timeout=5,
        tls=ssl.create_default_context(cafile=str(certificate)),
    )

    assert wire.post("a", b"hello").body == b"<secret/>"
    wire.close()


def test_https_fails_where_the_certificate_is_not_trusted(server: SocketServer, certificate: Path) -> None:
    server.play(secured(certificate, answer_once), secured(certificate, answer_once))
    url = server.url.replace("http:", "https:")

    with pytest.raises(WireError, match="trust relationship"):
        KeepAliveWire(url, timeout=5).post("a", b"hello")
    with pytest.raises(WireError, match="could not be read"):
        get_status(url, timeout=5)


def test_https_to_a_server_without_tls_fails(server: SocketServer) -> None:
    def talk(link: socket.socket) -> None:
        link.recv(100)
        link.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    server.play(talk)

    with pytest.raises(WireError, match="secure channel"):
        KeepAliveWire(server.url.replace("http:", "https:"), timeout=5).post("a", b"hello")
