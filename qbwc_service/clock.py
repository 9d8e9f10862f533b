"""The only place that asks the machine what time it is.

Everything else is handed a moment (``now``) or a ``Clock``, so that tests decide what time it is. All our
times are UTC with zone; QuickBooks' wall times are text and never come through here.
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment, in UTC, with zone."""


def system_clock() -> datetime:
    """Give the machine's present moment in UTC."""
    return datetime.now(UTC)
