"""Begin, pause and go on mirroring a connection, and set how."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qbwc_service.errors import InputError, NotFoundError, StateError
from qbwc_service.store import Connection, Cursor
from qbwc_service.sync.pull.cursors import begin_cursors
from qbwc_service.sync.pull.entities import ENTITIES
from qbwc_service.sync.pull.plan import EARLIEST
from qbwc_service.sync.pull.state import PullSettings
from qbwc_service.sync.pull.write import UNSYNCED

MOST_MINUTES = 24 * 60
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
FURTHEST_ZONE = timedelta(hours=14)
"""No clock on earth is further ahead of UTC: by then it may be tomorrow already."""

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def start_pull(db: Session, connection_id: int, *, settings: PullSettings | None = None, now: datetime) -> None:
    """Mirror this company from now on; started twice, it goes on as it was."""
    connection = _get(db, connection_id)
    connection.is_mirrored = True
    connection.is_pull_paused = False
    if settings is not None:
        connection.pull_settings = _checked(settings, now=now).to_json()
    begin_cursors(db, connection_id, now=now)


def pause_pull(db: Session, connection_id: int) -> None:
    """Pull nothing until it is resumed; pushing goes on. StateError where nothing is mirrored."""
    _get_mirrored(db, connection_id).is_pull_paused = True


def resume_pull(db: Session, connection_id: int) -> None:
    """Go on after a pause, where it was. StateError where nothing is mirrored."""
    _get_mirrored(db, connection_id).is_pull_paused = False


def change_settings(db: Session, connection_id: int, changes: dict[str, object], *, now: datetime) -> PullSettings:
    """Change some of the settings; InputError where they make no sense.

    An earlier oldest day has the history go on from where it ended; a later one deletes nothing.
    """
    connection = _get_mirrored(db, connection_id)
    changed = replace(PullSettings.read(connection.pull_settings), **changes)  # type: ignore[arg-type]
    settings = _checked(changed, now=now)
    connection.pull_settings = settings.to_json()
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


def _checked(settings: PullSettings, *, now: datetime) -> PullSettings:
    if not 1 <= settings.every_minutes <= MOST_MINUTES:
        text = f"changes are asked for every 1 to {MOST_MINUTES} minutes, not {settings.every_minutes}"
        raise InputError(text, field="every_minutes")
    _check_quiet_hours(settings)
    if settings.oldest is not None:
        _check_oldest(settings.oldest, now=now)
    try:
        ZoneInfo(settings.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # The name of a folder of zones is an OSError.
        remedy = "name it as in America/New_York"
        raise InputError(
            f"{settings.zone!r} is no time zone for the quiet hours", field="zone", remedy=remedy
        ) from None
    return settings


def _check_quiet_hours(settings: PullSettings) -> None:
    hours = {"quiet_from": settings.quiet_from, "quiet_until": settings.quiet_until}
    missing = [name for name, value in hours.items() if value is None]
    remedy = "say both, as in 08:00-18:00"
    if len(missing) == 1:
        raise InputError("quiet hours have a beginning and an end", field=missing[0], remedy=remedy)
    for name, value in hours.items():
        if value is not None and not CLOCK.fullmatch(value):
            raise InputError(f"quiet hours are times of day such as 08:30, not {value!r}", field=name, remedy=remedy)
    if not missing and settings.quiet_from == settings.quiet_until:
        remedy = "to pull nothing at all: qbwc-service pull pause; for no quiet hours: --quiet never"
        raise InputError("quiet hours end at another time than they begin", field="quiet_until", remedy=remedy)


def _check_oldest(oldest: str, *, now: datetime) -> None:
    remedy = "write it as in 2020-01-31, or leave it out to have everything"
    try:
        day = date.fromisoformat(oldest) if DAY.fullmatch(oldest) else None
    except ValueError:
        day = None
    if day is None:
        raise InputError(f"the oldest day is a day, not {oldest!r}", field="oldest", remedy=remedy)
    if day < EARLIEST:
        raise InputError(f"the oldest day is after {EARLIEST}, not {oldest}", field="oldest", remedy=remedy)
    if day > (now + FURTHEST_ZONE).date():
        raise InputError(f"the oldest day is not in the future, as {oldest} is", field="oldest", remedy=remedy)
