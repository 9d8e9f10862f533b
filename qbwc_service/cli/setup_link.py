"""``qbwc-service setup-link``: the signed link of a page with everything a person needs at the QuickBooks PC."""

from datetime import datetime, timedelta

import click

from qbwc_service.admin.setup_link import sign_setup_link
from qbwc_service.cli.choose_install import choose_install
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.options import chosen_install_argument, connection_argument
from qbwc_service.cli.reply import Reply
from qbwc_service.connections import InstallInfo


@click.command(cls=LeafCommand, example="qbwc-service setup-link 1")
@connection_argument
@chosen_install_argument
@click.pass_obj
def setup_link(desk: Desk, connection_id: int, install_id: int | None) -> Reply:
    """Print a link to the setup page of an install; INSTALL may be left out where there is only one.

    Whoever has the link sees the password: send it to the person at the PC only. It works for QBWC_SETUP_LINK_HOURS.
    """
    install = choose_install(desk, connection_id, install_id)
    url, expires_at = make_setup_url(desk, install)
    return Reply(data={"setup_url": url, "expires_at": expires_at}, raw=f"{url}\n")


def make_setup_url(desk: Desk, install: InstallInfo) -> tuple[str, datetime]:
    """Sign the link of an install, and say until when it works; InvalidSettingsError without a base URL."""
    expires_at = desk.now() + timedelta(hours=desk.settings.setup_link_hours)
    token = sign_setup_link(
        desk.keys,
        connection_id=install.connection_id,
        install_id=install.id,
        rotation=install.rotation,
        expires_at=expires_at,
    )
    return desk.settings.setup_url(token), expires_at
