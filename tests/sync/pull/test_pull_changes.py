"""After the first sync: whatever people do in QuickBooks, the mirror follows."""

import pytest

from qbwc_service.simulator import Switches
from qbwc_service.store import Database
from tests.conftest import StandingClock
from tests.mirror import assert_equal
from tests.mirror_edits import Clerk
from tests.sync.pull.conftest import MakeSide


@pytest.mark.parametrize("touches", [False, True], ids=["payments leave invoices", "payments touch invoices"])
def test_a_day_of_edits_by_people_is_mirrored_by_one_run(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock, *, touches: bool
) -> None:
    side = make_side(switches=Switches(payments_touch_invoices=touches))
    company = side.quickbooks.company
    side.run()
    clerk = Clerk(company, seed=7, wait=lambda seconds: clock.advance(seconds=seconds))

    clerk.work(60)
    clock.advance(hours=25)  # A sweep of the open invoices is due once a day.
    side.run()

    assert_equal(database, connection_id, company)
    assert side.run() == 0
