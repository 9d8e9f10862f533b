"""A server refuses to work on a database it does not fit, in one sentence and with what to do about it."""

# ruff: noqa: S608 - The SQL is made of our own names.

import sqlite3
import traceback
from pathlib import Path

import pytest
from sqlalchemy import text

from qbwc_service.errors import SchemaError
from qbwc_service.store import Database, open_database
from qbwc_service.store.schema import check_schema, current_revision, head_revision, upgrade_schema

SECRET = "very-secret-password"


def refusal(database: Database) -> SchemaError:
    with pytest.raises(SchemaError) as refused:
        check_schema(database)
    return refused.value


def test_an_up_to_date_database_is_accepted(empty_database: Database) -> None:
    upgrade_schema(empty_database)
    check_schema(empty_database)
    assert current_revision(empty_database) == head_revision()


def test_an_empty_database_is_refused(empty_database: Database) -> None:
    error = refusal(empty_database)
    assert error.message == f"the database is at nothing yet, this release works with {head_revision()}"
    assert error.remedy == "run: qbwc-service db upgrade"


def test_an_older_database_is_refused(empty_database: Database) -> None:
    upgrade_schema(empty_database, revision="0001")
    error = refusal(empty_database)
    assert error.message == f"the database is at 0001, this release works with {head_revision()}"
    assert error.remedy == "run: qbwc-service db upgrade"


def test_the_database_of_a_later_release_is_refused(empty_database: Database) -> None:
    upgrade_schema(empty_database)
    with empty_database.writing() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9042'"))
    error = refusal(empty_database)
    assert error.message == "the database is at 9042, which this release does not know: it was used by a later one"
    assert error.remedy == "install the later release again"


def test_checking_changes_nothing(empty_database: Database) -> None:
    refusal(empty_database)
    with empty_database.reading() as db:
        tables = "sqlite_master" if empty_database.engine.dialect.name == "sqlite" else "pg_tables"
        names = "name" if tables == "sqlite_master" else "tablename"
        where = f"{names} NOT LIKE 'pg_%' AND {names} NOT LIKE 'sql_%'"
        assert db.execute(text(f"SELECT {names} FROM {tables} WHERE {where}")).all() == []


@pytest.mark.parametrize("address", ["127.0.0.1:1", "localhost:1", ""])
def test_a_server_that_does_not_answer_is_named_without_its_password(address: str, tmp_path: Path) -> None:
    query = "" if address else f"?host={tmp_path}"
    error = refusal(open_database(f"postgresql+psycopg://ann:{SECRET}@{address}/qbwc{query}"))
    assert_unreachable(error)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    error = refusal(open_database(f"sqlite:///{tmp_path}/not/there.sqlite3"))
    assert_unreachable(error)
    assert "unable to open database file" in error.message


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Ann, this is no database.\n" * 100)
    error = refusal(open_database(f"sqlite:///{path}"))
    assert_unreachable(error)
    assert "file is not a database" in error.message


def test_a_database_that_somebody_holds_is_checked_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "busy.sqlite3"
    database = open_database(f"sqlite:///{path}")
    upgrade_schema(database)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with database.engine.connect().execution_options(qbwc_read_only=True) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == head_revision()
    holder.rollback()
    holder.close()
    check_schema(database)
    database.close()


def assert_unreachable(error: SchemaError) -> None:
    assert error.message.startswith("the database cannot be reached: ")
    assert "\n" not in error.message
    assert error.field == "QBWC_DATABASE_URL"
    assert error.remedy == "see that it runs and that the address and password are right"
    everything = "".join(traceback.format_exception(error))
    assert SECRET not in everything
