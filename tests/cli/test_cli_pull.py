"""pull, status and reconcile: what people see of the mirror, and how they steer it."""

import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from qbwc_service.store import Cursor, Database, PullPhase, open_database
from qbwc_service.sync.pull.questions import Topic
from qbwc_service.sync.pull.rests import back_off, refuse, suspect
from tests.cli.test_cli_demo import program

HIDE_CURSOR, SHOW_CURSOR = b"\x1b[?25l", b"\x1b[?25h"


@pytest.fixture
def cli_database(sqlite_cli: Any) -> Iterator[Database]:
    """The command line's database."""
    database = open_database(os.environ["QBWC_DATABASE_URL"])
    yield database
    database.close()


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
    ("option", "value", "said"),
    [
        ("--quiet", "8-18", "08:30"),
        ("--quiet", "08:00", "beginning and an end"),
        ("--quiet", "", "beginning and an end"),
        ("--quiet", "08:00-08:00", "quiet hours end at another time"),
        ("--quiet", "08:00-25:00", "'25:00'"),
        ("--zone", "Albany", "America/New_York"),
        ("--zone", "America", "America/New_York"),
        ("--oldest", "yesterday", "2020-01-31"),
        ("--oldest", "20240101", "2020-01-31"),
        ("--oldest", "2024-02-30", "2020-01-31"),
        ("--oldest", "2099-01-01", "future"),
        ("--oldest", "0001-01-01", "after 1900"),
        ("--every", "0", "--every"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    sqlite_cli: Any, connection: int, option: str, value: str, said: str
) -> None:
    sqlite_cli("pull", "start", connection)
    before = sqlite_cli("pull", "set", connection, "--json").stdout

    result = sqlite_cli("pull", "set", connection, option, value)

    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert sqlite_cli("pull", "set", connection, "--json").stdout == before


def test_quiet_hours_and_pauses_are_said_wherever_one_looks(
    sqlite_cli: Any, connection: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_cli("pull", "start", connection)
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    monkeypatch.setattr("qbwc_service.cli.desk.Desk.now", lambda _desk: noon)
    sqlite_cli("pull", "set", connection, "--quiet", "08:00-18:00")

    assert "first sync 0 %; quiet hours until 2026-11-20 18:00 UTC" in sqlite_cli("status", connection).stdout
    assert "2026-11-20 18:00" in sqlite_cli("pull", "set", connection).stdout
    assert "after the quiet hours, which end at 2026-11-20 18:00 UTC" in sqlite_cli("reconcile", connection).stdout
    report = sqlite_cli("reconcile", connection, "--report-only")
    assert "This is the last report; nothing was asked of QuickBooks." in report.stdout
    sqlite_cli("pull", "pause", connection)
    assert "paused until: qbwc-service pull resume 1" in sqlite_cli("status", connection).stdout
    assert "after the pause: qbwc-service pull resume 1" in sqlite_cli("reconcile", connection).stdout


def test_status_says_in_a_line_what_rests_and_why(sqlite_cli: Any, connection: int, cli_database: Any) -> None:
    sqlite_cli("pull", "start", connection)
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    with cli_database.writing() as db:
        cursors = {one.entity: one for one in db.scalars(select(Cursor))}
        refuse(cursors["Class"], Topic.FIRST_SYNC, "3250: This feature is not enabled", now=now)
        for _ in range(2):
            back_off(cursors["Customer"], Topic.COUNT, "1010: busy", now=now)
        suspect(cursors["Item"], Topic.FIRST_SYNC, "it was in a bad set", now=now)

    shown = sqlite_cli("status", connection).stdout

    lines = [line.strip() for line in shown.splitlines()]
    assert (
        "Class, first sync: QuickBooks refuses it (3250: This feature is not enabled); asked again after "
        "2026-11-21 12:00 UTC" in lines
    )
    assert "Customer, count: it failed 2 times (1010: busy); asked again after 2026-11-20 12:10 UTC" in lines
    assert "Item, first sync" not in shown
    table = [line.rstrip() for line in shown.splitlines() if "Class" in line and "asked again" not in line]
    assert "refused" in table[0]


def test_tables_of_the_mirror_fit_into_100_columns(sqlite_cli: Any, connection: int, cli_database: Any) -> None:
    sqlite_cli("pull", "start", connection)
    moment = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    with cli_database.writing() as db:
        for cursor in db.scalars(select(Cursor)):
            cursor.expected_count, cursor.row_count, cursor.covered_from = 123_456, 100_000, "2026-01-01"
            cursor.page_rows, cursor.page_seconds = 100, 5.0
            cursor.phase = PullPhase.INCREMENTAL if cursor.entity == "Account" else PullPhase.RECENT
            cursor.pulled_at = cursor.counted_at = cursor.compared_at = moment
            cursor.quickbooks_count = cursor.mirror_count = 123_456

    for command in ("status", "reconcile"):
        lines = sqlite_cli(command, connection).stdout.splitlines()
        (row,) = (line for line in lines if line.strip().startswith("ReceivePayment"))
        assert "11-20 12:00" in row
        assert max(len(line.rstrip()) for line in lines if "UTC." not in line) <= 100


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
