"""A small SOAP server that answers as it is told, over real HTTP, and a QuickBooks that does as it is told."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

import pytest
from lxml import etree

from qbwc_service.simulator.quickbooks.hresult import HresultError
from qbwc_service.simulator.web_connector.connector import Application, WebConnector
from qbwc_service.simulator.web_connector.errors import QbwcError
from qbwc_service.simulator.web_connector.options import WebConnectorOptions
from qbwc_service.simulator.web_connector.report import UpdateReport

INTUIT = "http://developer.intuit.com/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


@dataclass(frozen=True, kw_only=True)
class Raw:
    """An HTTP answer byte for byte; ``closes`` ends the connection after it, ``silent`` instead of it."""

    body: bytes = b""
    status: int = 200
    content_type: str | None = "text/xml; charset=utf-8"
    closes: bool = False
    silent: bool = False


def envelope(method: str, result: str) -> bytes:
    """Write an answer in which the result element's content is given as XML."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{SOAP}"><soap:Body>'
        f'<{method}Response xmlns="{INTUIT}"><{method}Result>{result}</{method}Result></{method}Response>'
        "</soap:Body></soap:Envelope>"
    ).encode()


def fault(text: str, *, status: int = 500) -> Raw:
    """Write a SOAP Fault."""
    body = (
        f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body><soap:Fault><faultcode>soap:Server</faultcode>'
        f"<faultstring>{text}</faultstring></soap:Fault></soap:Body></soap:Envelope>"
    )
    return Raw(body=body.encode(), status=status)


@dataclass(frozen=True, kw_only=True)
class Received:
    """One call as the server saw it."""

    method: str
    arguments: dict[str, str]
    headers: dict[str, str]
    body: bytes


Answer = str | int | list[str] | Raw


@dataclass
class ScriptedServer:
    """Answers each method from its list, the last item for ever; GETs from ``pages``."""

    url: str = ""
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    gets: list[str] = field(default_factory=list)
    connections: int = 0

    def say(self, method: str, *answers: Answer) -> None:
        """Script the answers of a method."""
        self.answers[method] = list(answers)

    def arguments_of(self, method: str) -> list[dict[str, str]]:
        """List what each call of a method carried."""
        return [call.arguments for call in self.received if call.method == method]

    def next_answer(self, method: str) -> Raw:
        """Take the next scripted answer of a method and make it an HTTP answer."""
        script = self.answers[method]
        answer = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(answer, Raw):
            return answer
        if isinstance(answer, list):
            return Raw(body=envelope(method, "".join(f"<string>{escape(item)}</string>" for item in answer)))
        return Raw(body=envelope(method, escape(str(answer))))


def _make_handler(script: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            script.connections += 1

        def do_GET(self) -> None:
            script.gets.append(self.path)
            self._answer(Raw(status=script.pages.get(self.path, 200), body=b"hello", content_type="text/plain"))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            method = self.headers["SOAPAction"].strip('"').rpartition("/")[2]
            parser = etree.XMLParser(huge_tree=True)
            operation = etree.fromstring(body, parser)[0][0]
            arguments = {etree.QName(child).localname: child.text or "" for child in operation}
            headers = dict(self.headers.items())
            script.received.append(Received(method=method, arguments=arguments, headers=headers, body=body))
            self._answer(script.next_answer(method))

        def _answer(self, answer: Raw) -> None:
            self.close_connection = answer.closes or answer.silent
            if answer.silent:
                return
            self.send_response(answer.status)
            if answer.content_type is not None:
                self.send_header("Content-Type", answer.content_type)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_args: object) -> None:
            pass

    return Handler


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    script = ScriptedServer()
    script.say("serverVersion", "Test 1.0")
    script.say("clientVersion", "")
    script.say("authenticate", ["the-ticket", ""])
    script.say("sendRequestXML", "<QBXML/>")
    script.say("receiveResponseXML", 100)
    script.say("getLastError", "something is wrong")
    script.say("connectionError", "done")
    script.say("closeConnection", "Good-bye")
    script.say("getInteractiveURL", "https://localhost/page")
    script.say("interactiveRejected", "The page was not wanted.")
    with ThreadingHTTPServer(("localhost", 0), _make_handler(script)) as http:
        script.url = f"http://localhost:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield script
        http.shutdown()
        thread.join()


