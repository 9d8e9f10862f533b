"""Make a connection, and the deployment's own mark the first time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qbwc_service.credentials import new_guid
from qbwc_service.errors import InputError, StateError
from qbwc_service.store import Connection, ConnectionMode, ConnectionStatus, Deployment, allocate_ids

NAME_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConnection:
    """What an admin says of a new connection.

    ``required_company_name`` makes the first contact prove the company file's name; without it the file that is open
    then is adopted. ``company_file_path`` is the file's full Windows path, which lets QuickBooks be opened by itself.
    """

    name: str
    required_company_name: str | None = None
    company_file_path: str | None = None
    external_id: str | None = None
    run_every_minutes: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionInfo:
    """A connection as people see it; ``status_text`` says in one sentence what it means and what to do."""

    id: int
    name: str
    external_id: str | None
    file_id: str
    mode: ConnectionMode
    status: str
    status_text: str
    status_since: datetime
    run_every_minutes: int
    company_name: str | None
    former_company_name: str | None
    company_renamed_at: datetime | None
    required_company_name: str | None
    company_file_path: str | None
    product: str | None
    country: str | None
    supported_versions: tuple[str, ...]
    file_mode: str | None
    is_unattended_allowed: bool | None
    last_contact_at: datetime | None
    created_at: datetime


def create_connection(db: Session, new: NewConnection, *, now: datetime) -> int:
    """Write the connection and give its id.

    Raises InputError for an unusable name or interval, StateError where the external id is taken.
    """
    name = check_text(new.name, field="name")
    for field in ("required_company_name", "external_id"):
        if (given := getattr(new, field)) is not None:
            check_text(given, field=field)
    if new.company_file_path is not None and not new.company_file_path.isprintable():
        raise InputError("the company file's path holds a character that cannot be shown", field="company_file_path")
    for field, given in (("required_company_name", new.required_company_name), ("external_id", new.external_id)):
        if given is not None and not 0 < len(given.strip()) <= len(given) <= NAME_LENGTH:
            raise InputError(f"it has 1 to {NAME_LENGTH} characters, or is left out", field=field)
    if new.run_every_minutes < 1:
        raise InputError("the Web Connector runs every 1 minute at most often", field="run_every_minutes")
    if new.external_id is not None:
        taken = select(Connection.id).where(Connection.external_id == new.external_id)
        if db.scalar(taken) is not None:
            raise StateError(f"external id {new.external_id!r} belongs to another connection", field="external_id")
    (connection_id,) = allocate_ids(db, "connections")
    row = {
        "id": connection_id,
        "name": name,
        "external_id": new.external_id,
        "file_id": new_guid(),
        "run_every_minutes": new.run_every_minutes,
        "mode": ConnectionMode.ACTIVE,
        "status": ConnectionStatus.PENDING_SETUP,
        "status_since": now,
        "required_company_name": new.required_company_name,
        "company_file_path": new.company_file_path,
        "created_at": now,
    }
    db.execute(insert(Connection), [row])
    return connection_id


def check_text(text: str, *, field: str) -> str:
    """Give a name as it is kept, with single spaces; InputError where it is empty, too long or cannot be shown."""
    name = " ".join(text.split())
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise InputError(f"{field} has to have 1 to {NAME_LENGTH} characters that can be shown", field=field)
    return name


def get_owner_id(db: Session, *, now: datetime) -> str:
    """Give the GUID that marks this deployment's data in company files; it is made once and never changes."""
    owner_id = db.scalar(select(Deployment.owner_id))
    if owner_id is None:
        owner_id = new_guid()
        try:
            with db.begin_nested():
                db.execute(insert(Deployment), [{"id": 1, "owner_id": owner_id, "created_at": now}])
        except IntegrityError:
            # Another process was faster, between our look and our row.
            owner_id = db.scalars(select(Deployment.owner_id)).one()
    return owner_id
