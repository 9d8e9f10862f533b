"""What a command works with: settings, keys, the database, the time. Nothing is read or opened before it is asked for.

A command opens one transaction after another on ``database``, whose schema was checked before the first one; what it
calls never commits.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from qbwc_service.clock import Clock, system_clock
from qbwc_service.errors import InvalidSettingsError, SchemaError

if TYPE_CHECKING:
    from qbwc_service.credentials import ServerKeys
    from qbwc_service.settings import Settings
    from qbwc_service.store import Database

SERVER_KEY = "QBWC_SERVER_KEY"
KEY_REMEDY = f"Make a key with: qbwc-service new-key. Keep it, and set {SERVER_KEY} (or {SERVER_KEY}_FILE) to it."


class Desk:
    """One command's workplace. Imports wait as well: what only shows help has to be quick."""

    def __init__(self, environ: Mapping[str, str], *, clock: Clock = system_clock) -> None:
        self.environ = environ
        self.clock = clock

    def now(self) -> datetime:
        """Give the present moment."""
        return self.clock()

    @cached_property
    def settings(self) -> "Settings":
        """All settings; InvalidSettingsError lists every mistake."""
        from qbwc_service.settings import load_settings  # noqa: PLC0415

        try:
            return load_settings(self.environ)
        except InvalidSettingsError as error:
            if not any(mistake.path == SERVER_KEY and mistake.rule == "required" for mistake in error.errors):
                raise
            raise InvalidSettingsError(error.summary, error.errors, remedy=KEY_REMEDY) from None

    @cached_property
    def keys(self) -> "ServerKeys":
        """The server's keys."""
        from qbwc_service.credentials import ServerKeys  # noqa: PLC0415

        return ServerKeys(self.settings.server_keys)

    @cached_property
    def database_url(self) -> str:
        """The database's address; the other settings need not be there."""
        from qbwc_service.settings import read_database_url  # noqa: PLC0415

        return read_database_url(self.environ)

    @property
    def recheck_after(self) -> timedelta:
        """After how long a problem is checked again; the other settings need not be there."""
        from qbwc_service.settings import read_recheck_minutes  # noqa: PLC0415

        return timedelta(minutes=read_recheck_minutes(self.environ))

    @cached_property
    def unchecked_database(self) -> "Database":
        """The database as it is, whatever its schema; nothing is connected yet."""
        from qbwc_service.store import open_database  # noqa: PLC0415

        return open_database(self.database_url)

    @cached_property
    def database(self) -> "Database":
        """The database, there and at this release's schema: commands open their one transaction on it.

        SchemaError says what to do where it is not.
        """
        from qbwc_service.store.schema import check_schema  # noqa: PLC0415

        self.check_file()
        check_schema(self.unchecked_database)
        return self.unchecked_database

    def check_file(self) -> None:
        """Refuse to make an empty SQLite file where somebody only wanted to look."""
        path = find_sqlite_path(self.database_url)
        if path is not None and not path.exists():
            raise SchemaError(
                f"there is no database at {path.absolute()} yet",
                field="QBWC_DATABASE_URL",
                remedy="make it with: qbwc-service db upgrade (or set QBWC_DATABASE_URL to the right one)",
            )

    def close(self) -> None:
        """Give back what was opened."""
        if "unchecked_database" in self.__dict__:
            self.unchecked_database.close()


def find_sqlite_path(url: str) -> Path | None:
    """Give the file of an SQLite database's address; None for another database."""
    path = url.removeprefix("sqlite:///")
    return None if path == url else Path(path.partition("?")[0])
