"""QuickBooks, the program: one company file open, sessions with applications, and Intuit's request processor.

It answers over qbXML only, as a second witness to our own builder and parser: of our code it shares nothing but the
grammar's tables. One request at a time is executed, whoever asks [Intuit's SDK].
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from qbwc_service.simulator.quickbooks.answer import Answer, write_document
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.document import Node, read_message_set, version_number
from qbwc_service.simulator.quickbooks.execute import Executor
from qbwc_service.simulator.quickbooks.host import view_company, view_host, view_preferences
from qbwc_service.simulator.quickbooks.hresult import HresultError, RegistrationConflictError
from qbwc_service.simulator.quickbooks.iterators import Iterators
from qbwc_service.simulator.quickbooks.person import Person
from qbwc_service.simulator.quickbooks.queries import Querist, only
from qbwc_service.simulator.quickbooks.records import DataExtension, Values
from qbwc_service.simulator.quickbooks.recovery import answer_message_set
from qbwc_service.simulator.quickbooks.render import make_plan, write_tree
from qbwc_service.simulator.quickbooks.structure import check_structure

FILE_ID = "FileID"
APP_LOCK = "AppLock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What will go wrong next: after how many requests (None: after all, the answer is lost)."""

    hresult: str
    after_requests: int | None


@dataclass(slots=True, kw_only=True)
class Session:
    """One application's session."""

    application: str
    owner_id: str
    iterators: Iterators


