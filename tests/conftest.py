"""What every test can ask for: a real database of each kind, a clock that stands still, a linked company."""

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from qbwc_service import connections, qbxml
from qbwc_service.credentials import ServerKeys, derive_password
from qbwc_service.store import Database, MessageSet, open_database
from qbwc_service.sync.rules import save_rules
from qbwc_service.update import UpdatePolicy, UpdateService
from tests.compiled import borrow_what_is_compiled
from tests.far_side import FarSide
from tests.no_looks import NO_LOOKS
from tests.qbxml.xsd import find_schema, validate_document

SERVER_KEY = "a server key for tests, long enough to be one"
pytest_plugins = (
    "tests.databases",
    "tests.wire",
    "tests.threaded_server",
    "tests.qbxml.read_by_schema",
    "tests.office",
)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what runs in its background so, and every program that a test starts and interrupts would be too.
    signal.signal(signal.SIGINT, signal.default_int_handler)

BUILT: list[str] = []


def pytest_configure() -> None:
    """Listen in on every qbXML document that is built in this process, before any test module is loaded."""
    build = qbxml.build_message_set

    def build_and_keep(*args: Any, **options: Any) -> str:
        BUILT.append(build(*args, **options))
        return BUILT[-1]

    qbxml.build_message_set = build_and_keep
    borrow_what_is_compiled()


@pytest.fixture(autouse=True)
def intuits_schema_agrees() -> Iterator[None]:
    """After each test, hold every document that was built in it against Intuit's schema (where that is at hand)."""
    BUILT.clear()
    yield
    schema = find_schema()
    if schema is not None:
        mistakes = {document: found for document in set(BUILT) if (found := validate_document(document, schema))}
        assert mistakes == {}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database of each kind; what servers handed out from it is held against Intuit's schema too."""
    database = open_database(database_url)
    yield database
    with database.reading() as db:
        BUILT.extend(db.scalars(select(MessageSet.request)))
    database.close()


@dataclass
class StandingClock:
    """A clock that moves only when it is told to."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 20, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **time: float) -> datetime:
        self.now += timedelta(**time)
        return self.now


@pytest.fixture
def clock() -> StandingClock:
    """The test's own time: 2026-11-20 09:00 UTC until it is moved."""
    return StandingClock()


@pytest.fixture
def keys() -> ServerKeys:
    """The server's keys."""
    return ServerKeys([SERVER_KEY])


@dataclass(frozen=True)
class LinkedCompany:
    """A connection with one install, and what its Web Connector would have to know."""

    connection_id: int
    install: connections.InstallInfo
    password: str
    file_id: str
    owner_id: str

    @property
    def user_name(self) -> str:
        return self.install.user_name


LinkCompany = Callable[..., LinkedCompany]


@pytest.fixture
def link_company(database: Database, clock: StandingClock, keys: ServerKeys) -> LinkCompany:
    """Make connections: ``link_company("Acme", required_company_name=…)``."""

    def link(name: str = "Acme Trucking", **details: object) -> LinkedCompany:
        with database.writing() as db:
            new = connections.NewConnection(name=name, **details)
            connection_id = connections.create_connection(db, new, now=clock())
            install = connections.add_install(db, connection_id, label="Front desk", now=clock())
            save_rules(db, connection_id, NO_LOOKS, by="the tests", now=clock())
            owner_id = connections.get_owner_id(db, now=clock())
            file_id = connections.get_connection(db, connection_id, now=clock()).file_id
        password = derive_password(keys, install_id=install.password_id, rotation=install.rotation)
        return LinkedCompany(connection_id, install, password, file_id, owner_id)

    return link


@pytest.fixture
def company(link_company: LinkCompany) -> LinkedCompany:
    """One connection with one install, never contacted yet."""
    return link_company()


@pytest.fixture
def make_service(database: Database, clock: StandingClock, keys: ServerKeys) -> Callable[..., UpdateService]:
    """Make the Web Connector's calls on this database: ``make_service(policy=…)``."""

    def make(policy: UpdatePolicy | None = None) -> UpdateService:
        with database.writing() as db:
            owner_id = connections.get_owner_id(db, now=clock())
        return UpdateService(
            database=database, keys=keys, owner_id=owner_id, policy=policy or UpdatePolicy(), clock=clock
        )

    return make


@pytest.fixture
def far(company: LinkedCompany, make_service: Callable[..., UpdateService]) -> FarSide:
    """A Web Connector that has the install's password."""
    return FarSide(make_service(), company.user_name, company.password, company.owner_id, company.file_id)


@pytest.fixture
def connection_id(company: LinkedCompany) -> int:
    """The company's connection."""
    return company.connection_id
