"""Read connections as people see them."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qbwc_service.connections.create import ConnectionInfo
from qbwc_service.connections.status import describe_status
from qbwc_service.errors import NotFoundError
from qbwc_service.store import Connection, ConnectionMode, ConnectionStatus, Install

MISSED_INTERVALS = 3


def check_connection(db: Session, connection_id: int) -> None:
    """Pass if there is such a connection; NotFoundError if not."""
    if db.scalar(select(Connection.id).where(Connection.id == connection_id)) is None:
        raise _not_found(connection_id)


def get_connection(db: Session, connection_id: int, *, now: datetime) -> ConnectionInfo:
    """Give one connection; NotFoundError where there is none."""
    found = _read(db, now=now, connection_id=connection_id)
    if not found:
        raise _not_found(connection_id)
    return found[0]


def list_connections(db: Session, *, now: datetime) -> list[ConnectionInfo]:
    """Give all connections, oldest first."""
    return _read(db, now=now, connection_id=None)


def _not_found(connection_id: int) -> NotFoundError:
    return NotFoundError(
        f"connection {connection_id} does not exist",
        field="connection",
        remedy="list them with: qbwc-service connections list",
    )


def _read(db: Session, *, now: datetime, connection_id: int | None) -> list[ConnectionInfo]:
    last_contact = (
        select(func.max(Install.last_contact_at))
        .where(Install.connection_id == Connection.id)
        .correlate(Connection)
        .scalar_subquery()
    )
    query = select(Connection, last_contact).order_by(Connection.id)
    if connection_id is not None:
        query = query.where(Connection.id == connection_id)
    return [_info(row, last_contact_at=contact, now=now) for row, contact in db.execute(query)]


def _info(row: Connection, *, last_contact_at: datetime | None, now: datetime) -> ConnectionInfo:
    status = _status(row, last_contact_at=last_contact_at, now=now)
    product = " ".join(part for part in (row.product_name, row.product_version) if part)
    return ConnectionInfo(
        id=row.id,
        name=row.name,
        external_id=row.external_id,
        file_id=row.file_id,
        mode=row.mode,
        status=status,
        status_text=describe_status(status, reason=row.status_reason),
        status_since=row.status_since,
        run_every_minutes=row.run_every_minutes,
        company_name=row.company_name,
        former_company_name=row.former_company_name,
        company_renamed_at=row.company_renamed_at,
        required_company_name=row.required_company_name,
        company_file_path=row.company_file_path,
        product=product or None,
        country=row.country,
        supported_versions=tuple(row.supported_versions or ()),
        file_mode=row.file_mode,
        is_unattended_allowed=row.is_unattended_allowed,
        last_contact_at=last_contact_at,
        created_at=row.created_at,
    )


def _status(row: Connection, *, last_contact_at: datetime | None, now: datetime) -> str:
    """What the admin wants comes first; then silence; then what was last learned."""
    if row.mode is not ConnectionMode.ACTIVE:
        return row.mode.value
    silence = timedelta(minutes=row.run_every_minutes * MISSED_INTERVALS)
    if row.status is not ConnectionStatus.PENDING_SETUP and (
        last_contact_at is None or now - last_contact_at > silence
    ):
        return "offline"
    return row.status.value
