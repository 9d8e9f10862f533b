"""The Web Connector's view of the server: its methods as Python calls, each over the wire, each recorded.

Every failure leaves as QbwcError with the code of the call. A result that the server left out is None, as null
reaches a .NET program; where the Web Connector would stumble over it, so does this class.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from qbwc_service.simulator.web_connector.errors import CALL_CODES, NULL_REFERENCE, CallError, QbwcError
from qbwc_service.simulator.web_connector.hooks import UpdateHooks
from qbwc_service.simulator.web_connector.http_answer import SoapAnswer
from qbwc_service.simulator.web_connector.http_connection import HttpAnswer, Wire
from qbwc_service.simulator.web_connector.http_envelope import Parameter, soap_action, write_envelope
from qbwc_service.simulator.web_connector.report import CallRecord

Result = TypeVar("Result")
CallWatcher = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFacts:
    """What every sendRequestXML says about QuickBooks; the version is ``"16.0"``."""

    company_file: str
    country: str
    qbxml_version: str

    def as_parameters(self) -> list[Parameter]:
        """List the four parameters in order."""
        major, _, minor = self.qbxml_version.partition(".")
        return [
            ("strCompanyFileName", self.company_file),
            ("qbXMLCountry", self.country),
            ("qbXMLMajorVers", int(major)),
            ("qbXMLMinorVers", int(minor or 0)),
        ]


class WebService:
    """The server behind one wire, for one update session."""

    def __init__(self, wire: Wire, *, hooks: UpdateHooks, on_call: CallWatcher) -> None:
        self._wire = wire
        self._hooks = hooks
        self._on_call = on_call
        self.calls: list[CallRecord] = []

    def server_version(self) -> str:
        """Ask for the server's version; "" where it gives none."""
        return self._call("serverVersion", [], SoapAnswer.read_text) or ""

    def client_version(self, version: str) -> str:
        """Tell our version; the answer is "" or begins with W:, E: or O:."""
        return self._call("clientVersion", [("strVersion", version)], SoapAnswer.read_text) or ""

    def authenticate(self, user_name: str, password: str) -> tuple[str | None, ...] | None:
        """Sign in; the items as they came."""
        parameters: list[Parameter] = [("strUserName", user_name), ("strPassword", password)]
        return self._call("authenticate", parameters, SoapAnswer.read_texts)

    def send_request_xml(self, ticket: str, hcp_response: str, *, facts: CompanyFacts) -> str:
        """Ask for the next document."""
        leading: list[Parameter] = [("ticket", ticket), ("strHCPResponse", hcp_response)]
        return self._call_for_text("sendRequestXML", leading + facts.as_parameters())

    def receive_response_xml(self, ticket: str, response: str, *, hresult: str, message: str) -> int:
        """Hand over QuickBooks' answer; how far the server is, in percent, or a negative number."""
        parameters = [("ticket", ticket), ("response", response), ("hresult", hresult), ("message", message)]
        return self._call("receiveResponseXML", parameters, SoapAnswer.read_int)

    def connection_error(self, ticket: str, hresult: str, *, message: str) -> str:
        """Tell that QuickBooks cannot be reached; ``done``, or a company file to try."""
        return self._call_for_text("connectionError", [("ticket", ticket), ("hresult", hresult), ("message", message)])

    def get_last_error(self, ticket: str) -> str:
        """Ask what was wrong."""
        return self._call_for_text("getLastError", [("ticket", ticket)])

    def close_connection(self, ticket: str) -> str:
        """Say good-bye; the text for the person, "" where there is none."""
        return self._call("closeConnection", [("ticket", ticket)], SoapAnswer.read_text) or ""

    def get_interactive_url(self, ticket: str, session: str) -> str:
        """Ask for the page to show."""
        return self._call_for_text("getInteractiveURL", [("wcTicket", ticket), ("sessionID", session)])

    def interactive_rejected(self, ticket: str, reason: str) -> str:
        """Tell that the person did not want the page."""
        return self._call_for_text("interactiveRejected", [("wcTicket", ticket), ("reason", reason)])

    def _call_for_text(self, method: str, parameters: Sequence[Parameter]) -> str:
        text = self._call(method, parameters, SoapAnswer.read_text)
        if text is None:
            raise QbwcError(CALL_CODES.get(method), NULL_REFERENCE)
        return text

    def _call(self, method: str, parameters: Sequence[Parameter], read: Callable[[SoapAnswer], Result]) -> Result:
        number = len(self.calls) + 1
        self._on_call(method)
        self._hooks.before_call(method, number)
        request = write_envelope(method, parameters)
        started = time.perf_counter()
        answer: HttpAnswer | None = None
        problem = ""
        try:
            answer = self._deliver(method, request, times=self._hooks.count_deliveries(method, number))
            result = read(SoapAnswer(method, answer))
        except CallError as error:
            problem = error.message
            raise QbwcError(CALL_CODES.get(method), error.message) from error
        finally:
            seconds = time.perf_counter() - started
            self.calls.append(_record(method, len(request), answer=answer, seconds=seconds, error=problem))
        self._hooks.after_answer(method, number)
        return result

    def _deliver(self, method: str, request: bytes, *, times: int) -> HttpAnswer:
        """Send the call; where it arrives several times, only the last answer is heard."""
        answer = self._wire.post(soap_action(method), request)
        for _ in range(times - 1):
            answer = replace(self._wire.post(soap_action(method), request), resent=True)
        return answer


def _record(method: str, sent_bytes: int, *, answer: HttpAnswer | None, seconds: float, error: str) -> CallRecord:
    if answer is None:
        return CallRecord(name=method, seconds=seconds, sent_bytes=sent_bytes, error=error)
    return CallRecord(
        name=method,
        seconds=seconds,
        sent_bytes=sent_bytes,
        received_bytes=len(answer.body),
        status=answer.status,
        resent=answer.resent,
        error=error,
    )
