"""The database's commands need its address only."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from qbwc_service.cli import main


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delenv("QBWC_SERVER_KEY", raising=False)
    address = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    monkeypatch.setenv("QBWC_DATABASE_URL", address)
    return address


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, list(arguments))


def test_upgrade_makes_the_database_and_does_nothing_the_second_time(url: str) -> None:
    first, second, check = run("db", "upgrade"), run("db", "upgrade"), run("db", "check")

    assert (first.exit_code, second.exit_code, check.exit_code) == (0, 0, 0)
    assert first.stdout.startswith("Upgraded from nothing to ")
    assert second.stdout.startswith("Up to date: ")


def test_current_tells_where_it_stands_and_where_it_should(url: str) -> None:
    run("db", "upgrade")

    current, head = run("db", "current", "--json").stdout, run("db", "check", "--json").stdout

    assert '"head": "0' in current
    assert '"ok": true' in head


def test_check_refuses_a_database_that_is_not_there(url: str) -> None:
    assert run("db", "check").exit_code == 6


def test_upgrade_names_a_folder_that_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QBWC_DATABASE_URL", f"sqlite:///{tmp_path}/deep/down.sqlite3")

    result = run("db", "upgrade")

    assert result.exit_code == 6
    assert f"mkdir {tmp_path}/deep" in result.stderr


def test_a_server_that_does_not_answer_is_a_database_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QBWC_DATABASE_URL", "postgresql://user:secret@127.0.0.1:1/none")

    result = run("db", "upgrade")

    assert result.exit_code == 6
    assert "cannot be reached" in result.stderr
    assert "secret" not in result.stderr


def test_a_database_of_a_later_release_is_refused(url: str) -> None:
    run("db", "upgrade")
    import sqlite3  # noqa: PLC0415 - only here

    with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()

    assert run("db", "upgrade").exit_code == 6
    assert run("connections", "list").exit_code == 6
