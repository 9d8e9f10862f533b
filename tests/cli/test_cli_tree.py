"""Promises that every command keeps: help, an example, --json, a place in docs/cli.md, an exit code for each error."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from qbwc_service.cli import main
from qbwc_service.cli.exit_codes import EXIT_CODES, ExitCode, find_exit_code
from qbwc_service.cli.main import COMMANDS
from qbwc_service.errors import QbwcServiceError

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"


def walk(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    with click.Context(command) as ctx:
        for name in command.list_commands(ctx):
            child = command.get_command(ctx, name)
            assert child is not None
            yield from walk(child, (*path, name))


LEAVES = dict(walk(main))


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_has_help_with_an_example_that_calls_it(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*path, "--help"])
    name = "qbwc-service " + " ".join(path)

    assert result.exit_code == 0
    assert name in result.stdout.partition("Example:")[2]
    assert "--json" in result.stdout


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_and_each_of_its_options_stand_in_the_docs(path: tuple[str, ...]) -> None:
    docs = DOCS.read_text(encoding="utf-8")
    documented = set(re.findall(r"qbwc-service ((?:[a-z-]+ ?){1,2})", docs))
    assert any(words.split()[: len(path)] == list(path) for words in documented)

    options = [name for parameter in LEAVES[path].params for name in parameter.opts if name.startswith("--")]
    assert [name for name in options if name not in docs] == []


def test_the_list_of_commands_says_of_each_what_its_own_help_says() -> None:
    for name, (_, summary) in COMMANDS.items():
        with click.Context(main) as ctx:
            command = main.get_command(ctx, name)
        assert command is not None
        assert summary.endswith(".")
        assert command.help


def errors_below(error: type[QbwcServiceError]) -> Iterator[type[QbwcServiceError]]:
    for child in error.__subclasses__():
        yield child
        yield from errors_below(child)


def test_every_error_of_the_tree_has_an_exit_code_of_its_own_kind() -> None:
    unmapped = [error.__name__ for error in errors_below(QbwcServiceError) if find_exit_code(error) is None]

    assert unmapped == []
    assert not {ExitCode.OK, ExitCode.INTERNAL} & set(EXIT_CODES.values())


def test_every_exit_code_stands_in_the_docs() -> None:
    rows = re.findall(r"^\| (\d+) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)

    assert [int(row) for row in rows] == list(ExitCode)


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from qbwc_service.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "heavy = {'sqlalchemy', 'spyne', 'gunicorn', 'lxml', 'flask', 'pydantic', 'rich', 'alembic'}\n"
        "sys.exit(str(heavy & sys.modules.keys()) if heavy & sys.modules.keys() else 0)"
    )
    result = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)

    assert result.returncode == 0, result.stderr


def test_the_version_is_told() -> None:
    result = CliRunner().invoke(main, ["--version"])

    assert re.fullmatch(r"qbwc-service \d+\.\d+\S*\n", result.stdout)


def test_a_mistyped_command_is_a_usage_error() -> None:
    assert CliRunner().invoke(main, ["conections"]).exit_code == ExitCode.BAD_INPUT
