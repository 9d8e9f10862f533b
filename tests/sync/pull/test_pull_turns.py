"""Pulls and pushes take turns; an idle company costs QuickBooks nothing; people can pause it and set quiet hours."""

import re
from datetime import UTC, datetime

import pytest

from qbwc_service.store import Database, DocumentState
from qbwc_service.sync import pull
from tests.conftest import StandingClock
from tests.mirror import MirrorSide
from tests.rows import customer, document_states, put
from tests.sync.pull.conftest import MakeSide

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What goes out, and when, does not depend on the database."""


def is_pull(request: str) -> bool:
    return re.search(r'requestID="p\d', request) is not None


def test_a_push_never_waits_for_more_than_one_page_of_the_first_sync(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side(invoices=40)
    put(database, connection_id, *(customer(f"c{number}") for number in range(70)), now=clock())

    side.run()

    kinds = "".join("p" if is_pull(request) else "w" for request, _ in side.log)
    assert kinds.startswith("pwpwpwpwp"), "twenty writes a set, one page between two of them"
    assert set(document_states(database, connection_id).values()) == {DocumentState.SYNCED}


def test_an_idle_company_is_left_alone_between_two_looks(make_side: MakeSide, clock: StandingClock) -> None:
    side = make_side()
    side.run()

    clock.advance(minutes=4)
    assert side.run() == 0
    clock.advance(minutes=1)
    assert side.run() == 1, "one message set asks for all changes and deletions"
    request, answer = side.log[-1]
    assert request.count("QueryRq ") == 14
    assert "CustomerRet" not in answer
    assert side.run() == 0


def test_the_bar_never_falls_and_ends_at_100_only_when_nothing_is_due(make_side: MakeSide) -> None:
    side = make_side(invoices=50)

    side.run()

    assert side.percents == sorted(side.percents)
    assert side.percents[-1] == 100
    assert 100 not in side.percents[:-1]
    assert len(set(side.percents)) > 8, "it moves"


def test_what_is_paused_goes_on_where_it_was(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side(invoices=40)
    assert side.run(most=4) == 4
    with database.writing() as db:
        pull.pause_pull(db, connection_id)
    asked = len(side.log)

    clock.advance(minutes=10)
    assert side.run() == 0
    with database.writing() as db:
        pull.resume_pull(db, connection_id)
    side.run()

    again = [request for request, _ in side.log[asked:] if "<CustomerQueryRq" in request and "Start" in request]
    assert all("FromModifiedDate" in request for request in again), "the lists were here already"


def test_nothing_is_pulled_in_quiet_hours(make_side: MakeSide, clock: StandingClock) -> None:
    clock.now = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)  # 09:00 in New York.
    side = make_side(settings={"quiet_from": "08:00", "quiet_until": "18:00", "zone": "America/New_York"})

    first = side.run()
    assert first == 1, "the first contact asks which company file is open"
    assert not any(is_pull(request) for request, _ in side.log)
    clock.advance(hours=8)
    assert side.run() == 0
    clock.advance(hours=2)
    assert side.run() > 5


def test_the_same_answer_twice_is_taken_once(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side()
    ticket, _ = side.service.authenticate(side.user_name, side.password)
    session = side.quickbooks.open_session(app_name="x", owner_id=side.owner_id, file_id="", company_file="")
    hcp = side.quickbooks.host_company_preferences(session)
    for _ in range(2):
        request = send(side, ticket, hcp)
        answer = side.quickbooks.process(session, request)
        percent = side.service.receive_response_xml(ticket, answer, hresult="", message="")
        assert side.service.receive_response_xml(ticket, answer, hresult="", message="") == percent
        hcp = ""
    with database.reading() as db:
        (account, *_) = pull.get_pull_status(db, connection_id, now=clock()).entities
    assert account.rows == account.expected


def test_an_answer_of_an_older_page_does_not_stand_for_the_one_that_is_out(make_side: MakeSide) -> None:
    side = make_side()
    ticket, _ = side.service.authenticate(side.user_name, side.password)
    session = side.quickbooks.open_session(app_name="x", owner_id=side.owner_id, file_id="", company_file="")
    older = side.quickbooks.process(session, send(side, ticket, side.quickbooks.host_company_preferences(session)))
    side.service.receive_response_xml(ticket, older, hresult="", message="")
    out = send(side, ticket, "")

    assert side.service.receive_response_xml(ticket, older, hresult="", message="") > 0

    assert send(side, ticket, "") == out, "it still waits for its own"


def send(side: MirrorSide, ticket: str, hcp: str) -> str:
    return side.service.send_request_xml(
        ticket, hcp, company_file_name=side.quickbooks.company_file, country="US", major_version=16, minor_version=0
    )
