"""What fails rests alone: one question of one entity, one object, one feature; everything else goes on."""

from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import insert, select

from qbwc_service.store import Cursor, Database, PullId
from qbwc_service.sync import pull
from qbwc_service.sync.pull.entities import CUSTOMER
from tests.conftest import StandingClock
from tests.mirror import MirrorSide, assert_equal
from tests.mirror_faults import asked, refuse, requests_of, spoil
from tests.sync.pull.conftest import MakeSide

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What goes out, and when, does not depend on the database."""

SMALL: dict[str, Any] = {"customers": 3, "items": 2, "invoices": 3, "years": 1.2}
OFF = (3250, "This feature is not enabled")


def rests(database: Database, connection_id: int, *, now: datetime) -> dict[tuple[str, str], pull.RestStatus]:
    with database.reading() as db:
        found = pull.get_pull_status(db, connection_id, now=now).rests
    return {(one.entity, one.topic.value): one for one in found}


def wish(database: Database, connection_id: int, entity: str, ids: list[str], *, now: datetime) -> None:
    with database.writing() as db:
        key = {"connection_id": connection_id, "entity": entity, "asked_at": now}
        db.execute(insert(PullId), [{**key, "object_id": one} for one in ids])


def wishes(database: Database) -> set[str]:
    with database.reading() as db:
        return set(db.scalars(select(PullId.object_id)))


def page_size(database: Database, entity: str) -> int:
    with database.reading() as db:
        return db.scalars(select(Cursor.page_size).where(Cursor.entity == entity)).one()


def run_until_it_breaks_off(side: MirrorSide) -> None:
    with suppress(AssertionError):
        side.run()


def test_only_the_question_in_hand_rests_where_an_answer_breaks_off(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side(**SMALL)
    side.run()
    side.quickbooks.person.change(next(side.quickbooks.company.tables.entries_of("Class")).list_id, {"Name": "New"})
    heal = spoil(side, lambda one, answer: one.tag == "ClassQueryRq" and "ClassRet" in answer)
    clock.advance(minutes=5)
    with pytest.raises(AssertionError, match="could not be read to its end"):
        side.run()
    before = len(side.log)

    heal()
    clock.advance(seconds=1)
    side.run()

    assert rests(database, connection_id, now=clock()).keys() == {("Class", "changes")}
    sets = asked(side, since=before)
    assert len(sets[0]) == 12, "all that was never reached is asked again at once, together"
    assert all("Class" not in names or names == ["Class"] for names in sets)
    assert_equal(database, connection_id, side.quickbooks.company)


def test_an_id_that_is_refused_is_found_and_the_others_come(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side(**SMALL)
    side.run()
    ids = [one.list_id for one in side.quickbooks.company.tables.entries_of("Customer")]
    bad = ids[1]
    refuse(side, lambda one: (3120, "not found") if bad in one.xpath("ListID/text()") else None)
    wish(database, connection_id, "Customer", ids, now=clock())
    before = len(side.log)

    side.run()

    assert wishes(database) == set()
    assert len(side.log) - before == 2, "all together, then each alone, in one set"
    with database.reading() as db:
        gone = db.scalars(select(CUSTOMER.table.c.list_id).where(CUSTOMER.table.c.deleted_at.is_not(None))).all()
    assert gone == [bad]
    assert rests(database, connection_id, now=clock()) == {}


def test_an_object_that_can_never_be_read_is_given_up_and_the_others_come(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side(**SMALL)
    bad = list(side.quickbooks.company.tables.entries_of("Customer"))[1].list_id
    spoil(
        side,
        lambda one, answer: (
            one.tag == "CustomerQueryRq" and f"<ListID>{bad}</ListID>\n" in answer and "FullName" in answer
        ),
    )
    is_given_up = False
    for _ in range(12):
        was_wanted = bad in wishes(database)
        run_until_it_breaks_off(side)
        clock.advance(hours=1)
        is_given_up = was_wanted and bad not in wishes(database)
        if is_given_up:
            break

    assert is_given_up
    with database.reading() as db:
        assert pull.get_pull_status(db, connection_id, now=clock()).recent_done_at is not None
        here = set(db.scalars(select(CUSTOMER.table.c.list_id)))
    assert here == {one.list_id for one in side.quickbooks.company.tables.entries_of("Customer")} - {bad}


def test_refused_counts_stop_nothing(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side(**SMALL)
    refuse(side, lambda one: OFF if one.get("metaData") and one.tag != "InvoiceQueryRq" else None)

    side.run()

    assert_equal(database, connection_id, side.quickbooks.company)
    assert {topic for _, topic in rests(database, connection_id, now=clock())} == {"count", "older"}
    with database.reading() as db:
        assert pull.get_pull_status(db, connection_id, now=clock()).percent == 100
    clock.advance(minutes=5)
    assert side.run() == 1, "changes are looked at every five minutes all the same"


def test_refused_ids_and_balances_rest_for_a_day_and_changes_do_not(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side(**SMALL)
    side.run()
    refuse(side, lambda one: OFF if one.findall("IncludeRetElement") else None)
    clock.advance(hours=25)
    with database.writing() as db:
        pull.request_reconciliation(db, connection_id, now=clock())
    assert side.run() < 20

    clock.advance(minutes=5)
    before = len(side.log)

    assert side.run() == 1
    assert len(asked(side, since=before)[0]) == 14
    assert {topic for _, topic in rests(database, connection_id, now=clock())} == {"ids", "balances"}


def test_a_feature_that_is_off_is_shown_and_holds_up_no_milestone(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side(**SMALL)
    switch_on = refuse(side, lambda one: OFF if one.tag == "SalesReceiptQueryRq" else None)

    side.run()

    with database.reading() as db:
        status = pull.get_pull_status(db, connection_id, now=clock())
    assert status.recent_done_at is not None
    assert status.done_at is not None
    assert status.percent == 100
    assert [one.entity for one in status.entities if one.is_refused] == ["SalesReceipt"]
    switch_on()
    clock.advance(hours=24)
    side.run()
    assert_equal(database, connection_id, side.quickbooks.company)
    assert rests(database, connection_id, now=clock()) == {}


def test_a_page_that_fails_is_asked_for_with_half_as_many_rows(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side(**SMALL | {"customers": 40, "invoices": 0})
    spoil(side, lambda one, answer: one.tag == "CustomerQueryRq" and answer.count("<CustomerRet>") > 30)

    for _ in range(4):
        run_until_it_breaks_off(side)

    assert_equal(database, connection_id, side.quickbooks.company)
    sizes = [
        int(one.findtext("MaxReturned"))
        for request, _ in side.log
        for one in requests_of(request)
        if one.tag == "CustomerQueryRq" and one.get("iterator") == "Start"
    ]
    assert sizes[:3] == [100, 50, 25]


def test_a_page_that_is_never_answered_is_asked_for_with_half_as_many_rows(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side(**SMALL | {"invoices": 0})
    lost: list[int] = []

    def lose(request: str, _answer: str) -> None:
        for one in requests_of(request):
            size = int(one.findtext("MaxReturned") or 0)
            if one.tag == "CustomerQueryRq" and size > 40:
                lost.append(size)
                raise TimeoutError

    side.before_answer = lose
    for _ in range(4):
        try:
            side.run()
        except TimeoutError:
            clock.advance(minutes=1)

    assert lost[:2] == [100, 50]
    assert_equal(database, connection_id, side.quickbooks.company)
