"""Statements are compiled once for each kind of database, not once for each test.

SQLAlchemy keeps what it has compiled with an engine and its dialect, and nearly every test opens engines of its own.
Here each engine borrows what those before it have compiled; it still connects, and sets up, for itself.

Nor does SQLite wait for the disk, 1 to 2 milliseconds at each commit: a test's file need not outlive a power cut.
What is committed, and in which order, is as ever; servers in processes of their own wait as always.
"""

from typing import Any

from sqlalchemy import Dialect, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import LRUCache

from qbwc_service.store import engine as engine_module

COMPILED: "LRUCache[Any, Any]" = LRUCache(5000)
DIALECTS: dict[str, Dialect] = {}


def borrow_what_is_compiled() -> None:
    """Let every engine of this process share its compiled statements with the others."""
    engine_module.create_engine = create_borrowing_engine  # type: ignore[attr-defined]  # Its own import.


def create_borrowing_engine(url: str, **options: Any) -> Engine:
    engine = create_engine(url, **options)
    kind = engine.dialect.name
    engine._compiled_cache = COMPILED  # noqa: SLF001 - there is no other way in
    if kind in DIALECTS:
        # Who listens to an engine listens to its dialect; the pool asks the dialect that it was made with.
        engine.dialect.dispatch, engine.dialect._has_events = DIALECTS[kind].dispatch, True  # noqa: SLF001 - as above
        engine.dialect = DIALECTS[kind]
    else:  # A dialect knows the server only when it has been connected once.
        event.listen(engine, "connect", lambda *_: DIALECTS.setdefault(kind, engine.dialect))
    if kind == "sqlite":
        event.listen(engine, "checkout", do_not_wait_for_the_disk)
    return engine


def do_not_wait_for_the_disk(connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: Any) -> None:
    """When a connection is first used, which is when the service has set it up."""
    if entry.info.setdefault("waits", True):
        entry.info["waits"] = False
        connection.cursor().execute("PRAGMA synchronous = OFF")
