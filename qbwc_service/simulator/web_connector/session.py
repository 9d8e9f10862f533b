"""One update session of the Web Connector: which call follows which answer.

The server's answers alone decide the way: serverVersion, clientVersion, authenticate, then QuickBooks is opened,
then sendRequestXML and receiveResponseXML in turn until 100, and closeConnection [QBWC guide, ch. 2 and 10].
A call that fails ends the session at once and nothing more is said to the server, not even good-bye.
"""

from qbwc_service.simulator.quickbooks.hresult import HresultError
from qbwc_service.simulator.web_connector.errors import QbwcError
from qbwc_service.simulator.web_connector.hooks import UpdateCutError, UpdateHooks
from qbwc_service.simulator.web_connector.log import Ending, UpdateLog
from qbwc_service.simulator.web_connector.options import WebConnectorOptions
from qbwc_service.simulator.web_connector.progress import ProgressKind
from qbwc_service.simulator.web_connector.qwc_import import QwcContents
from qbwc_service.simulator.web_connector.report import UpdateOutcome, UpdateReport
from qbwc_service.simulator.web_connector.seam import CompanyProgram
from qbwc_service.simulator.web_connector.service import CompanyFacts, WebService
from qbwc_service.simulator.web_connector.signin import read_sign_in

PAUSE_SECONDS = 5.0
"""How long the Web Connector waits after NoOp."""
CONNECT_TRIES = 2
"""How often it tries QuickBooks before it tells the server."""

_DONE = 100
_NOTHING = ("", "NoOp")
_REJECTION = "The user did not want to start the interactive session."


