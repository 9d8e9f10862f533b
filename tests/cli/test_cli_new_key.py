"""``new-key``: a secret that is strong, and a file that nobody else reads or overwrites."""

import os
from pathlib import Path

from click.testing import CliRunner

from qbwc_service.cli import main
from qbwc_service.settings import load_settings


def run(*arguments: object) -> int:
    return CliRunner().invoke(main, ["new-key", *(str(argument) for argument in arguments)]).exit_code


def test_a_written_key_works_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "server.key"
    before = os.umask(0o022)
    try:
        assert run("--output", path) == 0
    finally:
        os.umask(before)

    assert path.stat().st_mode & 0o777 == 0o600
    assert len(load_settings({"QBWC_SERVER_KEY_FILE": str(path)}).server_keys) == 1


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "server.key"
    path.write_text("the key of every password\n")

    assert run("--output", path) == 5
    assert path.read_text() == "the key of every password\n"


def test_a_key_that_cannot_be_written_is_an_input_error(tmp_path: Path) -> None:
    assert run("--output", tmp_path / "nowhere" / "server.key") == 2


def test_a_key_is_printed_where_no_file_is_named() -> None:
    first, second = (CliRunner().invoke(main, ["new-key"]).stdout for _ in range(2))

    assert first != second
    assert len(first.strip()) >= 43
