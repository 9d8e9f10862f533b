"""One page of 1,000 invoices (4.3 MB) through the whole service: SOAP, the raw answer kept, parsed, in the tables."""

import io
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from sqlalchemy import func, select, update

from benchmarks.mirrored import mirror_company
from qbwc_service.simulator import Company
from qbwc_service.soap import create_soap_application
from qbwc_service.store import Cursor, Database
from qbwc_service.sync.pull.entities import INVOICE

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

COUNT = 1000
MEMO = "Freight from Newark to Hartford & back, two pallets, liftgate. " * 26
MOST_BODY = 128 * 1024 * 1024


@dataclass
class SoapCalls:
    """Makes the calls as SOAP requests of a WSGI application, in this process; keeps how long each answer took."""

    application: "WSGIApplication"
    received: list[tuple[int, float]] = field(default_factory=list)

    def authenticate(self, user_name: str, password: str) -> list[str]:
        """Sign in."""
        text = self._call("authenticate", strUserName=user_name, strPassword=password)
        return [unescape(one) for one in re.findall(r"<[^>]*string>(.*?)</[^>]*string>", text)] or ["", ""]

    def send_request_xml(self, ticket: str, hcp_response: str, **host: object) -> str:
        """Fetch the next message set."""
        names = {"company_file_name": "strCompanyFileName", "country": "qbXMLCountry"}
        numbers = {"major_version": "qbXMLMajorVers", "minor_version": "qbXMLMinorVers"}
        given = {(names | numbers)[name]: str(value) for name, value in host.items()}
        return self._result(self._call("sendRequestXML", ticket=ticket, strHCPResponse=hcp_response, **given))

    def receive_response_xml(self, ticket: str, response: str, *, hresult: str, message: str) -> int:
        """Bring an answer, and time it."""
        body = envelope("receiveResponseXML", ticket=ticket, response=response, hresult=hresult, message=message)
        begin = time.perf_counter()
        answer = self._post(body)
        self.received.append((len(response), time.perf_counter() - begin))
        return int(self._result(answer))

    def get_last_error(self, ticket: str) -> str:
        """Ask what went wrong."""
        return self._result(self._call("getLastError", ticket=ticket))

    def close_connection(self, ticket: str) -> str:
        """End the session."""
        return self._result(self._call("closeConnection", ticket=ticket))

    def _call(self, method: str, **parameters: str) -> str:
        return self._post(envelope(method, **parameters))

    def _result(self, text: str) -> str:
        found = re.search(r"Result[^>]*>(.*?)</", text, re.DOTALL)
        return unescape(found[1]) if found else ""

    def _post(self, body: bytes) -> str:
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/qbwc",
            "SCRIPT_NAME": "",
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "text/xml; charset=utf-8",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
        }
        return b"".join(self.application(environ, lambda *_: lambda _: None)).decode()


def envelope(method: str, **parameters: str) -> bytes:
    """Write a call as the Web Connector does."""
    arguments = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in parameters.items())
    return (
        '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
        f'<soap:Body><{method} xmlns="http://developer.intuit.com/">{arguments}</{method}></soap:Body></soap:Envelope>'
    ).encode()


def measure_soap_page(database: Database) -> dict[str, float]:
    """Mirror a company whose invoices fit one page; give how long that page took to be taken."""
    company = Company.create(customers=200, items=40, invoices=COUNT, payments=0.6, credits_share=0.0, years=0.07)
    for invoice in company.list_transactions("Invoice"):
        invoice.values["Memo"] = MEMO
    connection_id, side = mirror_company(database, company, clock=lambda: datetime.now(UTC))
    calls = SoapCalls(create_soap_application(side.service, max_body_bytes=MOST_BODY))
    side.service = calls  # type: ignore[assignment]  # It has the same calls.
    with database.writing() as db:
        mine = Cursor.connection_id == connection_id
        db.execute(update(Cursor).where(mine).values(page_size=COUNT), execution_options={"synchronize_session": False})
    side.run()
    with database.reading() as db:
        written = db.scalar(select(func.count()).select_from(INVOICE.table))
    assert written == COUNT, written  # noqa: S101 - a figure about something else would be worse than none
    characters, seconds = max(calls.received)
    return {"characters": characters, "seconds": round(seconds, 3)}
