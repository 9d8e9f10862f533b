"""A deployment of its own for a command that sets everything up by itself: in a folder, with settings of its own."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from qbwc_service.cli.new_key import make_key, write_key

DATABASE_FILE = "qbwc.sqlite3"
KEY_FILE = "server-key.txt"


def make_environment(folder: Path, *, port: int, database_url: str | None = None) -> dict[str, str]:
    """Give an environment for a deployment in this folder; nothing of the caller's own settings gets into it.

    Without ``database_url`` the database is an SQLite file in the folder.
    """
    key_file = folder / KEY_FILE
    if not key_file.exists():
        write_key(key_file, make_key())
    others = {name: value for name, value in os.environ.items() if not name.upper().startswith("QBWC_")}
    return others | {
        "QBWC_DATABASE_URL": database_url or f"sqlite:///{folder / DATABASE_FILE}",
        "QBWC_SERVER_KEY_FILE": str(key_file),
        "QBWC_BASE_URL": f"http://localhost:{port}",
    }


@contextmanager
def ending_on_sigterm() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does, so that its server and its folder go with it; only the first counts."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.exit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is leave:
            signal.signal(signal.SIGTERM, before)
