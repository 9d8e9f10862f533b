"""What a connection's status is, in words and in the table."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from qbwc_service.store import Connection, ConnectionMode, ConnectionStatus

SENTENCES = {
    "pending_setup": "Not connected yet: add the .qwc file to the Web Connector and run it once.",
    "online": "Connected: QuickBooks answered at the last contact.",
    "waiting": "QuickBooks cannot be reached just now; nothing is lost, it goes on by itself.",
    "mismatch": "Another company file is open: nothing is sent until the right one is open, or this one is accepted.",
    "offline": "The Web Connector has not called for three intervals: see that the PC is on, somebody is logged in, "
    "the Web Connector runs and Auto-Run is ticked.",
    "paused": "Paused here: nothing is sent until it is resumed.",
    "disabled": "Switched off here: the Web Connector is told that there is nothing to do.",
}


def describe_status(status: str, *, reason: str | None) -> str:
    """Say in plain words what the status means and what to do."""
    sentence = SENTENCES[status]
    return f"{sentence} {reason}" if reason and status in {"waiting", "mismatch"} else sentence


def set_status(db: Session, connection_id: int, status: ConnectionStatus, *, reason: str | None, now: datetime) -> bool:
    """Record what was learned; say whether it was news."""
    differs = (Connection.id == connection_id) & (
        (Connection.status != status) | Connection.status_reason.is_distinct_from(reason)
    )
    move = update(Connection).where(differs).values(status=status, status_reason=reason, status_since=now)
    return db.scalar(move.returning(Connection.id), execution_options={"synchronize_session": False}) is not None


def set_mode(db: Session, connection_id: int, mode: ConnectionMode) -> bool:
    """Record what the admin wants; say whether the connection exists."""
    move = update(Connection).where(Connection.id == connection_id).values(mode=mode)
    return db.scalar(move.returning(Connection.id), execution_options={"synchronize_session": False}) is not None


def rebind(db: Session, connection_id: int, *, now: datetime) -> bool:
    """Forget which company file this is, so that the one open at the next contact is adopted, whatever its mark.

    Says whether the connection exists. Links of documents stay: a moved or restored file keeps its ids.
    """
    move = (
        update(Connection)
        .where(Connection.id == connection_id)
        .values(
            company_name=None,
            former_company_name=None,
            company_renamed_at=None,
            company_file_path=None,
            company_file_marker=None,
            adopt_any_file=True,
            status=ConnectionStatus.PENDING_SETUP,
            status_reason=None,
            status_since=now,
        )
    )
    return db.scalar(move.returning(Connection.id), execution_options={"synchronize_session": False}) is not None
