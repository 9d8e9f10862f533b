"""pull, status and reconcile: what people see of the mirror, and how they steer it."""

import os
import pty
import signal
import subprocess
from contextlib import suppress
from typing import Any

import pytest

from tests.cli.test_cli_demo import program

HIDE_CURSOR, SHOW_CURSOR = b"\x1b[?25l", b"\x1b[?25h"


def test_pull_starts_pauses_resumes_and_is_set(cli: Any, connection: int) -> None:
    assert cli.json("pull", "start", connection)["pull"]["is_mirrored"] is True
    assert cli.json("pull", "pause", connection)["pull"]["is_paused"] is True
    assert cli.json("pull", "resume", connection)["pull"]["is_paused"] is False

    options = ("--every", 15, "--oldest", "2020-01-01", "--quiet", "08:00-18:00", "--zone", "America/New_York")
    settings = cli.json("pull", "set", connection, *options)["pull"]["settings"]

    assert settings == {
        "every_minutes": 15,
        "oldest": "2020-01-01",
        "quiet_from": "08:00",
        "quiet_until": "18:00",
        "zone": "America/New_York",
    }
    again = cli.json("pull", "set", connection, "--quiet", "never", "--oldest", "all")["pull"]["settings"]
    assert (again["quiet_from"], again["oldest"], again["every_minutes"]) == (None, None, 15)


@pytest.mark.parametrize(
    "options", [("--quiet", "8-18"), ("--quiet", "08:00"), ("--zone", "Albany"), ("--oldest", "yesterday")]
)
def test_settings_that_make_no_sense_are_refused(sqlite_cli: Any, connection: int, options: tuple[str, str]) -> None:
    sqlite_cli("pull", "start", connection)

    assert sqlite_cli("pull", "set", connection, *options).exit_code == 2


def test_what_is_not_mirrored_cannot_be_paused(sqlite_cli: Any, connection: int) -> None:
    result = sqlite_cli("pull", "pause", connection)

    assert result.exit_code == 5
    assert "pull start" in result.stderr
    assert sqlite_cli("reconcile", connection).exit_code == 5
    assert sqlite_cli("pull", "start", 99).exit_code == 4


def test_status_shows_every_kind_of_object(cli: Any, connection: int) -> None:
    assert "not mirrored" in cli("status").stdout
    cli("pull", "start", connection)

    (mirror,) = cli.json("status")["mirrors"]

    assert len(mirror["entities"]) == 12
    assert {one["phase"] for one in mirror["entities"]} == {"recent"}
    assert "first sync 0 %" in cli("status", connection).stdout
    assert cli("status", connection, "--watch", "--json").exit_code == 2


def test_reconcile_says_what_was_never_counted_and_asks_for_it(cli: Any, connection: int) -> None:
    cli("pull", "start", connection)

    assert cli.json("reconcile", connection, "--report-only")["report"][0]["is_comparison_due"] is False
    answer = cli.json("reconcile", connection)

    assert answer["report"][0]["is_comparison_due"] is True
    assert answer["report"][0]["is_complete"] is None
    assert "not counted yet" in cli("reconcile", connection).stdout


def test_status_keeps_looking_until_somebody_stops_it(
    sqlite_cli: Any, connection: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_cli("pull", "start", connection)
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("qbwc_service.cli.status.time.sleep", sleep)

    result = sqlite_cli("status", connection, "--watch", "--interval", 0.5)

    assert result.exit_code == 130, result.output
    assert pauses == [0.5, 0.5]
    assert "Invoice" in result.stdout


@pytest.mark.parametrize(("key", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 128 + signal.SIGTERM)])
def test_a_watched_status_gives_the_terminal_back(
    sqlite_cli: Any, connection: int, key: signal.Signals, code: int
) -> None:
    sqlite_cli("pull", "start", connection)
    ours, theirs = pty.openpty()
    command = program("status", connection, "--watch", "--interval", 60)
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm"}) as process:
        os.close(theirs)
        shown = os.read(ours, 100_000)
        while b"Deposit" not in shown:
            shown += os.read(ours, 100_000)
        while process.poll() is None:  # As often as an impatient person likes.
            process.send_signal(key)
            with suppress(OSError):  # Linux's way to say that nobody is there any more.
                shown += os.read(ours, 100_000)
    os.close(ours)

    assert process.returncode == code
    assert shown.rfind(SHOW_CURSOR) > shown.rfind(HIDE_CURSOR) >= 0
    assert b"Traceback" not in shown
