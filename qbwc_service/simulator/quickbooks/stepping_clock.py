"""A clock that stands still until it is told to go on: for tests in which seconds matter."""

from datetime import UTC, datetime, timedelta

_START = datetime(2026, 7, 15, 16, 0, tzinfo=UTC)


class SteppingClock:
    """Gives always the same moment; ``advance`` moves it."""

    def __init__(self, start: datetime = _START) -> None:
        self.moment = start

    def __call__(self) -> datetime:
        """Give the moment."""
        return self.moment

    def advance(self, seconds: float = 1) -> None:
        """Go on by so many seconds."""
        self.moment += timedelta(seconds=seconds)

    def set(self, moment: datetime) -> None:
        """Go to a moment."""
        self.moment = moment
