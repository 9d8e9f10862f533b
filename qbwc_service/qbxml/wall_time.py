"""QuickBooks' times: the wall clock of its PC, printed with an offset that is one hour wrong in summer.

The wall time is right, the offset is always the zone's winter offset. An EditSequence is the true second of the last
change instead [measured on real answers]. So times stay text: a filter sends the wall time back without offset,
which QuickBooks reads as its own local time.
"""

import re
from datetime import UTC, datetime

_TIME = re.compile(r"\s*(\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2})?)(?:[+-]\d{2}:\d{2}|Z)?\s*", re.ASCII)
_DIGITS = re.compile(r"\d{1,10}", re.ASCII)


def strip_offset(text: str) -> str:
    """Give a time of QuickBooks without its offset, as a filter wants it; text of another form is given back as it is.

    ``2026-07-01T10:00:00-08:00`` → ``2026-07-01T10:00:00``.
    """
    match = _TIME.fullmatch(text)
    return text if match is None else match[1]


def find_instant(edit_sequence: str) -> datetime | None:
    """Give the true moment (UTC) of an object's last change from its EditSequence, None if that is no count."""
    match = _DIGITS.fullmatch(edit_sequence.strip())
    return None if match is None else datetime.fromtimestamp(int(match[0]), UTC)


def find_offset_minutes(time: str, edit_sequence: str) -> int | None:
    """Give the PC's real offset from UTC, in minutes, at an object's last change: TimeModified against EditSequence.

    None if one of them cannot be read, or if they do not belong together (offsets lie between -12 and +14 hours).
    """
    instant = find_instant(edit_sequence)
    match = _TIME.fullmatch(time)
    if instant is None or match is None or "T" not in match[1]:
        return None
    try:
        wall = datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    except ValueError:
        return None
    minutes = round((wall - instant).total_seconds() / 60)
    return minutes if -12 * 60 <= minutes <= 14 * 60 else None
