"""Which install is meant, where a connection most often has only one."""

from qbwc_service import connections
from qbwc_service.cli.desk import Desk
from qbwc_service.connections import InstallInfo
from qbwc_service.errors import InputError, StateError


def choose_install(desk: Desk, connection_id: int, install_id: int | None) -> InstallInfo:
    """Give the install that is named, or the only one there is, revoked ones not counted.

    Raises NotFoundError for what is not there, InputError where it is not clear which one, StateError for a revoked
    one and where there is none.
    """
    with desk.database.reading() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        if install_id is not None:
            return check_not_revoked(connections.get_install(db, connection_id, install_id))
        installs = connections.list_installs(db, connection_id)
    usable = [install for install in installs if install.revoked_at is None]
    if not usable:
        remedy = f'add one: qbwc-service installs add {connection_id} "Front desk"'
        raise StateError(f"connection {connection_id} has no install that may sign in", field="install", remedy=remedy)
    if len(usable) > 1:
        listed = ", ".join(f"{install.id} ({install.label})" for install in usable)
        message = f"connection {connection_id} has {len(usable)} installs: {listed}"
        raise InputError(message, field="install", remedy="name the one that is meant")
    return usable[0]


def check_not_revoked(install: InstallInfo) -> InstallInfo:
    """Give the install back if it may sign in; StateError if it is revoked."""
    if install.revoked_at is not None:
        remedy = f'add another one: qbwc-service installs add {install.connection_id} "Front desk"'
        raise StateError(f"install {install.id} is revoked", field="install", remedy=remedy)
    return install
