"""The real application behind a real HTTP server, in threads of the test's own process: up in a moment."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
import structlog

from qbwc_service import app
from qbwc_service.app import create_app
from qbwc_service.settings import Settings, load_settings
from qbwc_service.store import Database, open_database
from tests.wire import SERVER_KEY, free_port

HASTE = {"QBWC_RETRY_FIRST_SECONDS": "0.02", "QBWC_RETRY_LONGEST_SECONDS": "0.1"}
"""What fails is tried again at once."""


@dataclass(frozen=True)
class ThreadedServer:
    """Our service in this process; its settings say where."""

    settings: Settings


ServeHere = Callable[..., ThreadedServer]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def handle_error(self, *_client: object) -> None:
        """Say nothing of a client that is gone: that is what these tests are about."""


class _QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # Without it nobody says 100 Continue, and each call waits for that.

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def logging_put_back() -> Iterator[None]:
    """Leave this process's logging as it was: the application sets up its own."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.fixture
def serve_here(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServeHere]:
    """Serve the test's database from this process: ``serve_here(QBWC_BATCH_SIZE="5")``."""
    opened: list[Database] = []
    running: list[tuple[WSGIServer, threading.Thread]] = []

    def open_and_keep(url: str) -> Database:
        opened.append(open_database(url))
        return opened[-1]

    monkeypatch.setattr(app, "open_database", open_and_keep)

    def serve(**environment: str) -> ThreadedServer:
        port = free_port()
        ours = {
            "QBWC_SERVER_KEY": SERVER_KEY,
            "QBWC_DATABASE_URL": database_url,
            "QBWC_BASE_URL": f"http://localhost:{port}",
            "QBWC_LOG_LEVEL": "ERROR",
            **HASTE,
            **environment,
        }
        settings = load_settings(ours)
        server = make_server("127.0.0.1", port, create_app(settings), _Server, _QuietHandler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        running.append((server, thread))
        return ThreadedServer(settings)

    with logging_put_back():
        yield serve
        for server, thread in running:
            server.shutdown()
            thread.join()
            server.server_close()
        for database in opened:
            database.close()
