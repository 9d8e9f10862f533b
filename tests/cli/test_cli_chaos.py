"""``qbwc-service simulate --chaos``: set up by itself, honest in its last line, gone afterwards."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from qbwc_service.cli import main
from qbwc_service.cli.chaos.books import Books, Fate
from qbwc_service.cli.chaos.run import ChaosOptions, ChaosReport
from qbwc_service.simulator import FaultKind
from tests.cli.test_cli_demo import program


def test_the_last_line_is_json_with_what_became_of_the_documents(tmp_path: Path) -> None:
    environ = {**os.environ, "TMPDIR": str(tmp_path), "QBWC_SERVER_KEY": "too short to be used"}
    arguments = ["simulate", "--chaos", "--seed", "4", "--documents", "60", "--rate", "0.3", "--no-recovery", "--json"]

    done = subprocess.run(program(*arguments), env=environ, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert (answer["documents"], answer["lost"], answer["doubled"]) == (60, 0, 0)
    assert answer["done"] + answer["failed"] + answer["undecided"] == 60
    assert answer["faults"] == sum(answer["by_kind"].values()) > 0
    assert (answer["seed"], answer["recovery"]) == (4, False)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_interrupted_leaves_no_server_and_no_folder(tmp_path: Path) -> None:
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    arguments = ["simulate", "--chaos", "--documents", "500"]
    with subprocess.Popen(program(*arguments), env=environ, stderr=subprocess.PIPE, text=True) as process:
        for _ in range(1000):
            logs = list(tmp_path.glob("qbwc-chaos-*/server.log"))
            if process.poll() is not None or (logs and "receiveResponseXML" in logs[0].read_text()):
                break
            time.sleep(0.02)
        while process.poll() is None:  # A person who is impatient.
            process.send_signal(signal.SIGINT)
            time.sleep(0.05)
        _, said = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "Stopped." in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--chaos", "--qwc", "a.qwc"], "--qwc cannot be used with --chaos"),
        (["--chaos", "--updates", "5"], "--updates cannot be used with --chaos"),
        (["--documents", "50"], "--documents needs --chaos"),
        ([], "--qwc and --password are needed"),
    ],
)
def test_options_that_would_be_ignored_are_refused(arguments: list[str], sentence: str) -> None:
    result = CliRunner().invoke(main, ["simulate", *arguments])

    assert result.exit_code == 2
    assert sentence in result.stderr


@pytest.mark.parametrize(("lost", "doubled", "code"), [(0, 0, 0), (1, 0, 5), (0, 1, 5)])
def test_the_exit_code_says_whether_something_was_lost_or_doubled(
    monkeypatch: pytest.MonkeyPatch, lost: int, doubled: int, code: int
) -> None:
    def run(options: ChaosOptions, **_progress: Any) -> ChaosReport:
        books = Books(
            fates={Fate.DONE: 10 - lost, Fate.LOST: lost},
            doubled=doubled,
            failed_but_there=0,
            lost_answers=2,
            resolved=1,
            mistakes=("invoice 'inv-1'",),
        )
        return ChaosReport(
            options=options,
            books=books,
            faults={FaultKind.SLOW: 3},
            outcomes={},
            operations={},
            exchanges=30,
            seconds=1.0,
        )

    monkeypatch.setattr("qbwc_service.cli.simulate.run_chaos", run)

    shown = CliRunner().invoke(main, ["simulate", "--chaos"])
    answered = CliRunner().invoke(main, ["simulate", "--chaos", "--json"])

    assert (shown.exit_code, answered.exit_code) == (code, code)
    assert ("Nothing lost, nothing doubled." in shown.stdout) is (code == 0)
    assert "50.0%" in shown.stdout
    assert re.search(r"Seed: +1\b", shown.stdout)
    answer = json.loads(answered.stdout)
    assert (answer["lost"], answer["doubled"], answer["resolved_without_a_person"]) == (lost, doubled, 0.5)
    assert answer["seed"] == 1
    assert answered.stdout.count("\n") == 1
