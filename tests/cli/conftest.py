"""A command line on a fresh database: run commands as a person does, and read what they answer."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import CliRunner, Result

from qbwc_service.cli import main

SERVER_KEY = "a server key for tests that is long enough"


@dataclass(frozen=True)
class CommandLine:
    """Runs commands; ``json`` expects the exit code and gives the parsed answer."""

    def __call__(self, *arguments: object, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)

    def json(self, *arguments: object, exit_code: int = 0, stdin: str | bytes | None = None) -> Any:
        result = self(*arguments, "--json", stdin=stdin)
        assert result.exit_code == exit_code, result.output
        return json.loads(result.stdout)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that are good, and none of the machine's own."""
    for name in ("QBWC_BASE_URL", "QBWC_SERVER_KEY_FILE", "QBWC_DATABASE_URL_FILE", "QBWC_LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QBWC_SERVER_KEY", SERVER_KEY)
    monkeypatch.setenv("QBWC_BASE_URL", "https://qb.example.com")


@pytest.fixture
def cli(database_url: str, environment: None, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line on a fresh, migrated database of each kind."""
    monkeypatch.setenv("QBWC_DATABASE_URL", database_url.replace("postgresql+psycopg://", "postgresql://"))
    return CommandLine()


@pytest.fixture
def sqlite_cli(tmp_path: Any, sqlite_template: Any, environment: None, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The same on SQLite only, for what does not depend on the database."""
    path = tmp_path / "qbwc.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("QBWC_DATABASE_URL", f"sqlite:///{path}")
    return CommandLine()


@pytest.fixture
def connection(request: pytest.FixtureRequest) -> int:
    """A connection on the test's own command line."""
    name = "cli" if "cli" in request.fixturenames else "sqlite_cli"
    created = request.getfixturevalue(name).json("connections", "create", "Acme Trucking")
    number: int = created["connection"]["id"]
    return number


@pytest.fixture
def write(tmp_path: Any) -> Callable[..., str]:
    """Write a file and give its path."""

    def write_file(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write_file
