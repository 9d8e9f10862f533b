"""How long to wait before trying again: longer each time, never too long, not all at the same moment, not for ever."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from qbwc_service.queue import RetryPolicy, next_attempt_at

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DELAYS = st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=7))
POLICIES = st.builds(RetryPolicy, max_attempts=st.integers(1, 100), first_delay=DELAYS, longest_delay=DELAYS)
SPREADS = st.floats(0, 1)


def delay(policy: RetryPolicy, attempt: int, spread: float | None = None) -> timedelta:
    at = next_attempt_at(policy, attempt=attempt, now=NOW, spread=spread)
    assert at is not None
    return at - NOW


def test_the_delay_doubles_up_to_the_longest() -> None:
    policy = RetryPolicy(max_attempts=9, first_delay=timedelta(seconds=30), longest_delay=timedelta(minutes=10))
    seconds = [delay(policy, attempt, 1).total_seconds() for attempt in range(1, 9)]
    assert seconds == [30, 60, 120, 240, 480, 600, 600, 600]


@given(POLICIES, st.integers(1, 120))
def test_the_last_attempt_is_followed_by_none_and_every_other_by_one(policy: RetryPolicy, attempt: int) -> None:
    is_last = next_attempt_at(policy, attempt=attempt, now=NOW) is None
    assert is_last == (attempt >= policy.max_attempts)


@given(POLICIES, st.integers(1, 99), SPREADS)
def test_the_delay_stays_within_its_bounds(policy: RetryPolicy, attempt: int, spread: float) -> None:
    if attempt >= policy.max_attempts:
        return
    shortest = min(policy.first_delay, policy.longest_delay) * 0.75
    assert shortest <= delay(policy, attempt, spread) <= policy.longest_delay


@given(POLICIES, st.integers(1, 98), SPREADS)
def test_a_later_attempt_never_waits_less(policy: RetryPolicy, attempt: int, spread: float) -> None:
    if attempt + 1 >= policy.max_attempts:
        return
    assert delay(policy, attempt, spread) <= delay(policy, attempt + 1, spread)


@given(st.integers(1, 7), SPREADS)
def test_the_spread_is_a_quarter(attempt: int, spread: float) -> None:
    whole = delay(RetryPolicy(), attempt, 1)
    assert delay(RetryPolicy(), attempt, 0) == whole * 0.75
    assert whole * 0.75 <= delay(RetryPolicy(), attempt, spread) <= whole


def test_what_failed_together_is_not_tried_again_together() -> None:
    assert len({delay(RetryPolicy(), 1) for _ in range(20)}) > 1
