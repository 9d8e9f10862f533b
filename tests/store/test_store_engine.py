"""Transactions do what they say on both databases, and SQLite is set up to be shared."""

import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, func, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qbwc_service.store import Connection, Database, Deployment, engine, open_database
from qbwc_service.store.engine import SQLITE_BUSY_SECONDS
from tests.conftest import StandingClock
from tests.factories import CompanyQueue, given_up, new_write
from tests.together import meanwhile

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def add_deployment(db: Session, clock: StandingClock, *, number: int = 1) -> None:
    db.execute(insert(Deployment), [{"id": number, "owner_id": "{OWNER}", "created_at": clock()}])


def deployments(database: Database) -> int:
    with database.reading() as db:
        return db.scalars(select(func.count()).select_from(Deployment)).one()


@ON_SQLITE
def test_every_connection_to_sqlite_is_set_up(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "create_engine", create_engine)  # As it is where nobody is in a hurry.
    database = open_database(database_url)
    with database.engine.connect() as first, database.engine.connect() as second:
        for connection in (first, second):
            pragmas = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
            }
            assert pragmas == {
                "journal_mode": "wal",
                "foreign_keys": 1,
                "busy_timeout": SQLITE_BUSY_SECONDS * 1000,
                "synchronous": 2,
            }
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            assert driver.isolation_level is None  # Its own transactions would begin late and leak.
            connection.rollback()  # A transaction that was begun to ask has the write lock.
    database.close()


def test_writing_commits_at_its_end(database: Database, clock: StandingClock) -> None:
    with database.writing() as db:
        add_deployment(db, clock)
    assert deployments(database) == 1


@pytest.mark.parametrize("trouble", [RuntimeError, KeyboardInterrupt])
def test_writing_rolls_back_on_an_exception(
    database: Database, clock: StandingClock, trouble: type[BaseException]
) -> None:
    def write() -> None:
        with database.writing() as db:
            add_deployment(db, clock)
            raise trouble

    with pytest.raises(trouble):
        write()
    assert deployments(database) == 0


def test_a_refused_statement_takes_the_whole_transaction_with_it(database: Database, clock: StandingClock) -> None:
    def write() -> None:
        with database.writing() as db:
            add_deployment(db, clock)
            add_deployment(db, clock, number=2)

    with pytest.raises(IntegrityError, match="ck_deployments_single"):
        write()
    assert deployments(database) == 0


def test_a_part_can_be_rolled_back_alone(database: Database, clock: StandingClock) -> None:
    with database.writing() as db:
        add_deployment(db, clock)
        with pytest.raises(IntegrityError), db.begin_nested():
            add_deployment(db, clock)
    assert deployments(database) == 1


def test_even_a_new_table_is_rolled_back(database: Database) -> None:
    with given_up(database) as db:
        db.execute(text("CREATE TABLE passing (id INTEGER)"))
    with database.writing() as db:
        db.execute(text("CREATE TABLE passing (id INTEGER)"))
        db.execute(text("DROP TABLE passing"))


def test_reading_keeps_nothing(database: Database, clock: StandingClock) -> None:
    with database.reading() as db:
        add_deployment(db, clock)
    assert deployments(database) == 0


def test_a_reader_does_not_block_a_writer(database: Database, clock: StandingClock) -> None:
    with database.reading() as reader:
        assert reader.scalar(select(func.count()).select_from(Deployment)) == 0
        with database.writing() as writer:
            add_deployment(writer, clock)
    assert deployments(database) == 1


def test_a_writer_does_not_block_a_reader(database: Database, clock: StandingClock) -> None:
    with database.writing() as writer:
        add_deployment(writer, clock)
        assert deployments(database) == 0
    assert deployments(database) == 1


@ON_SQLITE
def test_a_reader_on_sqlite_sees_one_moment(database: Database, clock: StandingClock) -> None:
    with database.reading() as reader:
        count = select(func.count()).select_from(Deployment)
        assert reader.scalar(count) == 0
        with database.writing() as writer:
            add_deployment(writer, clock)
        assert reader.scalar(count) == 0


@ON_SQLITE
def test_a_writer_takes_sqlites_lock_at_once_and_a_reader_never(database: Database) -> None:
    begun: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(*sent: object) -> None:
        statement = str(sent[2])
        if statement.startswith("BEGIN"):
            begun.append(statement)

    with database.writing() as db:
        db.execute(text("SELECT 1"))
    with database.reading() as db:
        db.execute(text("SELECT 1"))
    with database.writing() as db:
        db.execute(text("SELECT 1"))
    assert begun == ["BEGIN IMMEDIATE", "BEGIN DEFERRED", "BEGIN IMMEDIATE"]


@ON_SQLITE
def test_a_second_writer_waits_for_the_first(queue: CompanyQueue, database: Database) -> None:
    with ThreadPoolExecutor(1) as thread, database.writing() as db:
        db.execute(text("SELECT 1"))
        second = meanwhile(thread.submit(queue.enqueue, new_write()))
        assert not second.done()
    assert len(second.result()) == 1


@ON_SQLITE
def test_a_writer_from_outside_meets_our_lock(database: Database, database_url: str) -> None:
    path = database_url.removeprefix("sqlite:///")
    with database.writing() as db:
        db.execute(text("SELECT 1"))
        outside = sqlite3.connect(path, timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            outside.execute("BEGIN IMMEDIATE")
        outside.close()


def test_the_error_of_a_statement_does_not_repeat_its_values(database: Database, clock: StandingClock) -> None:
    row = {"id": 1, "name": "Confidential & Sons", "file_id": "{F}", "run_every_minutes": 0, "mode": "active"}
    row |= {"created_at": clock(), "status": "online", "status_since": clock()}
    with pytest.raises(IntegrityError) as refused, database.writing() as db:
        db.execute(insert(Connection), [row])
    assert "ck_connections_run_every_minutes" in str(refused.value)
    assert "Confidential" not in str(refused.value)


@pytest.fixture
def lenient_umask() -> Iterator[None]:
    """What most systems give a program: new files are for everybody to read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_a_new_sqlite_file_is_its_owners_alone(tmp_path: Path, lenient_umask: None) -> None:
    path = tmp_path / "books.sqlite3"
    database = open_database(f"sqlite:///{path}")
    with database.writing() as db:
        db.execute(text("CREATE TABLE passing (id INTEGER)"))

    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    database.close()

    assert modes == dict.fromkeys(("books.sqlite3", "books.sqlite3-wal", "books.sqlite3-shm"), 0o600)


def test_an_sqlite_file_that_is_shared_stays_shared(tmp_path: Path, lenient_umask: None) -> None:
    path = tmp_path / "shared.sqlite3"
    path.touch(mode=0o660)
    path.chmod(0o660)
    database = open_database(f"sqlite:///{path}")
    with database.writing() as db:
        db.execute(text("CREATE TABLE passing (id INTEGER)"))
    database.close()

    assert path.stat().st_mode & 0o777 == 0o660


def test_opening_a_database_touches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "later.sqlite3"
    database = open_database(f"sqlite:///{path}")
    assert not path.exists()
    database.close()
