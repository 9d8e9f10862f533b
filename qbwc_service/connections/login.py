"""What authenticate needs to know of an install, in one statement, and what it leaves behind."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qbwc_service.connections.installs import make_password_id
from qbwc_service.store import Connection, ConnectionMode, ConnectionStatus, Install

USER_NAME = re.compile(r"[a-z0-9-]{1,40}\.(\d{1,18})\.(\d{1,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """An install and its connection, as found by user name."""

    connection_id: int
    install_id: int
    file_id: str
    rotation: int
    rotated_at: datetime | None
    revoked_at: datetime | None
    last_contact_at: datetime | None
    mode: ConnectionMode
    status: ConnectionStatus
    company_file_path: str | None

    @property
    def password_id(self) -> str:
        """What the password is derived from, beside the server key and the rotation."""
        return make_password_id(self.file_id, self.install_id)


def find_login(db: Session, user_name: str) -> Login | None:
    """Find the install of that user name and hold its connection against a second login; None for an unknown one."""
    parts = USER_NAME.fullmatch(user_name)
    if parts is None:
        return None
    query = (
        select(Install, Connection)
        .join(Connection, Connection.id == Install.connection_id)
        .where(Install.connection_id == int(parts[1]), Install.id == int(parts[2]), Install.user_name == user_name)
        .with_for_update(of=Connection, key_share=True)
    )
    row = db.execute(query).one_or_none()
    if row is None:
        return None
    install, connection = row
    return Login(
        connection_id=connection.id,
        install_id=install.id,
        file_id=connection.file_id,
        rotation=install.rotation,
        rotated_at=install.rotated_at,
        revoked_at=install.revoked_at,
        last_contact_at=install.last_contact_at,
        mode=connection.mode,
        status=connection.status,
        company_file_path=connection.company_file_path,
    )


def accepted_rotations(login: Login, *, grace: timedelta, now: datetime) -> tuple[int, ...]:
    """Give the rotation numbers whose passwords work: the current one, and the one before it while the grace lasts."""
    if login.revoked_at is not None:
        return ()
    in_grace = login.rotation > 0 and login.rotated_at is not None and now - login.rotated_at < grace
    return (login.rotation, login.rotation - 1) if in_grace else (login.rotation,)


def record_contact(db: Session, login: Login, *, now: datetime) -> None:
    """Keep when this install called, and how long it had been silent (the interval that is really set over there)."""
    values: dict[str, object] = {"last_contact_at": now, "wrong_password_at": None}
    if login.last_contact_at is not None:
        values["poll_interval_seconds"] = min(int((now - login.last_contact_at).total_seconds()), 2**31 - 1)
    _update(db, login, values)


def record_wrong_password(db: Session, login: Login, *, now: datetime) -> None:
    """Keep that this install called with a wrong password, for the admin to see."""
    _update(db, login, {"wrong_password_at": now})


def _update(db: Session, login: Login, values: dict[str, object]) -> None:
    mine = (Install.connection_id == login.connection_id, Install.id == login.install_id)
    db.execute(update(Install).where(*mine).values(**values), execution_options={"synchronize_session": False})