class QuickBooks:
    """The program with one company file open.

    ``qbxml_version`` is the newest it speaks; ``unattended`` and ``personal_data`` are what the admin allowed in
    Integrated Applications. ``person`` does what somebody at the screen does.
    """

    def __init__(
        self,
        company: CompanyFile,
        *,
        clock: Callable[[], datetime] | None = None,
        qbxml_version: str = "16.0",
        country: str = "US",
        product: str = "QuickBooks Enterprise Solutions 23.0",
        release: tuple[str, str] = ("33", "0"),
        unattended: bool = True,
        personal_data: bool = False,
    ) -> None:
        self.company = company
        if clock is not None:
            company.clock = clock
        self.qbxml_version = qbxml_version
        self.country = country
        self.product = product
        self.release = release
        self.unattended = unattended
        self.personal_data = personal_data
        self.refusal: str | None = None
        self._failures: list[Failure] = []
        self._sessions: dict[str, Session] = {}
        self._session_count = 0
        self._lock = threading.RLock()

    @property
    def company_file(self) -> str:
        """The full path of the open company file."""
        return self.company.path

    @property
    def person(self) -> Person:
        """A person who works in this company file."""
        return Person(self.company)

    @property
    def open_sessions(self) -> int:
        """How many sessions are open."""
        return len(self._sessions)

    def register(self, *, owner_id: str, file_id: str) -> None:
        """Stamp an application's FileID on the company, as adding a .qwc does; once is enough.

        HresultError while sessions are refused; RegistrationConflictError (QBWC1039) when the file
        carries another FileID of the same owner.
        """
        with self._lock:
            self._check_refusal()
            known = self._find_extension(owner_id, FILE_ID)
            if known is None:
                self._stamp(owner_id, FILE_ID, file_id)
                self._stamp(owner_id, APP_LOCK, "UNLOCKED")
            elif known.value.casefold() != file_id.casefold():
                raise RegistrationConflictError(owner_id, stamped=known.value, wanted=file_id)

    def unregister(self, *, owner_id: str) -> None:
        """Take the stamp of an application out of the file, as Intuit's repair tool does."""
        with self._lock:
            kept = [one for one in self.company.tables.extensions if one.owner_id.casefold() != owner_id.casefold()]
            self.company.tables.extensions[:] = kept

    def open_session(self, *, app_name: str, owner_id: str, file_id: str, company_file: str) -> str:
        """Open a session and give its id. HresultError, such as 0x8004040A when another file is open.

        ``company_file`` may be empty: the file that is open. ``file_id`` is not checked here; the Web Connector reads
        it from the company itself.
        """
        del file_id
        with self._lock:
            self._check_refusal()
            if company_file and company_file.casefold() != self.company.path.casefold():
                raise HresultError("0x8004040A")
            self._session_count += 1
            session = f"{self._session_count:08X}"
            self._sessions[session] = Session(
                application=app_name, owner_id=owner_id, iterators=Iterators(seed=f"{self.company.name}/{session}")
            )
            return session

    def end_session(self, session: str) -> None:
        """End a session; its iterators die with it. HresultError 0x8004040D for one that is not open."""
        with self._lock:
            if self._sessions.pop(session, None) is None:
                raise HresultError("0x8004040D")

    def host_company_preferences(self, session: str) -> str:
        """Give the answers to the host, company (with the owner's fields) and preferences queries in one document."""
        with self._lock:
            owner_id = self._get_session(session).owner_id
            requests = [
                Node("HostQueryRq", attributes={"requestID": "0"}),
                Node("CompanyQueryRq", children=[Node("OwnerID", owner_id)], attributes={"requestID": "1"}),
                Node("PreferencesQueryRq", attributes={"requestID": "2"}),
            ]
            answers = []
            for request in requests:
                answer = Answer(name=request.name[:-1] + "s", request_id=request.attributes["requestID"])
                self._answer_own(request, answer, version_number(self.qbxml_version))
                answers.append(answer.write())
            return write_document(answers)

    def process(self, session: str, qbxml: str) -> str:
        """Execute a qbXML document and give the answer. HresultError for a refusal of the whole, or a planned failure.

        0x80040400 and 0x80040423 mean that nothing was executed; 0x8004040D that the session is not open.
        """
        with self._lock:
            found = self._get_session(session)
            failure = self._failures.pop(0) if self._failures else None
            if failure is not None and failure.after_requests == 0:
                raise HresultError(failure.hresult)
            message_set = read_message_set(qbxml, newest=self.qbxml_version)
            version = message_set.version
            checked = [(request, check_structure(request, version)) for request in message_set.requests]
            querist = Querist(self.company, found.iterators, version=version, country=self.country)
            own = dict.fromkeys(
                ("HostQueryRq", "CompanyQueryRq", "PreferencesQueryRq"),
                lambda request, answer: self._answer_own(request, answer, version),
            )
            executor = Executor(self.company, querist, message_set, own=own, country=self.country)

            def execute() -> list[Answer]:
                count = None if failure is None else failure.after_requests
                answers = executor.execute(checked[:count])
                if failure is not None and count is not None:
                    raise HresultError(failure.hresult)
                return answers

            answer = answer_message_set(self.company, found.application, message_set, execute)
            if failure is not None:
                raise HresultError(failure.hresult)
            return answer

    def refuse_sessions(self, hresult: str | None) -> None:
        """Refuse every session with this hresult (0x80040414: a dialog is open …) until called with None."""
        self.refusal = hresult

    def fail_next(self, hresult: str = "0x8004041C", *, after_requests: int | None = None) -> None:
        """Let a coming document fail: before anything (0), after some of its requests, or after all (None).

        After some, no answer is kept for recovery; after all it is kept and only its way out is lost. Several calls
        stand in a row, one per document.
        """
        self._failures.append(Failure(hresult=hresult, after_requests=after_requests))

    def open_file(self, company: CompanyFile) -> None:
        """Close the company file and open another one, as a person may: sessions and iterators are gone."""
        with self._lock:
            self._sessions.clear()
            self.company = company

    @contextmanager
    def person_at_work(self) -> Iterator[Person]:
        """Let a person work in the company file; no request is executed until they are done."""
        with self._lock:
            yield Person(self.company)

    def restart(self) -> None:
        """Close and open QuickBooks again: sessions and iterators are gone, the file is as it was."""
        with self._lock:
            self._sessions.clear()

    def _check_refusal(self) -> None:
        if self.refusal is not None:
            raise HresultError(self.refusal)

    def _get_session(self, session: str) -> Session:
        found = self._sessions.get(session)
        if found is None:
            raise HresultError("0x8004040D")
        return found

    def _answer_own(self, request: Node, answer: Answer, version: tuple[int, int]) -> None:
        subject = request.name.removesuffix("QueryRq")
        owners = [child.text.casefold() for child in request.find_all("OwnerID")]
        values: Values
        if subject == "Host":
            values = view_host(
                product=self.product,
                release=self.release,
                newest=self.qbxml_version,
                country=self.country,
                multi_user=self.company.switches.multi_user,
            )
        elif subject == "Company":
            values = view_company(self.company, owners)
        else:
            values = view_preferences(self.company, unattended=self.unattended, personal_data=self.personal_data)
        plan = make_plan(answer.name, f"{subject}Ret", version, country=self.country)
        wanted = {child.text for child in request.find_all("IncludeRetElement")}
        tree = write_tree(only(plan, wanted) if wanted else plan, values, self.company.full_name)
        answer.tree = [(f"{subject}Ret", tree)]

    def _find_extension(self, owner_id: str, name: str) -> DataExtension | None:
        key = owner_id.casefold(), name
        return next((one for one in self.company.tables.extensions if (one.owner_id.casefold(), one.name) == key), None)

    def _stamp(self, owner_id: str, name: str, value: str) -> None:
        self.company.tables.extensions.append(
            DataExtension(owner_id=owner_id, name=name, type="STR255TYPE", value=value)
        )
