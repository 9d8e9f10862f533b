"""Our service in a worker that ends itself with kill -9 at an exact point of a call: a test's file says at which.

Served by gunicorn as ``tests.dying_server:create_app()``. The file named by QBWC_TEST_DEATH holds a ``Death``; the
first worker that reaches the point removes the file and dies there. Nothing of ours is replaced.
"""

import os
import signal
import threading
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from qbwc_service.app import create_app as create_real_app

DEATH_FILE = "QBWC_TEST_DEATH"


class Death(StrEnum):
    """Points of a call at which the worker dies."""

    BEFORE_FIRST_COMMIT = "1"
    """Nothing of the call is kept."""
    BEFORE_SECOND_COMMIT = "2"
    """receiveResponseXML only: the answer is kept and not applied."""
    BEFORE_REPLY = "reply"
    """Everything is kept, and the caller never hears so."""


_call = threading.local()


def create_app() -> Any:
    """Make the application; every commit and every reply looks whether it is time to die."""
    application = create_real_app()
    event.listen(Engine, "commit", lambda _connection: _count_commit())

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        _call.commits = 0
        body = b"".join(application(environ, start_response))
        if environ["REQUEST_METHOD"] == "POST":
            _die_if_due(Death.BEFORE_REPLY)
        return [body]

    return serve


def _count_commit() -> None:
    _call.commits = getattr(_call, "commits", 0) + 1
    _die_if_due(str(_call.commits))


def _die_if_due(point: str) -> None:
    planned = Path(os.environ[DEATH_FILE])
    with suppress(FileNotFoundError):
        if planned.read_text() == point:
            planned.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
