"""``qbwc-service installs``: the Web Connectors that may sign in for a connection, and their passwords."""

from dataclasses import dataclass
from datetime import datetime

import click
from rich.console import RenderableType

from qbwc_service import connections
from qbwc_service.cli.choose_install import check_not_revoked
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.options import connection_argument, install_argument
from qbwc_service.cli.reply import Reply
from qbwc_service.cli.setup_link import make_setup_url
from qbwc_service.cli.tables import make_facts, make_table
from qbwc_service.connections import InstallInfo
from qbwc_service.credentials import derive_password
from qbwc_service.errors import InvalidSettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInstall:
    """An install with what a person needs to set it up, once as values and once for people."""

    data: dict[str, object]
    facts: dict[str, object]
    install: InstallInfo
    has_link: bool


@click.group()
def installs() -> None:
    """Web Connectors that may sign in: add, revoke, passwords."""


@installs.command(cls=LeafCommand, example='qbwc-service installs add 1 "Front desk"')
@connection_argument
@click.argument("label")
@click.pass_obj
def add(desk: Desk, connection_id: int, *, label: str) -> Reply:
    """Add an install: one Windows user on one PC. It gets a user name and a password of its own."""
    _ = desk.keys
    with desk.database.writing() as db:
        install = connections.add_install(db, connection_id, label=label, now=desk.now())
    made = describe_new_install(desk, install)
    return Reply(data={"install": made.data}, shown=(make_facts(made.facts), "", *list_next_steps(made)))


@installs.command(name="list", cls=LeafCommand, example="qbwc-service installs list 1")
@connection_argument
@click.pass_obj
def list_(desk: Desk, connection_id: int) -> Reply:
    """List the installs of a connection."""
    with desk.database.reading() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        found = connections.list_installs(db, connection_id)
    rows = [(one.id, one.label, one.user_name, one.last_contact_at, _remark(one)) for one in found]
    table = make_table((">id", "label", "user name", "last contact", ""), rows)
    nothing = f'There are none. Add one: qbwc-service installs add {connection_id} "Front desk"'
    return Reply(data={"installs": found}, shown=(table if found else nothing,))


@installs.command(cls=LeafCommand, example="qbwc-service installs revoke 1 2")
@connection_argument
@install_argument
@click.pass_obj
def revoke(desk: Desk, connection_id: int, install_id: int) -> Reply:
    """Make an install's password useless from now on. There is no way back: add a new install instead."""
    with desk.database.writing() as db:
        connections.get_install(db, connection_id, install_id)
        install = connections.revoke_install(db, connection_id, install_id, now=desk.now())
    text = f"Install {install.id} ({install.label}) cannot sign in any more."
    return Reply(data={"install": install}, raw=f"{text}\n")


@installs.command(cls=LeafCommand, example="qbwc-service installs password 1 2")
@connection_argument
@install_argument
@click.pass_obj
def password(desk: Desk, connection_id: int, install_id: int) -> Reply:
    """Print an install's password, and nothing else."""
    with desk.database.reading() as db:
        install = check_not_revoked(connections.get_install(db, connection_id, install_id))
    return _password_reply(desk, install)


@installs.command(cls=LeafCommand, example="qbwc-service installs rotate 1 2")
@connection_argument
@install_argument
@click.pass_obj
def rotate(desk: Desk, connection_id: int, install_id: int) -> Reply:
    """Give an install a new password and print it; the old one works on for QBWC_PASSWORD_GRACE_HOURS."""
    _ = desk.keys
    with desk.database.writing() as db:
        connections.get_install(db, connection_id, install_id)
        install = connections.rotate_password(db, connection_id, install_id, now=desk.now())
    return _password_reply(desk, install)


def get_password(desk: Desk, install: InstallInfo) -> str:
    """Derive an install's password."""
    return derive_password(desk.keys, install_id=install.password_id, rotation=install.rotation)


def describe_new_install(desk: Desk, install: InstallInfo) -> NewInstall:
    """Gather what a person needs of a new install; without QBWC_BASE_URL there is no setup link yet."""
    link: str | None
    expires_at: datetime | None
    try:
        link, expires_at = make_setup_url(desk, install)
    except InvalidSettingsError:
        link = expires_at = None
    facts: dict[str, object] = {
        "Install": f"{install.id} ({install.label})",
        "User name": install.user_name,
        "Setup link": link,
        "Good until": expires_at,
    }
    data = {
        "id": install.id,
        "connection_id": install.connection_id,
        "label": install.label,
        "user_name": install.user_name,
        "setup_url": link,
        "setup_url_expires_at": expires_at,
    }
    return NewInstall(data=data, facts=facts, install=install, has_link=link is not None)


def list_next_steps(made: NewInstall) -> tuple[RenderableType, ...]:
    """Say what to do with a new install."""
    ids = f"{made.install.connection_id} {made.install.id}"
    if made.has_link:
        return ("Next: open the setup link on the PC with QuickBooks, or send it to the person there.",)
    return (
        "Next: set QBWC_BASE_URL to the address under which the QuickBooks PC reaches this service, then",
        f"  qbwc-service setup-link {ids}        for a page with everything a person needs, or",
        f"  qbwc-service qwc {ids} --output .    and qbwc-service installs password {ids}",
    )


def _password_reply(desk: Desk, install: InstallInfo) -> Reply:
    secret = get_password(desk, install)
    return Reply(data={"user_name": install.user_name, "password": secret}, raw=f"{secret}\n")


def _remark(install: InstallInfo) -> str:
    if install.revoked_at is not None:
        return "revoked"
    return "last called with a wrong password" if install.wrong_password_at is not None else ""
