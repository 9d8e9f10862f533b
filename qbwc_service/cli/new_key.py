"""``qbwc-service new-key``."""

import os
import secrets
from pathlib import Path

import click

from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.reply import Reply
from qbwc_service.errors import InputError, StateError

KEY_BYTES = 32
OWNER_ONLY = 0o600


@click.command(cls=LeafCommand, example="qbwc-service new-key --output server.key")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="A new file, for its owner alone to read.")
def new_key(*, output: Path | None) -> Reply:
    """Make a fresh secret for QBWC_SERVER_KEY and print it, or write it to a file for QBWC_SERVER_KEY_FILE.

    All Web Connector passwords are derived from it: keep a copy in a safe place.
    """
    key = make_key()
    if output is None:
        return Reply(data={"server_key": key}, raw=f"{key}\n")
    write_key(output, key)
    return Reply(data={"path": str(output)}, raw=f"Written: {output}\n")


def make_key() -> str:
    """Make a fresh server key."""
    return secrets.token_urlsafe(KEY_BYTES)


def write_key(path: Path, key: str) -> None:
    """Write a key into a new file that nobody but its owner can read.

    StateError where the file is there: with the key in it the passwords derived from it would be gone.
    """
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w") as file:
            file.write(f"{key}\n")
    except FileExistsError:
        raise StateError(f"{path} is there already, and is left as it is", field="output") from None
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}", field="output") from None
