"""``qbwc-service new-key``."""

import secrets

import click

from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.reply import Reply

KEY_BYTES = 32


@click.command(cls=LeafCommand, example="export QBWC_SERVER_KEY=$(qbwc-service new-key)")
def new_key() -> Reply:
    """Make a fresh secret for QBWC_SERVER_KEY and print it; it is kept nowhere.

    All Web Connector passwords are derived from it: keep a copy in a safe place.
    """
    key = make_key()
    return Reply(data={"server_key": key}, raw=f"{key}\n")


def make_key() -> str:
    """Make a fresh server key."""
    return secrets.token_urlsafe(KEY_BYTES)
