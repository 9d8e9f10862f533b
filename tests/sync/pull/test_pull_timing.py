"""When something is asked: between the pages of a long iterator, further back when people want it, and else never."""

from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from qbwc_service.store import Cursor, Database, DocumentState
from qbwc_service.sync import pull
from qbwc_service.sync.pull.entities import INVOICE
from tests.conftest import StandingClock
from tests.mirror import assert_equal
from tests.mirror_faults import asked, refuse, requests_of
from tests.rows import customer, document_states, put
from tests.sync.pull.conftest import MakeSide

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What goes out, and when, does not depend on the database."""

SMALL: dict[str, Any] = {"customers": 3, "items": 2, "invoices": 3, "years": 1.2}


def test_a_long_iterator_holds_up_neither_looks_nor_pushes_and_is_not_lost(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side(**SMALL | {"customers": 110, "jobs": 0.0, "invoices": 0})
    with database.writing() as db:
        db.execute(Cursor.__table__.update().values(page_size=25))
    put(database, connection_id, *(customer(f"c{number}") for number in range(45)), now=clock())
    side.after_answer = lambda _percent: clock.advance(minutes=2) and None

    side.run()

    sets = asked(side)
    pages = [
        number
        for number, (request, _) in enumerate(side.log)
        if "<CustomerQueryRq" in request and "iterator=" in request and "FromModifiedDate" not in request
    ]
    between = sets[pages[0] : pages[-1]]
    assert sum("TxnDeleted" in names for names in between) >= 2, "every five minutes"
    assert max(later - earlier for earlier, later in pairwise(pages)) <= 4
    starts = [one for number in pages for one in requests_of(side.log[number][0]) if one.get("iterator") == "Start"]
    assert len(starts) == 1, "it went on where it was"
    assert set(document_states(database, connection_id).values()) == {DocumentState.SYNCED}


def test_nothing_is_sent_between_two_due_times_whatever_rests(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side(**SMALL)
    refuse(side, lambda one: (3250, "off") if one.tag == "ClassQueryRq" or one.get("metaData") else None)
    side.run()
    sent = len(side.log)

    moments = []
    for minute in range(15):
        clock.advance(minutes=1)
        moments += [minute + 1] * side.run()

    assert moments == list(range(5, 16, 5)), "one set every five minutes, and no session in between"
    assert all("Class" not in names for names in asked(side, since=sent))


def test_an_earlier_oldest_day_brings_more_of_the_past_and_a_later_one_deletes_nothing(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side(settings={"oldest": "2026-10-01"}, **SMALL | {"invoices": 12, "years": 3.0})
    side.run()
    assert len(invoice_days(database)) < 12

    set_oldest(database, connection_id, None, clock)
    side.run_until_done()
    with database.reading() as db:
        assert pull.get_pull_status(db, connection_id, now=clock()).done_at is not None
    assert_equal(database, connection_id, side.quickbooks.company)

    set_oldest(database, connection_id, "2026-06-01", clock)
    clock.advance(days=31)  # All ids are compared once in a month.
    side.run_until_done()
    assert_equal(database, connection_id, side.quickbooks.company)


def invoice_days(database: Database) -> list[Any]:
    with database.reading() as db:
        return list(db.scalars(select(INVOICE.table.c.txn_date).where(INVOICE.table.c.deleted_at.is_(None))))


def set_oldest(database: Database, connection_id: int, day: str | None, clock: StandingClock) -> None:
    with database.writing() as db:
        pull.change_settings(db, connection_id, {"oldest": day}, now=clock())
