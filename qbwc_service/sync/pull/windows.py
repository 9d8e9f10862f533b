"""Windows of days: how the first sync walks back in time, and how wide its next step is."""

from datetime import date, timedelta

RECENT = timedelta(days=365)
"""What counts as recent: it comes first."""

FILL = 0.7
"""How full a page should get by a window: then most windows are one page, and a cut loses no more than that."""

MOST_DAYS, MOST_GROWTH = 366, 4


def recent_limit(today: date) -> date:
    """Give the first day of the last twelve months."""
    return today - RECENT


def next_window(*, covered_from: date | None, days: int, limit: date | None, today: date) -> tuple[date, date | None]:
    """Give the first and last day of the next window back in time; the newest one has no last day."""
    until = None if covered_from is None else covered_from - timedelta(days=1)
    since = (until or today) - timedelta(days=days - 1)
    return (max(since, limit) if limit is not None else since), until


def adapt_days(days: int, *, rows: int, page_size: int) -> int:
    """Give the width of the next window from what came of the last one."""
    wanted = days * MOST_GROWTH if rows == 0 else int(days * FILL * page_size / rows)
    return max(1, min(wanted, days * MOST_GROWTH, MOST_DAYS))