class UpdateSession:
    """Runs once, from serverVersion to the end, and reports."""

    def __init__(
        self,
        contents: QwcContents,
        *,
        quickbooks: CompanyProgram,
        service: WebService,
        log: UpdateLog,
        options: WebConnectorOptions,
        hooks: UpdateHooks,
    ) -> None:
        self._contents = contents
        self._quickbooks = quickbooks
        self._service = service
        self._log = log
        self._options = options
        self._hooks = hooks
        self._ticket = ""
        self._company_file = ""
        self._hcp_response = ""
        self._quickbooks_session: str | None = None

    def run(self, *, version: str, password: str) -> UpdateReport:
        """Run the whole session; whatever goes wrong on the way is in the report."""
        self._log.tell(ProgressKind.STARTED)
        try:
            ending = (
                self._agree_on_versions(version) or self._sign_in(password) or self._open_company() or self._exchange()
            )
        except QbwcError as error:
            outcome = UpdateOutcome.WEB_SERVICE_ERROR
            ending = Ending(outcome=outcome, error_text=error.message, qbwc_code=error.code)
        except UpdateCutError as cut:
            ending = Ending(outcome=UpdateOutcome.CUT, error_text=str(cut))
        finally:
            self._leave_company()
            self._hooks.after_session()
        return self._log.report(ending, self._service.calls)

    def _agree_on_versions(self, version: str) -> Ending | None:
        try:
            self._log.server_version = self._service.server_version()
        except QbwcError as error:
            # The method is younger than the protocol: a server without it is logged and served.
            self._log.warnings.append(f"serverVersion failed: {error.message}")
        answer = self._service.client_version(version)
        prefix, text = answer[:2], answer[2:]
        match prefix:
            case "":
                return None
            case "W:" if self._options.accepts_warnings:
                self._log.warnings.append(f"The server warns: {text}")
                return None
            case "W:" | "E:":
                return Ending(outcome=UpdateOutcome.REFUSED_VERSION, error_text=text, qbwc_code="QBWC1037")
            case "O:":
                wanted = f"The server supports version {text} of the Web Connector."
                return Ending(outcome=UpdateOutcome.REFUSED_VERSION, error_text=wanted)
        raise QbwcError("QBWC1046", f"Bad syntax from clientVersion(): {answer!r}")

    def _sign_in(self, password: str) -> Ending | None:
        items = self._service.authenticate(self._contents.user_name, password)
        answer = read_sign_in(items, is_auto_run=self._options.is_auto_run)
        self._ticket = answer.ticket
        self._company_file = answer.instruction
        self._log.ticket_length = len(answer.ticket)
        self._log.postponed_seconds = answer.postponed_seconds
        self._log.minimum_seconds = answer.minimum_seconds
        if answer.postponed_seconds:
            return Ending(outcome=UpdateOutcome.POSTPONED, error_text="Update postponed by application")
        match answer.instruction.lower():
            case "none":
                return self._close(UpdateOutcome.NO_DATA)
            case "nvu":
                text = "The user name or the password is not valid."
                return self._close(UpdateOutcome.INVALID_USER, error_text=text, qbwc_code="QBWC1040")
            case "busy":
                return self._end_or_close(
                    UpdateOutcome.BUSY, "Application Busy", closes=self._options.closes_after_busy
                )
        return None

    def _open_company(self) -> Ending | None:
        """Open QuickBooks with the file that the server named; it may name others until it says done."""
        for _ in range(self._options.max_connection_attempts):
            try:
                self._quickbooks_session = self._open_session()
            except HresultError as error:
                self._log.hresults.append(error.hresult)
                answer = self._service.connection_error(self._ticket, error.hresult, message=error.message)
                if answer.lower() == "done":
                    return self._give_up_on_quickbooks(error)
                self._company_file = answer
            else:
                return self._read_host_company_preferences(self._quickbooks_session)
        text = f"connectionError was called {self._options.max_connection_attempts} times and never answered 'done'."
        return Ending(outcome=UpdateOutcome.CONNECTION_ERROR, error_text=text, qbwc_code="QBWC1013")

    def _open_session(self) -> str:
        """Open a QuickBooks session; where it fails, the Web Connector tries again before it complains."""
        for _ in range(CONNECT_TRIES - 1):
            try:
                return self._begin_session()
            except HresultError:
                continue
        return self._begin_session()

    def _begin_session(self) -> str:
        self._hooks.before_open()
        return self._quickbooks.open_session(
            app_name=self._contents.app_name,
            owner_id=self._contents.owner_id,
            file_id=self._contents.file_id,
            company_file=self._company_file,
        )

    def _give_up_on_quickbooks(self, error: HresultError) -> Ending:
        text = f"Error connecting to QuickBooks: {error.hresult} {error.message}"
        closes = self._options.closes_after_done
        return self._end_or_close(UpdateOutcome.CONNECTION_ERROR, text, closes=closes, qbwc_code="QBWC1013")

    def _read_host_company_preferences(self, session: str) -> Ending | None:
        try:
            self._hcp_response = self._quickbooks.host_company_preferences(session)
        except HresultError as error:
            self._log.hresults.append(error.hresult)
            text = f"No host, company and preferences: {error.hresult} {error.message}"
            return Ending(outcome=UpdateOutcome.CONNECTION_ERROR, error_text=text, qbwc_code="QBWC1014")
        return None

    def _exchange(self) -> Ending:
        """Fetch documents and return answers until the server says that it is enough."""
        for _ in range(self._options.max_requests):
            qbxml = self._fetch_request()
            if qbxml in _NOTHING:
                ending = self._ask_why_nothing()
                if ending is not None:
                    return ending
                continue
            percent = self._execute(qbxml)
            if percent < 0:
                return self._end_with_error(self._service.get_last_error(self._ticket))
            if percent >= _DONE:
                return self._complete(percent)
        return self._stop_endless(f"{self._options.max_requests} requests")

    def _fetch_request(self) -> str:
        """Ask for the next document; only the first time with what QuickBooks told about itself."""
        hcp_response, self._hcp_response = self._hcp_response, ""
        facts = CompanyFacts(
            company_file=self._quickbooks.company_file,
            country=self._quickbooks.country,
            qbxml_version=self._quickbooks.qbxml_version,
        )
        return self._service.send_request_xml(self._ticket, hcp_response, facts=facts)

    def _ask_why_nothing(self) -> Ending | None:
        """Ask why there was no document; None after a pause, when the next one is to be asked for."""
        text = self._service.get_last_error(self._ticket)
        if text == "Interactive mode":
            return self._refuse_interactive_mode()
        if text != "NoOp":
            return self._end_with_error(text)
        if self._log.pauses >= self._options.max_pauses:
            return self._stop_endless(f"{self._options.max_pauses} pauses")
        self._log.pauses += 1
        self._log.tell(ProgressKind.PAUSED, f"{PAUSE_SECONDS:.0f} s")
        self._options.sleep(PAUSE_SECONDS)
        return None

    def _refuse_interactive_mode(self) -> Ending:
        self._service.get_interactive_url(self._ticket, self._quickbooks_session or "")
        return self._end_with_error(self._service.interactive_rejected(self._ticket, _REJECTION))

    def _execute(self, qbxml: str) -> int:
        """Have QuickBooks execute a document and return its answer, or its refusal of the whole."""
        session = self._quickbooks_session or ""
        response, hresult, message = "", "", ""
        try:
            answer = self._quickbooks.process(session, self._hooks.before_process(qbxml))
            response = self._hooks.after_process(answer)
        except HresultError as error:
            hresult, message = error.hresult, error.message
            self._log.hresults.append(hresult)
        percent = self._service.receive_response_xml(self._ticket, response, hresult=hresult, message=message)
        self._log.take_percent(percent)
        return percent

    def _complete(self, percent: int) -> Ending:
        if percent > _DONE:
            self._log.warnings.append(f"receiveResponseXML returned {percent}; more than 100 is not documented.")
        return self._close(UpdateOutcome.COMPLETED)

    def _end_with_error(self, text: str) -> Ending:
        return self._close(UpdateOutcome.SERVER_ERROR, error_text=text, qbwc_code="QBWC1031")

    def _stop_endless(self, what: str) -> Ending:
        text = f"The simulator stopped an update that had not ended after {what}."
        return Ending(outcome=UpdateOutcome.WEB_SERVICE_ERROR, error_text=text)

    def _end_or_close(
        self,
        outcome: UpdateOutcome,
        text: str,
        *,
        closes: bool,
        qbwc_code: str | None = None,
    ) -> Ending:
        if closes:
            return self._close(outcome, error_text=text, qbwc_code=qbwc_code)
        return Ending(outcome=outcome, error_text=text, qbwc_code=qbwc_code)

    def _close(self, outcome: UpdateOutcome, *, error_text: str = "", qbwc_code: str | None = None) -> Ending:
        """Leave QuickBooks first, then say good-bye to the server."""
        self._leave_company()
        text = self._service.close_connection(self._ticket)
        return Ending(outcome=outcome, error_text=error_text, qbwc_code=qbwc_code, close_text=text)

    def _leave_company(self) -> None:
        session, self._quickbooks_session = self._quickbooks_session, None
        if session is None:
            return
        try:
            self._quickbooks.end_session(session)
        except HresultError as error:
            self._log.warnings.append(f"QBWC1015: QuickBooks did not end its session: {error.hresult} {error.message}")
