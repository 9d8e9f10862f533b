"""``serve`` as a real process: it checks before it binds, answers, and ends well."""

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from qbwc_service.cli.server import believe_proxies
from tests.wire import free_port


def program(port: int, *options: str) -> list[str]:
    return [sys.executable, "-m", "qbwc_service.cli", "serve", "--port", str(port), *options]


def start(port: int, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(program(port, *options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture(params=["1", "2"], ids=["processes", "threads"])
def server(request: pytest.FixtureRequest, sqlite_cli: Any) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    process = start(port, "--workers", "1", "--threads", request.param)
    yield process, port
    if process.poll() is None:
        process.kill()
    process.communicate()


def ask(port: int, path: str) -> tuple[int, bytes]:
    for _ in range(600):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except ConnectionRefusedError:
            time.sleep(0.05)
        finally:
            connection.close()
    pytest.fail("nobody listens")


def test_serve_answers_and_ends_well_on_ctrl_c(server: tuple[subprocess.Popen[str], int]) -> None:
    process, port = server

    assert ask(port, "/healthz") == (200, b"ok")
    assert b"soap:address" in ask(port, "/qbwc?wsdl")[1]
    process.send_signal(signal.SIGINT)
    output, log = process.communicate(timeout=60)

    assert process.returncode == 0
    assert output == ""
    assert "Traceback" not in log


def test_the_path_of_a_setup_page_does_not_get_into_the_log(server: tuple[subprocess.Popen[str], int]) -> None:
    process, port = server

    ask(port, "/setup/a-secret-token")
    process.terminate()
    _, log = process.communicate(timeout=60)

    assert "a-secret-token" not in log


def test_a_worker_that_dies_is_followed_by_one_that_has_loaded_everything(
    sqlite_cli: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")  # Each process tells what it loads.
    log, port = tmp_path / "log", free_port()
    with log.open("wb") as output, subprocess.Popen(program(port, "--workers", "1"), stderr=output) as process:
        ask(port, "/healthz")
        for worker in psutil.Process(process.pid).children():
            worker.kill()
        answer = ask(port, "/healthz")
        process.terminate()

    assert answer == (200, b"ok")
    loaded = [line.rpartition("|")[2].strip() for line in log.read_text().splitlines()]
    assert loaded.count("qbwc_service.app") == 1


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(program(free_port(), *options), check=False, capture_output=True, text=True, timeout=60)


def test_serve_refuses_bad_settings_before_it_binds(sqlite_cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QBWC_LEASE_MINUTES", "soon")

    result = run()

    assert result.returncode == 2
    assert "QBWC_LEASE_MINUTES" in result.stderr
    assert "Listening" not in result.stderr


def test_serve_refuses_an_old_schema_before_it_binds(
    tmp_path: Path, environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty.sqlite3").touch()
    monkeypatch.setenv("QBWC_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.sqlite3'}")

    result = run()

    assert result.returncode == 6
    assert "qbwc-service db upgrade" in result.stderr
    assert "Listening" not in result.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_serve_on_a_port_in_use_names_it_and_says_what_helps(sqlite_cli: Any, host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as other:
        port = other.getsockname()[1]
        result = sqlite_cli("serve", "--host", host, "--port", port)

    assert result.exit_code == 5
    assert f"port {port} of {host} is in use" in result.stderr
    assert "--port" in result.stderr.partition("in use")[2]
    assert "Traceback" not in result.stderr


def test_serve_on_an_address_of_another_machine_is_refused(sqlite_cli: Any) -> None:
    result = sqlite_cli("serve", "--host", "192.0.2.1")

    assert result.exit_code == 2
    assert "cannot listen on port 8080 of 192.0.2.1" in result.stderr


def test_serve_refuses_an_address_that_is_none(sqlite_cli: Any) -> None:
    assert sqlite_cli("serve", "--forwarded-allow-ips", "proxy.example.com").exit_code == 2


@pytest.mark.parametrize(
    ("allowed", "address", "host"),
    [
        ("127.0.0.1", "127.0.0.1", "qb.example.com"),
        ("10.0.0.0/8", "10.1.2.3", "qb.example.com"),
        ("*", "", "qb.example.com"),
        ("127.0.0.1", "10.1.2.3", "inside"),
        ("127.0.0.1", "", "inside"),
    ],
)
def test_a_forwarded_host_is_believed_from_a_trusted_proxy_only(allowed: str, address: str, host: str) -> None:
    seen: list[str] = []

    def application(environ: Any, _start_response: Any) -> list[bytes]:
        seen.append(environ["HTTP_HOST"])
        return []

    environ = {"HTTP_HOST": "inside", "HTTP_X_FORWARDED_HOST": "qb.example.com, other", "REMOTE_ADDR": address}
    believe_proxies(application, allowed)(environ, lambda *_arguments: lambda _data: None)

    assert seen == [host]
