"""Databases that many tests share one after the other, emptied between them.

Copying a PostgreSQL database takes half a second, deleting a few rows some milliseconds. A conftest that wants this
says ``from tests.databases import database_url as database_url, shared_postgresql as shared_postgresql``.
"""

import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from qbwc_service.store import Base

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
def shared_postgresql(postgresql_server: str, postgresql_template: str) -> Iterator[Engine]:
    """One migrated PostgreSQL database for all tests of a folder."""
    url = create_postgresql_database(postgresql_server, template=postgresql_template)
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
    """Delete every row; a transaction that a test left open shows here, at once."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
