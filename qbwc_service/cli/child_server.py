"""A server of its own: ``qbwc-service serve`` as a child process on a free port, ended with the block."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from qbwc_service.errors import StateError

START_SECONDS = 60
STOP_SECONDS = 20
SHOWN_LINES = 15
WORKERS = 2
PROCESSES = Path("/proc")


@dataclass(frozen=True, slots=True)
class ChildServer:
    """A server that runs."""

    process: subprocess.Popen[bytes]

    @property
    def can_lose_workers(self) -> bool:
        """Whether this system tells which processes the workers are (Linux does)."""
        return self._children.exists()

    def kill_workers(self) -> None:
        """End every worker at once, as a power cut would; the parent starts others."""
        with suppress(FileNotFoundError):
            for pid in self._children.read_text().split():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)

    @property
    def _children(self) -> Path:
        number = str(self.process.pid)
        return PROCESSES / number / "task" / number / "children"


def find_free_port() -> int:
    """Give a port of this machine that nobody listens on just now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_server(
    environ: Mapping[str, str], *, port: int, log: Path, workers: int = WORKERS
) -> Iterator[ChildServer]:
    """Serve on 127.0.0.1 while the block runs; StateError with the log's end where it does not start."""
    command = [sys.executable, "-m", "qbwc_service.cli", "serve", "--port", str(port), "--workers", str(workers)]
    with log.open("wb") as output:
        # Its own session: Ctrl-C is for us, and we end it in good order.
        process = subprocess.Popen(  # noqa: S603 - our own program
            command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_healthy(process, port, log=log)
        yield ChildServer(process)
    finally:
        _stop(process)


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int, *, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if _is_healthy(port):
            return
        time.sleep(0.1)
    end = "\n".join(log.read_text(errors="replace").splitlines()[-SHOWN_LINES:])
    raise StateError(f"the server did not start; the end of its log:\n{end}", field="server")


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with closing(connection):
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        # The workers are in its process group.
        os.killpg(process.pid, 9)
        process.wait()
