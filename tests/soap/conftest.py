"""The SOAP endpoint over real HTTP, with a recording stand-in for the update layer behind the seam."""

import http.client
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

import pytest
from lxml import etree
from structlog.testing import capture_logs
from werkzeug.serving import WSGIRequestHandler, make_server

from qbwc_service.soap import create_soap_application

INTUIT = "http://developer.intuit.com/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
    "<soap:Body>{}</soap:Body></soap:Envelope>"
)


@dataclass
class Recorder:
    """Implements WebConnectorCalls: notes what arrived and gives what the test put into ``answers``."""

    answers: dict[str, Any] = field(default_factory=dict)
    seen: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)

    def _note(self, method: str, *arguments: object, default: Any) -> Any:
        self.seen.append((method, arguments))
        answer = self.answers.get(method, default)
        if isinstance(answer, Exception):
            raise answer
        return answer() if callable(answer) else answer

    def server_version(self) -> Any:
        return self._note("server_version", default="1.2.3")

    def client_version(self, version: str) -> Any:
        return self._note("client_version", version, default="")

    def authenticate(self, user_name: str, password: str) -> Any:
        return self._note("authenticate", user_name, password, default=["7.ticket", ""])

    def send_request_xml(self, ticket: str, hcp_response: str, **where: object) -> Any:
        return self._note("send_request_xml", ticket, hcp_response, *where.values(), default="<QBXML/>")

    def receive_response_xml(self, ticket: str, response: str, *, hresult: str, message: str) -> Any:
        return self._note("receive_response_xml", ticket, response, hresult, message, default=100)

    def connection_error(self, ticket: str, hresult: str, *, message: str) -> Any:
        return self._note("connection_error", ticket, hresult, message, default="done")

    def get_last_error(self, ticket: str) -> Any:
        return self._note("get_last_error", ticket, default="")

    def close_connection(self, ticket: str) -> Any:
        return self._note("close_connection", ticket, default="OK")

    def get_interactive_url(self, ticket: str, session_id: str) -> Any:
        return self._note("get_interactive_url", ticket, session_id, default="")

    def interactive_rejected(self, ticket: str, reason: str) -> Any:
        return self._note("interactive_rejected", ticket, reason, default="")

    def interactive_done(self, ticket: str) -> Any:
        return self._note("interactive_done", ticket, default="Done")


@dataclass(frozen=True, kw_only=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def result(self) -> Any:
        """The text of the one result element; a list for an array."""
        (answer,) = self.body_element
        (result,) = answer
        assert etree.QName(result).namespace == INTUIT
        return [item.text or "" for item in result] if len(result) else result.text or ""

    @property
    def fault(self) -> str:
        """The sentence of the Fault; empty where there is none."""
        return self.body_element.findtext(f"{{{SOAP}}}Fault/faultstring") or ""

    @property
    def body_element(self) -> Any:
        parser = etree.XMLParser(resolve_entities=False, huge_tree=True)
        (body,) = etree.fromstring(self.body, parser)
        assert body.tag == f"{{{SOAP}}}Body"
        return body


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One running server, and a client for it."""

    port: int
    calls: Recorder

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/qbwc"

    def request(
        self,
        verb: str = "POST",
        body: Any = b"",
        *,
        path: str = "/qbwc",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            wire.request(verb, path, body=body, headers={"Content-Type": "text/xml; charset=utf-8", **(headers or {})})
            answer = wire.getresponse()
            return Reply(status=answer.status, headers=dict(answer.getheaders()), body=answer.read())
        finally:
            wire.close()

    def call(self, method: str, **parameters: str) -> Reply:
        return self.request(body=envelope(method, **parameters))


def envelope(method: str, **parameters: str) -> bytes:
    """A request as .NET writes it; the values are escaped here."""
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parameters.items())
    return ENVELOPE.format(f'<{method} xmlns="{INTUIT}">{inner}</{method}>').encode()


class _QuietHandler(WSGIRequestHandler):
    def log(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def write_envelope() -> Callable[..., bytes]:
    return envelope


@pytest.fixture
def serve() -> Iterator[Callable[..., Endpoint]]:
    """Start endpoints; options are those of create_soap_application, ``wrap`` puts a middleware around it."""
    running: list[tuple[Any, threading.Thread]] = []

    def start(*, wrap: Callable[[Any], Any] | None = None, **options: Any) -> Endpoint:
        calls = Recorder()
        application: Any = create_soap_application(calls, **options)
        server = make_server(
            "127.0.0.1",
            0,
            wrap(application) if wrap else application,
            threaded=True,
            request_handler=_QuietHandler,
        )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        running.append((server, thread))
        return Endpoint(port=server.server_port, calls=calls)

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def endpoint(serve: Callable[..., Endpoint]) -> Endpoint:
    return serve()


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with capture_logs() as lines:
        yield lines
