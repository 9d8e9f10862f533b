"""Databases with nothing in them, of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from qbwc_service.store import Database, open_database
from tests.databases import create_postgresql_database, drop_postgresql_database


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server = request.getfixturevalue("postgresql_server")
    url = create_postgresql_database(server)
    yield url
    drop_postgresql_database(server, url)


@pytest.fixture
def empty_database(empty_database_url: str) -> Iterator[Database]:
    """A database without tables."""
    database = open_database(empty_database_url)
    yield database
    database.close()
