"""Clocks that are set wrong and right again, differ between PCs, or go back an hour: no change is missed for it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from qbwc_service.simulator.quickbooks.wall_clock import WallClock
from qbwc_service.store import Database
from tests.conftest import StandingClock
from tests.mirror import MirrorSide, assert_equal, export_company, export_mirror
from tests.sync.pull.conftest import MakeSide

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Edit = Callable[..., None]


class LateReader(WallClock):
    """Reads a wall time that stands for two moments as the second of them: no source says what QuickBooks does."""

    def read(self, text: str, *, ends_day: bool = False) -> int:
        first = datetime.fromtimestamp(super().read(text, ends_day=ends_day), self.zone)
        return int(first.replace(fold=1).timestamp())


@pytest.fixture
def side(make_side: MakeSide) -> MirrorSide:
    return make_side(customers=3, items=2, invoices=6, credits_share=0.0, payments=0.0, years=0.05)


@pytest.fixture
def edit(side: MirrorSide) -> Edit:
    """Change an invoice by its place, on a PC whose clock is ahead by so much."""

    def change(place: int, *, ahead: timedelta = timedelta()) -> None:
        company = side.quickbooks.company
        right = company.clock
        company.clock = lambda: right() + ahead
        side.quickbooks.person.change(company.list_transactions("Invoice")[place].txn_id, {"Memo": f"{right()}"})
        company.clock = right

    return change


@pytest.mark.parametrize("ahead", [timedelta(minutes=40), timedelta(hours=12), timedelta(days=400)], ids=str)
def test_what_was_written_while_the_date_was_ahead_hides_no_later_change(
    side: MirrorSide, edit: Edit, database: Database, connection_id: int, clock: StandingClock, ahead: timedelta
) -> None:
    side.run()
    edit(0, ahead=ahead)
    clock.advance(minutes=15)
    side.run()

    edit(1)
    clock.advance(minutes=15)
    side.run()

    assert_equal(database, connection_id, side.quickbooks.company)


def test_the_clocks_of_two_pcs_may_differ_by_minutes(
    side: MirrorSide, edit: Edit, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side.run()
    for place in range(6):
        clock.advance(minutes=5)
        edit(place, ahead=timedelta(minutes=4) if place % 2 == 0 else timedelta(minutes=-4))
        side.run()

    assert_equal(database, connection_id, side.quickbooks.company)


def test_an_idle_company_shows_its_last_change_only_for_so_long(
    side: MirrorSide, edit: Edit, clock: StandingClock
) -> None:
    side.run()
    edit(0)
    edit(1)
    clock.advance(minutes=15)
    side.run()
    clock.advance(minutes=5)
    edit(2)
    clock.advance(minutes=15)
    side.run()
    clock.advance(minutes=5)
    side.run()

    assert side.log[-1][1].count("<InvoiceRet>") == 1, "the second of the last change, asked for again"


@pytest.mark.parametrize("wall", [LateReader("America/New_York"), WallClock("America/Los_Angeles")], ids=["hour", "PC"])
def test_a_change_in_the_hour_that_repeats_is_seen_however_long_nobody_works_after_it(
    side: MirrorSide, edit: Edit, database: Database, connection_id: int, clock: StandingClock, wall: WallClock
) -> None:
    """The clocks go back while nothing is seen of it: by an hour in autumn, or by three, for the PC was moved."""
    side.run()
    for moment in (datetime(2027, 11, 6, 12, tzinfo=UTC), datetime(2027, 11, 7, 5, 40, tzinfo=UTC)):
        clock.now = moment
        edit(0)
        clock.advance(minutes=12)
        side.run()

    side.quickbooks.company.wall = wall
    clock.advance(minutes=28)  # 01:20 in New York, for the second time.
    edit(1)
    clock.advance(minutes=12)
    side.run()
    clock.advance(hours=9)
    edit(2)
    clock.advance(minutes=12)
    side.run()

    # All times look different in another zone, also of what nobody touched.
    theirs, ours = export_company(side.quickbooks.company)["Invoice"], export_mirror(database, connection_id)["Invoice"]
    assert {one: ours[one].get("Memo") for one in ours} == {one: theirs[one].get("Memo") for one in theirs}


def test_a_deletion_that_was_dated_ahead_hides_no_later_one(
    side: MirrorSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side.run()
    company, person = side.quickbooks.company, side.quickbooks.person
    first, second, *_ = (txn.txn_id for txn in company.list_transactions("Invoice"))
    company.clock = lambda: clock() + timedelta(hours=12)
    person.delete(first)
    company.clock = clock
    clock.advance(minutes=15)
    side.run()

    person.delete(second)
    clock.advance(minutes=15)
    side.run()

    assert_equal(database, connection_id, company)
