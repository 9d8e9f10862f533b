"""The database: one engine, and the two ways to talk to it.

``writing()`` is a transaction that takes SQLite's write lock at once, so that it can never fail half way because
somebody else wrote in between; ``reading()`` never blocks a writer. Both roll back unless they end well.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect, ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

SQLITE_BUSY_SECONDS = 20
OWNER_ONLY = 0o600
POSTGRESQL_DISK_FULL = "53100"
READ_ONLY = "qbwc_read_only"


@dataclass(frozen=True, slots=True)
class Database:
    """An engine and its transactions. Safe to share between threads; make one per process."""

    engine: Engine

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a transaction that may write; commit at the end, roll back on any exception."""
        with Session(self.engine, expire_on_commit=False) as db, db.begin():
            yield db

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads; it is always rolled back."""
        with self.engine.connect().execution_options(**{READ_ONLY: True}) as connection, Session(connection) as db:
            yield db

    @property
    def place(self) -> str:
        """Where the data live, as people may read it: SQLite's file, or the address without its password."""
        url = self.engine.url
        return url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open the database at an SQLAlchemy URL (``sqlite:///…`` or ``postgresql+psycopg://…``).

    SQLite runs in WAL mode with foreign keys on; a file that is made is its owner's alone. Nothing is connected before
    first use.
    """
    # Errors of the driver are logged with their statement; its parameters hold people's names and amounts.
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"), hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "do_connect", _make_private_file)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "handle_error", _forget_values)
    return Database(engine)


def is_disk_full(error: DBAPIError) -> bool:
    """Say whether a statement failed because there is no room left: the transaction is undone, nothing was lost."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_FULL or getattr(error.orig, "sqlstate", None) == POSTGRESQL_DISK_FULL


def _forget_values(context: ExceptionContext) -> None:
    """Keep PostgreSQL's sentence only: its DETAIL repeats the whole row that it refused."""
    original, ours = context.original_exception, context.sqlalchemy_exception
    sentence = getattr(getattr(original, "diag", None), "message_primary", None)
    if sentence is not None and ours is not None:
        ours.args = tuple(str(part).replace(str(original), sentence) for part in ours.args)
        original.args = (sentence,)


def _make_private_file(_dialect: Dialect, _entry: ConnectionPoolEntry, arguments: list[str], _options: object) -> None:
    """Make a new file before SQLite does, which would let everybody read it; -wal and -shm get the mode of the file.

    A file that is there keeps its mode: a group that shares it was somebody's choice. What cannot be made here is
    SQLite's to refuse. What is no absolute path is no file: a database in memory, or a URI.
    """
    path = arguments[0]
    if Path(path).is_absolute():
        with suppress(OSError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWNER_ONLY))


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Switch the driver's own transactions off (they leak and upgrade locks late) and set what we rely on."""
    if not isinstance(connection, sqlite3.Connection):
        raise TypeError("only Python's own sqlite3 driver is supported")
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_SECONDS * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    """Begin for real: a writer takes the lock now, a reader never does."""
    mode = "DEFERRED" if connection.get_execution_options().get(READ_ONLY) else "IMMEDIATE"
    connection.exec_driver_sql(f"BEGIN {mode}")
