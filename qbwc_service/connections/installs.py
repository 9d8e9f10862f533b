"""Installs: each Web Connector installation has a user name, and a password that is derived and never stored."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session

from qbwc_service.connections.create import check_text
from qbwc_service.errors import NotFoundError, StateError
from qbwc_service.store import Connection, Install, allocate_ids

SLUG_LENGTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallInfo:
    """One install as people see it; ``password_id`` and ``rotation`` are what its password is derived from."""

    connection_id: int
    id: int
    label: str
    user_name: str
    rotation: int
    password_id: str
    created_at: datetime
    rotated_at: datetime | None
    revoked_at: datetime | None
    last_contact_at: datetime | None
    poll_interval_seconds: int | None
    wrong_password_at: datetime | None


def add_install(db: Session, connection_id: int, *, label: str, now: datetime) -> InstallInfo:
    """Add an install. Its user name says whose it is: ``acme-trucking.3.7`` is install 7 of connection 3.

    Raises NotFoundError for an unknown connection, InputError for an unusable label.
    """
    name = db.scalar(select(Connection.name).where(Connection.id == connection_id))
    if name is None:
        raise NotFoundError(f"connection {connection_id} does not exist", field="connection")
    label = check_text(label, field="label")
    (install_id,) = allocate_ids(db, "installs")
    row = {
        "connection_id": connection_id,
        "id": install_id,
        "label": label,
        "user_name": f"{_slug(name)}.{connection_id}.{install_id}",
        "rotation": 0,
        "created_at": now,
    }
    db.execute(insert(Install), [row])
    return get_install(db, connection_id, install_id)


def get_install(db: Session, connection_id: int, install_id: int) -> InstallInfo:
    """Give one install; NotFoundError where the connection has none of that id."""
    query = _query(connection_id).where(Install.id == install_id)
    row = db.execute(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFoundError(
            f"install {install_id} does not exist in connection {connection_id}",
            field="install",
            remedy=f"list them with: qbwc-service installs list {connection_id}",
        )
    return _info(*row)


def list_installs(db: Session, connection_id: int) -> list[InstallInfo]:
    """Give the installs of a connection, oldest first."""
    return [_info(*row) for row in db.execute(_query(connection_id).order_by(Install.id))]


def rotate_password(db: Session, connection_id: int, install_id: int, *, now: datetime) -> InstallInfo:
    """Give the install a new password; the old one works on for the grace time. StateError where it is revoked."""
    held = (Install.connection_id == connection_id, Install.id == install_id, Install.revoked_at.is_(None))
    move = update(Install).where(*held).values(rotation=Install.rotation + 1, rotated_at=now)
    changed = db.scalar(move.returning(Install.id), execution_options={"synchronize_session": False})
    install = get_install(db, connection_id, install_id)
    if changed is None:
        raise StateError(f"install {install_id} is revoked", field="install", remedy="add a new install")
    return install


def revoke_install(db: Session, connection_id: int, install_id: int, *, now: datetime) -> InstallInfo:
    """Make the install's password useless from now on; doing it twice changes nothing."""
    held = (Install.connection_id == connection_id, Install.id == install_id, Install.revoked_at.is_(None))
    db.execute(update(Install).where(*held).values(revoked_at=now), execution_options={"synchronize_session": False})
    return get_install(db, connection_id, install_id)


def _query(connection_id: int) -> Select[Install, str]:
    return (
        select(Install, Connection.file_id)
        .join(Connection, Connection.id == Install.connection_id)
        .where(Install.connection_id == connection_id)
    )


def make_password_id(file_id: str, install_id: int) -> str:
    """Give what an install's password is derived from, beside the server key and the rotation.

    The connection's random FileID is part of it: two databases with one server key have different passwords.
    """
    return f"{file_id}.{install_id}"


def _info(install: Install, file_id: str) -> InstallInfo:
    return InstallInfo(
        connection_id=install.connection_id,
        id=install.id,
        label=install.label,
        user_name=install.user_name,
        rotation=install.rotation,
        password_id=make_password_id(file_id, install.id),
        created_at=install.created_at,
        rotated_at=install.rotated_at,
        revoked_at=install.revoked_at,
        last_contact_at=install.last_contact_at,
        poll_interval_seconds=install.poll_interval_seconds,
        wrong_password_at=install.wrong_password_at,
    )


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LENGTH].strip("-") or "company"
