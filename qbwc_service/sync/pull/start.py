"""Begin, pause and go on mirroring a connection, and set how."""

import re
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qbwc_service.errors import InputError, NotFoundError, StateError
from qbwc_service.store import Connection, Cursor
from qbwc_service.sync.pull.cursors import begin_cursors
from qbwc_service.sync.pull.entities import ENTITIES
from qbwc_service.sync.pull.state import PullSettings
from qbwc_service.sync.pull.write import UNSYNCED

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def start_pull(db: Session, connection_id: int, *, settings: PullSettings | None = None, now: datetime) -> None:
    """Mirror this company from now on; started twice, it goes on as it was."""
    connection = _get(db, connection_id)
    connection.is_mirrored = True
    connection.is_pull_paused = False
    if settings is not None:
        connection.pull_settings = _checked(settings).to_json()
    begin_cursors(db, connection_id, now=now)


def pause_pull(db: Session, connection_id: int) -> None:
    """Pull nothing until it is resumed; pushing goes on. StateError where nothing is mirrored."""
    _get_mirrored(db, connection_id).is_pull_paused = True


def resume_pull(db: Session, connection_id: int) -> None:
    """Go on after a pause, where it was. StateError where nothing is mirrored."""
    _get_mirrored(db, connection_id).is_pull_paused = False


def change_settings(db: Session, connection_id: int, changes: dict[str, object]) -> PullSettings:
    """Change some of the settings; InputError where they make no sense."""
    connection = _get_mirrored(db, connection_id)
    settings = _checked(replace(PullSettings.read(connection.pull_settings), **changes))  # type: ignore[arg-type]
    connection.pull_settings = settings.to_json()
    connection.pull_rests_until = None
    return settings


def request_reconciliation(db: Session, connection_id: int, *, now: datetime) -> None:
    """Have all ids compared at the next session. StateError where nothing is mirrored."""
    _get_mirrored(db, connection_id)
    mine = (Cursor.connection_id == connection_id, Cursor.entity.in_(list(ENTITIES)))
    move = update(Cursor).where(*mine).values(compare_at=now, due_at=now)
    db.execute(move, execution_options=UNSYNCED)


def get_settings(db: Session, connection_id: int) -> PullSettings:
    """Give how a connection is mirrored."""
    return PullSettings.read(_get(db, connection_id).pull_settings)


def _get(db: Session, connection_id: int) -> Connection:
    found = db.scalar(select(Connection).where(Connection.id == connection_id).with_for_update(key_share=True))
    if found is None:
        raise NotFoundError(
            f"connection {connection_id} does not exist",
            field="connection",
            remedy="list them with: qbwc-service connections list",
        )
    return found


def _get_mirrored(db: Session, connection_id: int) -> Connection:
    connection = _get(db, connection_id)
    if not connection.is_mirrored:
        raise StateError(
            f"connection {connection_id} is not mirrored",
            field="connection",
            remedy=f"begin with: qbwc-service pull start {connection_id}",
        )
    return connection


def _checked(settings: PullSettings) -> PullSettings:
    if not 1 <= settings.every_minutes <= 24 * 60:
        raise InputError("expects 1 to 1440 minutes", field="every_minutes")
    for name in ("quiet_from", "quiet_until"):
        value = getattr(settings, name)
        if value is not None and not CLOCK.fullmatch(value):
            raise InputError(f"expects a time of day such as 08:30, not {value!r}", field=name)
    if (settings.quiet_from is None) is not (settings.quiet_until is None):
        raise InputError("quiet hours have a beginning and an end", field="quiet_from")
    if settings.oldest is not None:
        try:
            date.fromisoformat(settings.oldest)
        except ValueError:
            raise InputError(f"expects a day such as 2020-01-01, not {settings.oldest!r}", field="oldest") from None
    try:
        ZoneInfo(settings.zone)
    except (ZoneInfoNotFoundError, ValueError):
        remedy = "name it as in America/New_York"
        raise InputError(f"{settings.zone!r} is no time zone", field="zone", remedy=remedy) from None
    return settings
