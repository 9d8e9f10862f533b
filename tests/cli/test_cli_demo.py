"""``demo`` and ``simulate`` as real processes, over real HTTP."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from qbwc_service.cli.child_server import find_free_port, running_server
from qbwc_service.errors import StateError


def program(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "qbwc_service.cli", *(str(argument) for argument in arguments)]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A demo that was kept, and its answer."""
    folder = tmp_path_factory.mktemp("demo") / "kept"
    # Somebody's own settings must not get in the way.
    environ = {**os.environ, "QBWC_LEASE_MINUTES": "soon", "QBWC_DATABASE_URL": "sqlite:////nowhere/at/all"}
    command = program("demo", "--json", "--directory", folder)
    result = subprocess.run(command, check=False, capture_output=True, text=True, env=environ, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder, json.loads(result.stdout)


def test_the_demo_brings_every_example_into_quickbooks(kept: tuple[Path, Any]) -> None:
    _, answer = kept
    documents = {document["external_id"]: document for document in answer["documents"]}

    assert answer["ok"] is True
    assert {document["state"] for document in documents.values()} == {"synced"}
    assert all(document["quickbooks_id"] for document in documents.values())
    balances = {name: documents[name]["balance_remaining"] for name in ("load-5001", "load-5002", "load-5003")}
    assert balances == {"load-5001": "0.00", "load-5002": "500.00", "load-5003": "385.00"}


def test_a_kept_demo_can_be_looked_at_with_the_other_commands(
    kept: tuple[Path, Any], sqlite_cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = kept
    monkeypatch.setenv("QBWC_DATABASE_URL", f"sqlite:///{folder / 'qbwc.sqlite3'}")

    shown = sqlite_cli.json("connections", "show", 1)

    assert shown["connection"]["status"] == "online"
    assert sqlite_cli("demo", "--directory", folder).exit_code == 5


def test_the_key_of_a_kept_demo_is_for_its_owner_only(kept: tuple[Path, Any]) -> None:
    assert (kept[0] / "server-key.txt").stat().st_mode & 0o077 == 0


def test_a_demo_that_is_ended_leaves_no_server_and_no_folder(tmp_path: Path) -> None:
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(program("demo"), env=environ, stderr=subprocess.PIPE) as process:
        for _ in range(3000):
            logs = list(tmp_path.glob("qbwc-demo-*/server.log"))
            if logs or process.poll() is not None:
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)

    assert process.returncode == 128 + signal.SIGTERM
    assert list(tmp_path.glob("qbwc-demo-*")) == []


def test_a_server_that_does_not_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="QBWC_SERVER_KEY"):  # noqa: SIM117 - the other way round nothing is raised
        with running_server({"PATH": os.environ["PATH"]}, port=find_free_port(), log=tmp_path / "log"):
            pytest.fail("it runs")


@pytest.fixture
def running(sqlite_cli: Any, connection: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A server for a connection, its .qwc file written."""
    port = find_free_port()
    monkeypatch.setenv("QBWC_BASE_URL", f"http://localhost:{port}")
    sqlite_cli("qwc", connection, "--output", tmp_path)
    with running_server(dict(os.environ), port=port, log=tmp_path / "server.log"):
        yield sqlite_cli, tmp_path / "acme-trucking.qwc"


def test_simulate_runs_until_nothing_is_left(running: Any, connection: int, write: Any) -> None:
    cli, qwc = running
    customers = {"customers": [{"external_id": "c-1", "name": "Ann"}]}
    cli("enqueue", connection, write("c.json", json.dumps(customers)))
    password = cli("installs", "password", connection, 1).stdout.strip()

    answer = cli.json("simulate", "--qwc", qwc, "--password", password, "--customers", 3)

    assert [report["outcome"] for report in answer["reports"]] == ["completed", "no_data"]
    assert cli.json("documents", "show", connection, "customer", "c-1")["document"]["state"] == "synced"


def test_simulate_keeps_its_company_and_goes_on_with_it(
    running: Any, connection: int, write: Any, tmp_path: Path
) -> None:
    cli, qwc = running
    password = cli("installs", "password", connection, 1).stdout.strip()
    folder = tmp_path / "company"
    command = ("simulate", "--qwc", qwc, "--password", password, "--keep", folder)
    for name in ("Ann", "Bob"):
        customers = {"customers": [{"external_id": name, "name": name}]}
        cli("enqueue", connection, write("c.json", json.dumps(customers)))

        assert str(folder) in cli(*command).stdout

    customers = json.loads((folder / "company.json").read_text())["Customer"].values()
    assert {"Ann", "Bob"} <= {one["Name"] for one in customers}
    assert cli(*command, "--customers", 3).exit_code == 2


def test_simulate_with_a_wrong_password_does_not_end_well(running: Any) -> None:
    cli, qwc = running

    result = cli("simulate", "--qwc", qwc, "--password", "wrong", "--customers", 0)

    assert result.exit_code == 5
    assert "invalid_user" in result.stdout


def test_simulate_says_with_its_code_what_the_web_connector_refuses(
    sqlite_cli: Any, write: Any, connection: int
) -> None:
    text = sqlite_cli("qwc", connection).stdout.replace("https://", "http://")

    error = sqlite_cli.json("simulate", "--qwc", write("a.qwc", text), "--password", "x", exit_code=2)["error"]

    assert error["qbwc_code"] == "QBWC1010"
    assert sqlite_cli("simulate", "--qwc", "nowhere.qwc", "--password", "x").exit_code == 2
