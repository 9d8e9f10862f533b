"""A whole update without HTTP: our service's calls on one side, the simulated QuickBooks on the other.

The journeys in ``tests/wire.py`` prove the wire; with this one a test of what happens in the books takes milliseconds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import pytest
from lxml import etree

from qbwc_service.simulator import Company, Person, QuickBooks, SteppingClock
from qbwc_service.simulator.quickbooks.balances import invoice_balance
from qbwc_service.simulator.quickbooks.records import Entry, Transaction
from qbwc_service.store import Database, DocumentKind
from qbwc_service.sync import Deed, Leaving, act_on_problem, delete_document, enqueue_documents, watch_connection
from qbwc_service.sync.change_rules import change_rules
from qbwc_service.sync.problems import ProblemAction, ProblemInfo, get_problem, list_problems
from qbwc_service.sync.rules import save_rules
from qbwc_service.sync.show import DocumentInfo, get_document
from qbwc_service.update import UpdateService
from tests.conftest import LinkedCompany, StandingClock
from tests.rows import Content

MOST_SETS = 500


@dataclass
class Office:
    """A connection, the service that answers for it, and the PC with QuickBooks at the other end."""

    database: Database
    linked: LinkedCompany
    service: UpdateService
    quickbooks: QuickBooks
    clock: StandingClock
    wall: SteppingClock

    @property
    def connection_id(self) -> int:
        return self.linked.connection_id

    @property
    def company(self) -> Company:
        company = self.quickbooks.company
        assert isinstance(company, Company)
        return company

    @property
    def person(self) -> Person:
        """Somebody at the screen of QuickBooks, some seconds later."""
        self.pass_time(10)
        return Person(self.company)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)
        self.wall.advance(seconds)

    def rule(self, **rules: object) -> None:
        """Set the rules of the connection; what is not given has its default."""
        with self.database.writing() as db:
            change_rules(db, self.connection_id, rules, by="a test", now=self.clock())

    def put(self, *documents: Content) -> None:
        """Accept documents; every one has to be taken."""
        with self.database.writing() as db:
            results = enqueue_documents(db, self.connection_id, documents, now=self.clock())
        assert [getattr(result, "error", None) for result in results] == [None] * len(documents)

    def delete(self, kind: str, external_id: str, *, how: str = "delete") -> None:
        with self.database.writing() as db:
            delete_document(db, self.connection_id, DocumentKind(kind), external_id, how=Leaving(how), now=self.clock())

    def watch(self) -> None:
        """Somebody looks at the problems: what comes with time is looked for."""
        with self.database.writing() as db:
            watch_connection(db, self.connection_id, now=self.clock())

    def fail_to_open(self, hresult: str) -> None:
        """The Web Connector cannot open a session with QuickBooks, and tells."""
        self.pass_time(30)
        ticket, _ = self.service.authenticate(self.linked.user_name, self.linked.password)
        while self.service.connection_error(ticket, hresult, message="It said no.") != "done":
            pass

    def refuse_next(self, code: int, text: str) -> None:
        """Let QuickBooks refuse the next change of anything, with this status."""
        process = self.quickbooks.process

        def refuse(session: str, message_set: str) -> str:
            if not any(name.endswith(("AddRq", "ModRq", "DelRq")) for name in _names(message_set)):
                return process(session, message_set)
            self.quickbooks.process = process  # type: ignore[method-assign]
            answers = "".join(
                f'<{name[:-1]}s requestID="{number}" statusCode="{code}" statusSeverity="Error" '
                f'statusMessage="{text}"/>'
                for name, number in _requests(message_set)
            )
            return f'<?xml version="1.0" ?><QBXML><QBXMLMsgsRs>{answers}</QBXMLMsgsRs></QBXML>'

        self.quickbooks.process = refuse  # type: ignore[method-assign]

    def update(self, *, until_answer: int | None = None) -> list[str]:
        """Do one update; give the requests that went out, in order. After ``until_answer`` answers the line breaks."""
        self.pass_time(30)
        linked = self.linked
        ticket, word = self.service.authenticate(linked.user_name, linked.password)
        if word == "none":
            return []
        session = self.quickbooks.open_session(
            app_name="QBWC Service", owner_id=linked.owner_id, file_id=linked.file_id, company_file=""
        )
        facts: str = self.quickbooks.host_company_preferences(session)
        asked: list[str] = []
        for _ in range(MOST_SETS):
            text = self.service.send_request_xml(
                ticket, facts, company_file_name=self.company.path, country="US", major_version=16, minor_version=0
            )
            facts = ""
            assert text, self.service.get_last_error(ticket)
            asked += _names(text)
            self.pass_time(2)
            answer = self.quickbooks.process(session, text)
            if until_answer == 0:
                return asked
            until_answer = None if until_answer is None else until_answer - 1
            percent = self.service.receive_response_xml(ticket, answer, hresult="", message="")
            assert percent >= 0, self.service.get_last_error(ticket)
            if percent == 100:
                break
        else:
            raise AssertionError("the update does not end")
        self.service.close_connection(ticket)
        self.quickbooks.end_session(session)
        return asked

    def fall_asleep(self) -> Callable[[], int]:
        """The PC fetches what is due and falls asleep; what is given wakes it: it does the work then, and answers."""
        self.pass_time(30)
        ticket, _ = self.service.authenticate(self.linked.user_name, self.linked.password)
        session = self.quickbooks.open_session(
            app_name="QBWC Service", owner_id=self.linked.owner_id, file_id=self.linked.file_id, company_file=""
        )
        facts: str = self.quickbooks.host_company_preferences(session)
        text = self.service.send_request_xml(
            ticket, facts, company_file_name=self.company.path, country="US", major_version=16, minor_version=0
        )

        def wake() -> int:
            answer = self.quickbooks.process(session, text)
            return self.service.receive_response_xml(ticket, answer, hresult="", message="")

        return wake

    def document(self, kind: str, external_id: str) -> DocumentInfo:
        with self.database.reading() as db:
            return get_document(db, self.connection_id, DocumentKind(kind), external_id=external_id).document

    def state(self, kind: str, external_id: str) -> str:
        return self.document(kind, external_id).state.value

    def problems(self) -> list[ProblemInfo]:
        with self.database.reading() as db:
            return list_problems(db, self.connection_id)

    def problem(self, reason: str) -> ProblemInfo:
        """The one open problem of this reason."""
        (found,) = [one for one in self.problems() if one.reason.value == reason]
        return found

    def closed_by(self, problem_id: int) -> str | None:
        """Who closed a problem; None where it is open."""
        with self.database.reading() as db:
            return get_problem(db, self.connection_id, problem_id).closed_by

    def act(self, reason: str, action: str, **more: str) -> None:
        """Do something about the one open problem of this reason; it has to be closed afterwards."""
        self.act_on(self.problem(reason).id, action, **more)

    def act_on(self, problem_id: int, action: str, **more: str) -> None:
        """Do something about a problem; it has to be closed afterwards."""
        deed = Deed(action=ProblemAction(action), by="Ann", now=self.clock(), **more)  # type: ignore[arg-type]  # By name.
        with self.database.writing() as db:
            closed = act_on_problem(db, self.connection_id, problem_id, deed)
        assert closed.closed_at is not None

    def entry(self, kind: str, external_id: str) -> Entry:
        """The list entry in QuickBooks that a document became."""
        return self.company.tables.entries[self.document(kind, external_id).quickbooks_id or ""]

    def txn(self, kind: str, external_id: str) -> Transaction:
        """The transaction in QuickBooks that a document became."""
        return self.company.tables.transactions[self.document(kind, external_id).quickbooks_id or ""]

    def balance(self, external_id: str) -> Decimal:
        """What is open of an invoice in QuickBooks."""
        return invoice_balance(self.company.tables, self.txn("invoice", external_id))

    def lines(self, kind: str, external_id: str) -> list[Mapping[str, object]]:
        """The lines of a transaction in QuickBooks, each with its id."""
        return [{"TxnLineID": line.line_id, **line.values} for line in self.txn(kind, external_id).lines]


def _requests(text: str) -> list[tuple[str, str]]:
    return [(str(request.tag), request.get("requestID", "")) for request in etree.fromstring(text.encode())[0]]


def _names(text: str) -> list[str]:
    return [name for name, _ in _requests(text)]


MakeOffice = Callable[..., Office]


@pytest.fixture
def make_office(
    database: Database, company: LinkedCompany, make_service: Callable[..., UpdateService], clock: StandingClock
) -> MakeOffice:
    """Make an office: ``make_office(customers=5)`` says what its company file holds already."""

    def make(**details: object) -> Office:
        wall = SteppingClock(clock())
        given: dict[str, object] = {"name": "Acme Trucking", "customers": 3, "items": 3, "clock": wall, **details}
        with database.writing() as db:
            save_rules(db, company.connection_id, {}, by="a test", now=clock())
        books = Company.create(**given)  # type: ignore[arg-type]  # The test's own words.
        quickbooks = QuickBooks(books)
        quickbooks.register(owner_id=company.owner_id, file_id=company.file_id)
        office = Office(database, company, make_service(), quickbooks, clock, wall)
        office.update()  # The first update of all proves the company file, and does nothing else.
        return office

    return make


@pytest.fixture
def office(make_office: MakeOffice) -> Office:
    """An office whose company file is nearly empty."""
    return make_office()