@dataclass
class StandInQuickBooks:
    """Answers every document with the next text, and raises where it is told to."""

    company_file: str = r"C:\QB\Acme.qbw"
    country: str = "US"
    qbxml_version: str = "16.0"
    responses: list[str] = field(default_factory=lambda: ["<QBXML>answer</QBXML>"])
    errors: dict[str, list[HresultError]] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    opened: list[dict[str, str]] = field(default_factory=list)
    processed: list[str] = field(default_factory=list)
    registered: list[tuple[str, str]] = field(default_factory=list)

    def fail(self, action: str, *hresults: str) -> None:
        """Raise at the next calls of an action, once for each hresult."""
        self.errors[action] = [HresultError(hresult, "not now") for hresult in hresults]

    def register(self, *, owner_id: str, file_id: str) -> None:
        self.registered.append((owner_id, file_id))
        self._act("register")

    def open_session(self, *, app_name: str, owner_id: str, file_id: str, company_file: str) -> str:
        asked = {"app_name": app_name, "owner_id": owner_id, "file_id": file_id, "company_file": company_file}
        self.opened.append(asked)
        self._act("open_session")
        return "session-1"

    def host_company_preferences(self, session: str) -> str:
        self._check(session)
        self._act("host_company_preferences")
        return "<QBXML>host</QBXML>"

    def process(self, session: str, qbxml: str) -> str:
        self._check(session)
        self.processed.append(qbxml)
        self._act("process")
        return self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]

    def end_session(self, session: str) -> None:
        self._check(session)
        self._act("end_session")

    def _check(self, session: str) -> None:
        assert session == "session-1"

    def _act(self, action: str) -> None:
        self.actions.append(action)
        if self.errors.get(action):
            raise self.errors[action].pop(0)


@pytest.fixture
def quickbooks() -> StandInQuickBooks:
    return StandInQuickBooks()


@dataclass
class Bench:
    """A Web Connector between the scripted server and the stand-in."""

    server: ScriptedServer
    quickbooks: StandInQuickBooks
    pauses: list[float] = field(default_factory=list)
    connector: WebConnector = field(init=False)
    application: Application = field(init=False)

    def start(self, **options: object) -> "Bench":
        """Make the Web Connector and add the application."""
        chosen = WebConnectorOptions(sleep=self.pauses.append, **options)  # type: ignore[arg-type]  # By name.
        self.connector = WebConnector(self.quickbooks, timeout=10, options=chosen)
        self.application = self.connector.add_application(make_qwc(self.server.url), password="secret")
        self.server.connections = 0
        return self

    def update(self) -> UpdateReport:
        """Run one update."""
        return self.connector.update(self.application)


@pytest.fixture
def bench(server: ScriptedServer, quickbooks: StandInQuickBooks) -> Bench:
    return Bench(server, quickbooks).start()


def make_qwc(base: str, *, extra: str = "", **changes: str | None) -> str:
    """Write a .qwc file for a server; a change of None leaves an element out."""
    values: dict[str, str | None] = {
        "AppName": "Acme Sync",
        "AppID": "",
        "AppURL": f"{base}/qbwc",
        "AppDescription": "Sends invoices",
        "AppSupport": f"{base}/support",
        "UserName": "acme",
        "OwnerID": "{57F3B9B6-86F1-4FCC-B1EE-566DE1813D20}",
        "FileID": "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}",
        "QBType": "QBFS",
    }
    values.update(changes)
    elements = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items() if value is not None)
    return f'<?xml version="1.0"?><QBWCXML>{elements}{extra}</QBWCXML>'


@pytest.fixture(name="make_qwc")
def make_qwc_fixture() -> Callable[..., str]:
    return make_qwc


@pytest.fixture(name="raw")
def raw_fixture() -> type[Raw]:
    return Raw


@pytest.fixture(name="fault")
def fault_fixture() -> Callable[..., Raw]:
    return fault


@pytest.fixture(name="envelope")
def envelope_fixture() -> Callable[..., bytes]:
    return envelope


def code_of(action: Callable[[], object]) -> str | None:
    """Give the code of the QbwcError that an action raises."""
    with pytest.raises(QbwcError) as caught:
        action()
    return caught.value.code


@pytest.fixture(name="code_of")
def code_of_fixture() -> Callable[[Callable[[], object]], str | None]:
    return code_of
