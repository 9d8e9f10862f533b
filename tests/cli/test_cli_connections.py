"""Connections and their installs, from the command line."""

from pathlib import Path
from typing import Any

import pytest

from qbwc_service.admin.setup_link import read_setup_link
from qbwc_service.credentials import ServerKeys, derive_password
from qbwc_service.simulator import read_qwc

SERVER_KEY = "a server key for tests that is long enough"


def test_create_prints_the_user_name_the_setup_link_and_the_next_step(cli: Any) -> None:
    result = cli("connections", "create", "Acme Trucking", "--company-name", "Acme LLC")

    assert result.exit_code == 0
    assert "acme-trucking.1.1" in result.stdout
    assert "https://qb.example.com/setup/" in result.stdout
    assert "Next:" in result.stdout


def test_a_created_connection_is_listed_and_shown(cli: Any, connection: int) -> None:
    listed = cli.json("connections", "list")["connections"]
    shown = cli.json("connections", "show", connection)

    assert [one["name"] for one in listed] == ["Acme Trucking"]
    assert shown["connection"]["status"] == "pending_setup"
    assert shown["queue"] == {"due": 0, "later": 0, "unsettled": 0, "undecided": 0}
    assert [install["label"] for install in shown["installs"]] == ["Web Connector"]


def test_without_a_base_url_create_says_what_is_missing(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QBWC_BASE_URL")

    result = cli("connections", "create", "Acme")

    assert result.exit_code == 0
    assert "set QBWC_BASE_URL" in result.stdout


def test_an_external_id_that_is_taken_is_a_wrong_state(cli: Any) -> None:
    cli("connections", "create", "Acme", "--external-id", "7")

    assert cli("connections", "create", "Other", "--external-id", "7").exit_code == 5


def test_pause_and_resume_are_told_by_the_status(cli: Any, connection: int) -> None:
    paused = cli.json("connections", "pause", connection)["connection"]
    resumed = cli.json("connections", "resume", connection)["connection"]

    assert (paused["status"], resumed["status"]) == ("paused", "pending_setup")
    assert cli("connections", "pause", 99).exit_code == 4


def test_rebind_asks_first(sqlite_cli: Any, connection: int) -> None:
    assert sqlite_cli("connections", "rebind", connection, stdin="n\n").exit_code == 130
    assert sqlite_cli("connections", "rebind", connection, stdin="y\n").exit_code == 0
    assert sqlite_cli("connections", "rebind", connection, "--yes").exit_code == 0
    assert sqlite_cli.json("connections", "rebind", connection, exit_code=2)["error"]["code"] == "usage"


def test_the_password_is_the_derived_one_and_changes_with_a_rotation(cli: Any, connection: int) -> None:
    keys = ServerKeys([SERVER_KEY])
    file_id = cli.json("connections", "show", connection)["connection"]["file_id"]
    first = cli("installs", "password", connection, 1).stdout.strip()
    second = cli("installs", "rotate", connection, 1).stdout.strip()

    assert first == derive_password(keys, install_id=f"{file_id}.1", rotation=0)
    assert second == derive_password(keys, install_id=f"{file_id}.1", rotation=1)
    assert cli("installs", "password", connection, 1).stdout.strip() == second


def test_a_revoked_install_has_no_password_no_link_and_no_file(sqlite_cli: Any, connection: int) -> None:
    sqlite_cli("installs", "revoke", connection, 1)

    codes = [
        sqlite_cli(*command, connection, 1).exit_code
        for command in [("installs", "password"), ("installs", "rotate"), ("setup-link",), ("qwc",)]
    ]

    assert codes == [5, 5, 5, 5]
    assert "revoked" in sqlite_cli("installs", "list", connection).stdout


def test_the_setup_link_opens_the_right_install(sqlite_cli: Any, connection: int) -> None:
    sqlite_cli("installs", "add", connection, "Back office")

    url = sqlite_cli("setup-link", connection, 2).stdout.strip()
    link = read_setup_link(ServerKeys([SERVER_KEY]), url.rpartition("/")[2])

    assert link is not None
    assert (link.connection_id, link.install_id) == (connection, 2)


def test_an_install_has_to_be_named_where_there_are_several(sqlite_cli: Any, connection: int) -> None:
    assert sqlite_cli("setup-link", connection).exit_code == 0

    sqlite_cli("installs", "add", connection, "Back office")
    result = sqlite_cli("setup-link", connection)

    assert result.exit_code == 2
    assert "2 (Back office)" in result.stderr


def test_the_qwc_file_is_written_under_its_own_name_and_a_web_connector_can_read_it(
    sqlite_cli: Any, connection: int, tmp_path: Path
) -> None:
    printed = sqlite_cli("qwc", connection).stdout
    result = sqlite_cli("qwc", connection, "--output", tmp_path)
    written = (tmp_path / "acme-trucking.qwc").read_text()

    assert result.exit_code == 0
    assert written == printed
    assert read_qwc(written).user_name == "acme-trucking.1.1"


def test_what_belongs_to_no_connection_is_not_found(sqlite_cli: Any) -> None:
    commands = [
        ("connections", "show", 9),
        ("connections", "rebind", 9, "--yes"),
        ("installs", "list", 9),
        ("installs", "add", 9, "x"),
        ("installs", "password", 9, 1),
        ("installs", "rotate", 9, 1),
        ("installs", "revoke", 9, 1),
        ("setup-link", 9),
        ("qwc", 9),
        ("documents", "list", 9),
        ("documents", "show", 9, "invoice", "x"),
        ("operations", "list", 9),
        ("operations", "show", 9, 1),
        ("operations", "retry", 9, 1),
        ("operations", "cancel", 9, 1),
        ("message-sets", "list", 9),
        ("message-sets", "show", 9, 1),
    ]

    assert {command: sqlite_cli(*command).exit_code for command in commands} == dict.fromkeys(commands, 4)
