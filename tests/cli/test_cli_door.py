"""What leaves through the one door: settings, database and internal errors, as sentences and as JSON."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from qbwc_service.cli import main


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, list(arguments))


def test_a_missing_server_key_is_explained(sqlite_cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QBWC_SERVER_KEY")

    result = sqlite_cli("connections", "create", "Acme")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "QBWC_SERVER_KEY: is not set" in result.stderr
    assert "qbwc-service new-key" in result.stderr


def test_a_failure_before_the_link_is_made_leaves_no_connection(
    sqlite_cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QBWC_SERVER_KEY", "short")
    assert sqlite_cli("connections", "create", "Acme", "--run-every", "5").exit_code == 2

    assert sqlite_cli.json("connections", "list") == {"connections": []}


def test_reading_needs_no_server_key(sqlite_cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QBWC_SERVER_KEY")

    assert sqlite_cli("connections", "list").exit_code == 0


def test_looking_into_a_database_that_is_not_there_makes_none(
    tmp_path: Path, environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "other.sqlite3"
    monkeypatch.setenv("QBWC_DATABASE_URL", f"sqlite:///{path}")

    result = run("connections", "list")

    assert result.exit_code == 6
    assert "qbwc-service db upgrade" in result.stderr
    assert not path.exists()


def test_a_database_that_somebody_else_holds_is_no_internal_error(
    sqlite_cli: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qbwc_service.store.engine.SQLITE_BUSY_SECONDS", 0)
    holder = sqlite3.connect(tmp_path / "qbwc.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        result = sqlite_cli("connections", "create", "Acme")
    finally:
        holder.close()

    assert result.exit_code == 6
    assert "locked" in result.stderr


def test_a_usage_error_is_json_where_json_is_wanted(sqlite_cli: Any) -> None:
    error = sqlite_cli.json("connections", "show", "one", exit_code=2)["error"]

    assert error["code"] == "usage"
    assert "'one'" in error["message"]


def test_an_error_of_ours_is_json_where_json_is_wanted(sqlite_cli: Any) -> None:
    error = sqlite_cli.json("connections", "show", 7, exit_code=4)["error"]

    assert error == {
        "code": "not_found",
        "message": "connection 7 does not exist",
        "field": "connection",
        "remedy": "list them with: qbwc-service connections list",
        "retryable": False,
    }


def break_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ZeroDivisionError("the clock\nstands still")

    monkeypatch.setattr("qbwc_service.cli.desk.Desk.now", lambda _self: fail())


def test_an_internal_error_is_one_line_and_exit_code_1(sqlite_cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    break_clock(monkeypatch)

    result = sqlite_cli("connections", "list")

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("internal error, ZeroDivisionError: the clock")


def test_debug_shows_the_traceback(sqlite_cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    break_clock(monkeypatch)

    result = sqlite_cli("connections", "list", "--debug", "--json")

    assert "Traceback" in result.stderr
    assert json.loads(result.stdout)["error"]["code"] == "internal"


def test_text_from_outside_does_not_steer_the_terminal(sqlite_cli: Any) -> None:
    refused = sqlite_cli("connections", "create", "Evil \x1b]0;title\x07", "--no-install")
    sqlite_cli("connections", "create", "[red]Evil[/red]", "--no-install")

    result = sqlite_cli("connections", "list")

    assert refused.exit_code == 2
    assert "\x1b" not in refused.output + result.stdout
    assert "[red]Evil[/red]" in result.stdout
