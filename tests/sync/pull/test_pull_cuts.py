"""The PC goes dark again and again during the first sync: it ends equal, and no page comes more than twice."""

import re
from collections import Counter
from random import Random

import pytest

from qbwc_service.store import Database
from qbwc_service.sync import pull
from tests.conftest import StandingClock
from tests.mirror import CutError, MirrorSide, assert_equal
from tests.sync.pull.conftest import MakeSide

WHOLE = re.compile(r"<(\w+)Ret>\s*<(?:TxnID|ListID)>([^<]+)</(?:TxnID|ListID)>\s*<TimeCreated>")
"""The beginning of a whole object: ids alone, which are compared after a cut, come without it."""


class Cutter:
    """Cuts a session now and then, before or after the service has heard QuickBooks' answer; counts what was sent."""

    def __init__(self, side: MirrorSide, *, seed: int, share: float) -> None:
        self.random = Random(seed)  # noqa: S311 - chance of a test
        self.share, self.cuts = share, 0
        self.taken: Counter[tuple[str, str]] = Counter()
        self.sent: Counter[tuple[str, str]] = Counter()
        self.is_taken: list[tuple[str, str]] = []
        side.before_answer, side.after_answer = self.before, self.after

    def before(self, request: str, answer: str) -> None:
        """Count the first sync's pages; looks for changes, which go on beside it, are inclusive on purpose.

        Accounts are asked for again whenever transactions changed.
        """
        found = [] if "FromModifiedDate" in request else WHOLE.findall(answer)
        self.is_taken = [one for one in found if one[0] != "Account"]
        self.sent.update(self.is_taken)
        self.cut()

    def after(self, _percent: int) -> None:
        self.taken.update(self.is_taken)
        self.cut()

    def cut(self) -> None:
        if self.random.random() < self.share:
            self.cuts += 1
            raise CutError


@pytest.mark.parametrize("seed", [1])
def test_cut_at_random_the_first_sync_ends_equal_and_nothing_is_taken_more_than_twice(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock, seed: int
) -> None:
    side = make_side(customers=60, items=30, invoices=260, payments=0.4)
    cutter = Cutter(side, seed=seed, share=0.3)

    for _ in range(400):
        try:
            if side.run() == 0:
                if is_done(database, connection_id, clock):
                    break
                clock.advance(minutes=10)  # What was lost twice rests for a while.
        except CutError:
            clock.advance(minutes=2)

    assert cutter.cuts >= 10
    assert_equal(database, connection_id, side.quickbooks.company)
    assert max(cutter.taken.values()) <= 2


def is_done(database: Database, connection_id: int, clock: StandingClock) -> bool:
    with database.reading() as db:
        return pull.get_pull_status(db, connection_id, now=clock()).done_at is not None
