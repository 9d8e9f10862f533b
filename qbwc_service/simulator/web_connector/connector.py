"""A simulated QuickBooks Web Connector: the applications that were added to it, and their updates.

It speaks to a server over real HTTP exactly as the Windows program does, and to a QuickBooks through
``CompanyProgram``. One instance is one Windows user on one PC: one update at a time.
"""

from dataclasses import dataclass, field, replace
from threading import Lock

from qbwc_service.simulator.quickbooks.hresult import HresultError
from qbwc_service.simulator.web_connector.errors import QbwcError
from qbwc_service.simulator.web_connector.hooks import NoHooks, UpdateHooks
from qbwc_service.simulator.web_connector.log import UpdateLog
from qbwc_service.simulator.web_connector.options import DEFAULT_TIMEOUT, DEFAULT_VERSION, WebConnectorOptions
from qbwc_service.simulator.web_connector.progress import ProgressWatcher, ignore_progress
from qbwc_service.simulator.web_connector.qwc_import import QwcContents, check_urls, read_qwc
from qbwc_service.simulator.web_connector.report import UpdateReport
from qbwc_service.simulator.web_connector.seam import CompanyProgram
from qbwc_service.simulator.web_connector.service import WebService
from qbwc_service.simulator.web_connector.session import UpdateSession

_NOT_REACHED = frozenset(
    {"0x80040401", "0x80040408", "0x8004040A", "0x80040410", "0x80040414", "0x80040416", "0x80040417", "0x80040424"},
)
"""QuickBooks could not be asked at all: then an application cannot be added for another reason."""

_Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application in the Web Connector's list, with the password that the person typed for it."""

    contents: QwcContents
    password: str = field(repr=False)

    @property
    def name(self) -> str:
        """The name in the Web Connector's window."""
        return self.contents.app_display_name or self.contents.app_name

    @property
    def warnings(self) -> tuple[str, ...]:
        """What of the .qwc file is ignored in silence by a real Web Connector."""
        return self.contents.warnings


class WebConnector:
    """The Web Connector of one Windows user, beside one QuickBooks.

    ``timeout`` is for one call, in seconds. For everything else see WebConnectorOptions.
    """

    def __init__(
        self,
        quickbooks: CompanyProgram,
        *,
        version: str = DEFAULT_VERSION,
        timeout: float = DEFAULT_TIMEOUT,
        options: WebConnectorOptions | None = None,
    ) -> None:
        self._quickbooks = quickbooks
        self._version = version
        self._timeout = timeout
        self._options = options or WebConnectorOptions()
        self._applications: dict[_Pair, Application] = {}
        self._update_lock = Lock()

    @property
    def applications(self) -> tuple[Application, ...]:
        """The applications in the order in which they were added."""
        return tuple(self._applications.values())

    def add_application(self, qwc_text: str, *, password: str) -> Application:
        """Add an application from its .qwc file and type its password.

        Raises QbwcError where the Web Connector refuses the file, the server's pages or the pair of OwnerID and
        FileID. An application with the same AppUniqueName is replaced, as without that name a person would be
        asked.
        """
        contents = read_qwc(qwc_text)
        _refuse_what_is_not_imitated(contents)
        check_urls(contents, timeout=self._timeout, tls=self._options.tls)
        replaced = self._find_replaced(contents)
        if _pair(contents) in self._applications and _pair(contents) != replaced:
            raise QbwcError("QBWC1039", "The application is in the list already: its OwnerID and FileID are taken.")
        self._register(contents)
        if replaced is not None:
            del self._applications[replaced]
        application = Application(contents=contents, password=password)
        self._applications[_pair(contents)] = application
        return application

    def remove_application(self, application: Application) -> None:
        """Take an application off the list; its FileID stays in the company file."""
        self._check_known(application)
        del self._applications[_pair(application.contents)]

    def change_password(self, application: Application, password: str) -> Application:
        """Type another password; the application with it takes the place of the old one."""
        self._check_known(application)
        changed = replace(application, password=password)
        self._applications[_pair(application.contents)] = changed
        return changed

    def update(
        self,
        application: Application,
        *,
        on_progress: ProgressWatcher | None = None,
        hooks: UpdateHooks | None = None,
    ) -> UpdateReport:
        """Run one update session and report how it ended; a failed one is a report as well.

        Raises QbwcError only where no session starts: QBWC1011 for an application that is not in the list,
        QBWC1030 without a password.
        """
        self._check_known(application)
        if not application.password:
            raise QbwcError("QBWC1030", f"No password was typed for {application.name}.")
        with self._update_lock:
            return self._run(application, on_progress=on_progress or ignore_progress, hooks=hooks or NoHooks())

    def update_until_done(
        self,
        application: Application,
        *,
        limit: int = 100,
        on_progress: ProgressWatcher | None = None,
        hooks: UpdateHooks | None = None,
    ) -> tuple[UpdateReport, ...]:
        """Run updates until one exchanges no message set, whatever the reason, or ``limit`` is reached.

        The last report tells which: NO_DATA is a server that has nothing left.
        """
        reports: list[UpdateReport] = []
        while len(reports) < limit:
            reports.append(self.update(application, on_progress=on_progress, hooks=hooks))
            if reports[-1].message_sets == 0:
                break
        return tuple(reports)

    def _run(self, application: Application, *, on_progress: ProgressWatcher, hooks: UpdateHooks) -> UpdateReport:
        contents = application.contents
        wire = self._options.open_wire(contents.app_url, self._timeout, self._options.tls)
        log = UpdateLog(application=application.name, on_progress=on_progress)
        try:
            session = UpdateSession(
                contents,
                quickbooks=self._quickbooks,
                service=WebService(wire, hooks=hooks, on_call=log.tell_call),
                log=log,
                options=self._options,
                hooks=hooks,
            )
            return session.run(version=self._version, password=application.password)
        finally:
            wire.close()

    def _find_replaced(self, contents: QwcContents) -> _Pair | None:
        """Find the application that a file with the same AppUniqueName takes the place of."""
        if not contents.app_unique_name:
            return None
        for pair, application in self._applications.items():
            if application.contents.app_unique_name == contents.app_unique_name:
                return pair
        return None

    def _register(self, contents: QwcContents) -> None:
        try:
            self._quickbooks.register(owner_id=contents.owner_id, file_id=contents.file_id)
        except HresultError as error:
            if error.hresult in _NOT_REACHED:
                message = f"QuickBooks could not be asked for its FileID: {error.hresult} {error.message}"
                raise QbwcError("QBWC1022", message) from error
            message = f"The application could not be added: unique OwnerID/FileID pair value required. {error.message}"
            raise QbwcError("QBWC1039", message) from error

    def _check_known(self, application: Application) -> None:
        if _pair(application.contents) not in self._applications:
            raise QbwcError("QBWC1011", f"{application.name} is not in the list of applications.")


def _pair(contents: QwcContents) -> _Pair:
    return contents.owner_id.lower(), contents.file_id.lower()


def _refuse_what_is_not_imitated(contents: QwcContents) -> None:
    if contents.qb_type != "QBFS":
        raise QbwcError(None, "The simulator has no QuickBooks Point of Sale.")
    if contents.style == "RPC":
        raise QbwcError(None, "The simulator does not speak the RPC style; leave Style out or make it Document.")
