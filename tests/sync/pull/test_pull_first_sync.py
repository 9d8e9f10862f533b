"""The first sync: everything comes, newest first, whatever happens on the way."""

from qbwc_service.store import Database
from tests.conftest import StandingClock
from tests.mirror import assert_equal
from tests.sync.pull.conftest import MakeSide


def test_the_mirror_is_the_company(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side()

    side.run()

    assert_equal(database, connection_id, side.quickbooks.company)
    assert side.percents[-1] == 100
    assert side.run() == 0
