"""Whether the mirror is complete is counted, and what is not is healed; clocks change, and months pass in silence."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, update

from qbwc_service.store import Database
from qbwc_service.sync import pull
from qbwc_service.sync.pull.entities import CUSTOMER, ENTITIES
from tests.conftest import StandingClock
from tests.mirror import assert_equal
from tests.mirror_edits import Clerk
from tests.sync.pull.conftest import MakeSide


def report(database: Database, connection_id: int) -> dict[str, pull.EntityReport]:
    with database.reading() as db:
        return {one.entity: one for one in pull.get_report(db, connection_id)}


def test_everything_is_counted_once_it_is_here(make_side: MakeSide, database: Database, connection_id: int) -> None:
    side = make_side(invoices=67)

    side.run()

    found = report(database, connection_id)
    assert (found["Invoice"].mirror, found["Invoice"].quickbooks) == (67, 67)
    assert {one.is_complete for one in found.values()} == {True}


def test_a_difference_is_found_by_the_daily_count_and_healed(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side()
    side.run()
    lost = next(side.quickbooks.company.tables.entries_of("Class")).list_id
    with database.writing() as db:
        db.execute(delete(ENTITIES["Class"].table).where(ENTITIES["Class"].table.c.list_id == lost))

    clock.advance(hours=25)
    side.run()

    assert_equal(database, connection_id, side.quickbooks.company)
    found = report(database, connection_id)["Class"]
    assert (found.missing, found.gone, found.is_complete) == (1, 0, True), "counted again when it was healed"
    assert found.in_mirror_now == found.quickbooks


def test_somebody_who_asks_has_all_ids_compared_at_the_next_session(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side()
    side.run()
    with database.writing() as db:
        db.execute(update(CUSTOMER.table).values(edit_sequence="1"))
        pull.request_reconciliation(db, connection_id, now=clock())

    side.run()

    found = report(database, connection_id)
    assert found["Customer"].changed == found["Customer"].quickbooks
    assert all(one.compared_at == clock() for one in found.values())
    assert_equal(database, connection_id, side.quickbooks.company)


def test_after_a_hundred_days_of_silence_deletions_are_found_by_comparing_ids(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side()
    side.run()
    clerk = Clerk(side.quickbooks.company, seed=3, wait=lambda seconds: clock.advance(seconds=seconds))
    clerk.work(30)
    clock.advance(days=100)

    side.run()

    assert_equal(database, connection_id, side.quickbooks.company)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "change", [datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2026, 3, 8, 7, tzinfo=UTC)], ids=["autumn", "spring"]
)
def test_edits_on_both_sides_of_a_change_of_the_clocks_are_all_seen(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock, change: datetime
) -> None:
    """An hour repeats, or is left out, in New York; people and looks go on all the while."""
    clock.now = change.replace(hour=change.hour - 1, minute=20)
    side = make_side(customers=2, items=2, invoices=6, years=0.1)
    side.run()
    person = side.quickbooks.person
    invoices = side.quickbooks.company.list_transactions("Invoice")

    for number in range(16):
        clock.advance(minutes=10)
        person.change(invoices[number % len(invoices)].txn_id, {"Memo": f"Edit {number}"})
        side.run()

    assert_equal(database, connection_id, side.quickbooks.company)
