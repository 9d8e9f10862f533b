"""The whole thing: our server under gunicorn, a simulated QuickBooks and Web Connector, real HTTP between them."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest

from qbwc_service import connections, qwc
from qbwc_service.app import make_qwc
from qbwc_service.clock import system_clock
from qbwc_service.credentials import ServerKeys, derive_password
from qbwc_service.settings import Settings, load_settings
from qbwc_service.simulator import Application, Company, QuickBooks, WebConnector
from qbwc_service.store import Database
from qbwc_service.sync.rules import save_rules
from tests.no_looks import NO_LOOKS

SERVER_KEY = "a server key for journeys that is long enough"
REPOSITORY = Path(__file__).resolve().parents[1]
# Below those that Linux gives to clients; each process that runs tests begins at another one.
PORTS = (20_000 + number % 12_000 for number in count(os.getpid() * 101))


@dataclass(frozen=True)
class Server:
    """Our service under gunicorn, in processes of its own."""

    process: subprocess.Popen[bytes]
    settings: Settings
    log: Path

    def worker_pids(self) -> list[int]:
        """The processes that answer; the parent only watches them."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def kill_workers(self) -> None:
        """End every worker as the kernel's out-of-memory killer would."""
        for pid in self.worker_pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


StartServer = Callable[..., Server]


@pytest.fixture
def start_server(database_url: str, tmp_path: Path) -> Iterator[StartServer]:
    """Start the service on the test's database: ``start_server(workers=2)``; more of gunicorn's ``options``."""
    started: list[Server] = []

    def start(
        *, workers: int = 1, app: str = "qbwc_service.app", options: Sequence[str] = (), **environment: str
    ) -> Server:
        port = free_port()
        base_url = f"http://localhost:{port}"
        ours = {
            "QBWC_SERVER_KEY": SERVER_KEY,
            "QBWC_DATABASE_URL": database_url,
            "QBWC_BASE_URL": base_url,
            **environment,
        }
        log = tmp_path / f"server-{port}.log"
        program = [sys.executable, "-m", "gunicorn", f"{app}:create_app()", "--workers", str(workers)]
        with log.open("wb") as sink:
            process = subprocess.Popen(
                [*program, "--bind", f"127.0.0.1:{port}", "--timeout", "60", *options],
                cwd=REPOSITORY,
                env={**os.environ, **ours},
                stderr=sink,
                stdout=sink,
            )
        server = Server(process, load_settings(ours), log)
        started.append(server)
        _wait_until_up(f"{base_url}/healthz", server)
        return server

    yield start
    for server in started:
        server.process.terminate()
        server.process.wait(timeout=30)


class Served(Protocol):
    """A server that runs somewhere; its settings say where."""

    @property
    def settings(self) -> Settings: ...


@dataclass(frozen=True)
class FarSide:
    """The PC at the other end: QuickBooks with its company file, and the Web Connector with our application added."""

    connection_id: int
    company: Company
    quickbooks: QuickBooks
    web_connector: WebConnector
    application: Application


ConnectFarSide = Callable[..., FarSide]


@pytest.fixture
def connect_far_side(database: Database) -> ConnectFarSide:
    """Make a connection and an install, and add its .qwc to a simulated Web Connector."""

    def connect(
        server: Served, *, name: str = "Acme Trucking", company: Company | None = None, looks: bool = False
    ) -> FarSide:
        now = system_clock()
        with database.writing() as db:
            connection_id = connections.create_connection(db, connections.NewConnection(name=name), now=now)
            install = connections.add_install(db, connection_id, label="Front desk", now=now)
            info = connections.get_connection(db, connection_id, now=now)
            owner_id = connections.get_owner_id(db, now=now)
            if not looks:
                save_rules(db, connection_id, NO_LOOKS, by="the tests", now=now)
        text = qwc.render_qwc(make_qwc(server.settings, info, install, owner_id=owner_id))
        keys = ServerKeys(server.settings.server_keys)
        password = derive_password(keys, install_id=install.password_id, rotation=install.rotation)
        opened = company or Company.create(name=name, path=rf"C:\Books\{name}.qbw")
        quickbooks = QuickBooks(opened)
        web_connector = WebConnector(quickbooks)
        return FarSide(
            connection_id, opened, quickbooks, web_connector, web_connector.add_application(text, password=password)
        )

    return connect


def free_port() -> int:
    """Give a port that nobody has just now, and that no client is given by chance before the server takes it."""
    for port in PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("there is always another port")


def _wait_until_up(url: str, server: Server) -> None:
    for _ in range(1000):  # Imports take long on a machine that is busy.
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError), urllib.request.urlopen(url, timeout=5):  # noqa: S310
            return
        if server.process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"the server did not start:\n{server.log.read_text()}")
