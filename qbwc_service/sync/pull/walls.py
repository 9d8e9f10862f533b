"""Wall times: how far QuickBooks' own clock has been seen, and what a change of the clocks means for it.

They are compared as text, without offset. No clock of ours enters: the PC's may be wrong, and all that matters is that
it goes on. When the clocks go back an hour repeats, so cursors then look back by two hours until they are past it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from qbwc_service import qbxml
from qbwc_service.sync.pull.state import PullState

OVERLAP_HOURS = 2
PAST_IT = timedelta(hours=3)
SKEW = timedelta(minutes=10)
FURTHEST = timedelta(hours=26)


@dataclass(slots=True, kw_only=True)
class Seen:
    """The largest wall time in an answer, and the EditSequence of its object.

    What lies beyond ``latest`` is disregarded: it was written while the PC's date was wrong, and a cursor that
    followed it would see nothing more for as long as the date was off.
    """

    latest: str
    wall: str | None = None
    edit_sequence: str | None = None

    def note(self, time: object, edit_sequence: object) -> None:
        """Take in one object's TimeModified."""
        if not isinstance(time, str):
            return
        wall = qbxml.strip_offset(time)
        if wall <= self.latest and (self.wall is None or wall > self.wall):
            self.wall = wall
            self.edit_sequence = edit_sequence if isinstance(edit_sequence, str) else None


def latest_plausible(now: datetime) -> str:
    """Give the latest wall time that any clock on earth can show by now, with some hours to spare."""
    return (now + FURTHEST).replace(tzinfo=None, microsecond=0).isoformat()


def later(one: str | None, other: str | None) -> str | None:
    """Give the later of two wall times; None counts as never."""
    return max(one or "", other or "") or None


def allow_for_skew(wall: str | None) -> str | None:
    """Give a wall time seen elsewhere as one to go by: the PCs that share a company file may differ by minutes."""
    return None if wall is None else move(wall, -SKEW)


def look_back(high_water: str | None, state: PullState) -> str | None:
    """Give the moment from which changes are asked for."""
    if high_water is None or state.overlap_until is None or high_water >= state.overlap_until:
        return high_water
    return move(high_water, -timedelta(hours=state.overlap_hours))


def note_walls(state: PullState, seen: Seen) -> bool:
    """Take in what an answer showed of the PC's clock; say whether the clock was changed since the last one."""
    before = state.latest_wall
    state.latest_wall = later(before, seen.wall)
    # Only what is newer than all before tells of the clock as it is now: winter's objects show winter's offset.
    if seen.wall is None or seen.edit_sequence is None or (before is not None and seen.wall < before):
        return False
    offset = qbxml.find_offset_minutes(seen.wall, seen.edit_sequence)
    if offset is None or offset == state.offset_minutes:
        return False
    known, state.offset_minutes = state.offset_minutes, offset
    if known is None or state.latest_wall is None:
        return False
    state.overlap_hours = max(OVERLAP_HOURS, abs(offset - known) // 60 + 1)
    state.overlap_until = move(state.latest_wall, PAST_IT)
    return True


def move(wall: str, time: timedelta) -> str:
    """Move a wall time; text that is none stays as it is."""
    try:
        return (datetime.fromisoformat(wall) + time).isoformat()
    except ValueError:
        return wall
