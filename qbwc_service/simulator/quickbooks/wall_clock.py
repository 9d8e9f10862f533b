"""How QuickBooks writes and reads moments: the wall time of its machine, with one well-known defect.

It prints local wall time with the zone's STANDARD offset, also while daylight saving is in force, so the offset is an
hour wrong in summer. What it stores is an instant; the text is made when it is asked [quickbooks-sync, README
"Handling Timestamps" and issue 19; checked against EditSequence in real captures].
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

_MOMENT = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:T(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})([+-]\d{2}:\d{2})?)?)?)?\Z")


class WallClock:
    """The zone of the machine that QuickBooks runs on."""

    def __init__(self, zone: str = "America/New_York") -> None:
        self.zone = ZoneInfo(zone)

    def show(self, instant: int) -> str:
        """Write an instant (Unix seconds) as QuickBooks does: right wall time, standard offset."""
        local = datetime.fromtimestamp(instant, self.zone)
        minutes = int(_standard_offset(local).total_seconds()) // 60
        sign, minutes = ("-", -minutes) if minutes < 0 else ("+", minutes)
        return f"{local.replace(tzinfo=None).isoformat()}{sign}{minutes // 60:02}:{minutes % 60:02}"

    def read(self, text: str, *, ends_day: bool = False) -> int:
        """Read a filter's moment as Unix seconds; ValueError when it is none.

        Without offset it is local wall time. With an offset it is moved to the standard offset and then taken as
        wall time: what QuickBooks printed finds its own record again, true UTC is an hour off in summer. A date alone
        is the start of that day, or its last second when it ends a range.
        """
        match = _MOMENT.match(text)
        if match is None:
            raise ValueError(text)
        year, month, day, *time, offset = match.groups()
        if time[0] is None and ends_day:
            time = ["23", "59", "59"]
        hour, minute, second = (int(part or 0) for part in time)
        wall = datetime(int(year), int(month), int(day), hour, minute, second)  # noqa: DTZ001 - a wall time
        if offset is not None:
            wall += _standard_offset(wall.replace(tzinfo=self.zone)) - _offset(offset)
        return int(wall.replace(tzinfo=self.zone).astimezone(UTC).timestamp())

    def day(self, instant: int) -> date:
        """Give the calendar day on that machine."""
        return datetime.fromtimestamp(instant, self.zone).date()


def _standard_offset(local: datetime) -> timedelta:
    return (local.utcoffset() or timedelta()) - (local.dst() or timedelta())


def _offset(text: str) -> timedelta:
    moment = datetime.strptime(f"2000-01-01T00:00:00{text}", "%Y-%m-%dT%H:%M:%S%z")
    return (moment.tzinfo or timezone(timedelta())).utcoffset(moment) or timedelta()
