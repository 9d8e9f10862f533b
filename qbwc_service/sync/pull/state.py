"""What is set for, and known of, the pulling of a whole connection; it stands in two JSON columns of the connection."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullSettings:
    """How a connection wants to be mirrored.

    ``oldest`` is the first day of interest (all of the history without one). Between ``quiet_from`` and
    ``quiet_until`` (``HH:MM`` in ``zone``) nothing is pulled; pushing goes on.
    """

    every_minutes: int = 5
    oldest: str | None = None
    quiet_from: str | None = None
    quiet_until: str | None = None
    zone: str = "UTC"

    @classmethod
    def read(cls, value: Mapping[str, object] | None) -> Self:
        """Read the column; what a later release left there is ignored."""
        return cls(**_known(cls, value))  # type: ignore[arg-type]  # Our own JSON.

    def to_json(self) -> dict[str, object]:
        """Give what the column keeps."""
        return asdict(self)

    @property
    def every(self) -> timedelta:
        """The time between two looks. The Web Connector's own timer is never exact, so a little less."""
        return timedelta(minutes=self.every_minutes) - timedelta(seconds=30)

    def find_end_of_rest(self, now: datetime) -> datetime | None:
        """Give the end of the quiet hours that it is now in; None outside of them."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        local = now.astimezone(ZoneInfo(self.zone))
        begin, end = time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_until)
        clock = local.time()
        is_quiet = begin <= clock < end if begin < end else clock >= begin or clock < end
        if not is_quiet:
            return None
        ends = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
        return (ends if ends > local else ends + DAY).astimezone(now.tzinfo)


@dataclass(slots=True, kw_only=True)
class PullState:
    """What is known across all entities.

    ``latest_wall`` is the newest TimeModified seen of anything that can be gone by, ``latest_moment`` its true moment
    (UTC), ``offset_minutes`` the PC's offset from UTC at that time.
    ``pushes_next`` gives the queue the next message set, if it has one.
    """

    latest_wall: str | None = None
    latest_moment: str | None = None
    offset_minutes: int | None = None
    pushes_next: bool = False
    accounts_are_stale: bool = False
    recent_done_at: str | None = None
    done_at: str | None = None

    @classmethod
    def read(cls, value: Mapping[str, object] | None) -> Self:
        """Read the column."""
        return cls(**_known(cls, value))  # type: ignore[arg-type]  # Our own JSON.

    def to_json(self) -> dict[str, object]:
        """Give what the column keeps."""
        return asdict(self)


def _known(kind: type, value: Mapping[str, object] | None) -> dict[str, object]:
    names = {one.name for one in fields(kind)}
    return {name: one for name, one in (value or {}).items() if name in names}
