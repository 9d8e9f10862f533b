"""Wall times: how far QuickBooks' own clock has been seen, and what a change of the clocks means for it.

What is asked for begins at a wall time that QuickBooks wrote itself, sent back without offset. The true moments behind
the wall times (EditSequence is a count of seconds) say which of two is the newer, even when an hour repeats or the PC
was moved to another zone, and whether one can be trusted. No clock of ours enters a filter: ours only says what is too
new to go by.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from qbwc_service import qbxml
from qbwc_service.store import Cursor
from qbwc_service.sync.pull.state import PullState

SKEW = timedelta(minutes=10)
"""By so much the clocks of the PCs that share a company file may differ."""

OVERLAP, MARGIN = timedelta(hours=2), timedelta(hours=1)
WEST = timedelta(hours=12)
"""The latest true moment that a wall time without offset can stand for."""


@dataclass(slots=True, kw_only=True)
class Seen:
    """The newest object of an answer: its wall time, its true moment, and the PC's offset from UTC at that moment.

    What was written after ``until`` is disregarded, for a cursor that followed it would skip what is changed next by
    a PC with a slower clock, or by the same one as soon as its date is set right.
    """

    until: datetime
    wall: str | None = None
    moment: datetime | None = None
    offset: int | None = None

    def note(self, time: object, edit_sequence: object) -> datetime | None:
        """Take in one object's TimeModified; give the moment of its change, None where it has none."""
        if not isinstance(time, str):
            return None
        sequence = edit_sequence if isinstance(edit_sequence, str) else ""
        offset = qbxml.find_offset_minutes(time, sequence)
        moment = find_moment(time) if offset is None else qbxml.find_instant(sequence)
        if moment is not None and moment <= self.until and (self.moment is None or moment > self.moment):
            self.wall, self.moment, self.offset = qbxml.strip_offset(time), moment, offset
        return moment


def trusted_until(sent_at: datetime) -> datetime:
    """Give the moment up to which the times in an answer can be gone by, from when its question was sent.

    Whatever is changed after that carries a later time, if no clock is further behind ours than the others may be.
    """
    return sent_at - SKEW


def find_moment(time: str) -> datetime | None:
    """Give the true moment of a time of QuickBooks by its own offset, which makes it an hour late in summer."""
    try:
        found = datetime.fromisoformat(time.strip())
    except ValueError:
        return None
    return (found + WEST).replace(tzinfo=UTC) if found.tzinfo is None else found


def later(one: str | None, other: str | None) -> str | None:
    """Give the later of two wall times; None counts as never."""
    return max(one or "", other or "") or None


def note_walls(state: PullState, seen: Seen) -> timedelta | None:
    """Take in what an answer showed of the PC's clock; where that was changed, say how far cursors have to go back.

    Only what is as new as all before tells of the clock as it is now: winter's objects show winter's offset.
    """
    if seen.wall is None or seen.moment is None:
        return None
    moment = seen.moment.astimezone(UTC).isoformat()
    if state.latest_moment is not None and moment < state.latest_moment:
        return None
    state.latest_wall, state.latest_moment = seen.wall, moment
    known, state.offset_minutes = state.offset_minutes, seen.offset if seen.offset is not None else state.offset_minutes
    if known is None or state.offset_minutes is None or known == state.offset_minutes:
        return None
    return max(OVERLAP, timedelta(minutes=abs(state.offset_minutes - known)) + MARGIN)


def put_back(cursor: Cursor, time: timedelta) -> None:
    """Have a cursor look once more at what it may have missed since the clock was changed: from its old mark on."""
    cursor.high_water = None if cursor.high_water is None else move(cursor.high_water, -time)
    cursor.next_high_water = None if cursor.next_high_water is None else move(cursor.next_high_water, -time)


def move(wall: str, time: timedelta) -> str:
    """Move a wall time; text that is none stays as it is."""
    try:
        return (datetime.fromisoformat(wall) + time).isoformat()
    except ValueError:
        return wall
