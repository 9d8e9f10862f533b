"""An hresult in place of an answer: what it says of the set that was out, and of the connection."""

import pytest

from qbwc_service import connections
from qbwc_service.store import Database, MessageSetState
from qbwc_service.sync import enqueue_qbxml
from tests.conftest import LinkCompany, StandingClock
from tests.far_side import FarSide, answer_all, document, read_set, refusal
from tests.rows import (
    attempts,
    customer,
    document_state,
    document_states,
    message_sets,
    operation_states,
    operations,
    put,
)

BAD = "The one that QuickBooks cannot read"


def _status(far: FarSide, connection_id: int) -> tuple[str, str]:
    with far.service.database.reading() as db:
        info = connections.get_connection(db, connection_id, now=far.service.clock())
    return info.status, info.status_text


def _drain_with_a_poison(far: FarSide, text: str, *, hresult: str = "0x80040400") -> tuple[list[int], int]:
    """Play a QuickBooks that refuses every set with a bad name in it; give the sizes of the sets, and the last word."""
    sizes: list[int] = []
    while len(sizes) < 100:
        sent = read_set(text)
        sizes.append(len(sent.requests))
        is_bad = any((request.text("CustomerAdd/Name") or "").startswith(BAD) for request in sent.requests)
        percent = (
            far.receive(hresult=hresult, message="QuickBooks found an error when parsing the provided XML text stream.")
            if is_bad
            else far.receive(answer_all(text))
        )
        if not 0 < percent < 100:
            return sizes, percent
        text = far.send()
    raise AssertionError("this session would never end")


@pytest.mark.parametrize("hresult", ["0x80040400", "0x80040423"])
def test_a_poisoned_set_is_halved_until_the_bad_one_is_alone_in_the_same_session(
    hresult: str, far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    documents = [customer(f"c{number}") for number in range(20)]
    documents[13] = customer("bad", name=BAD)
    put(database, connection_id, *documents, now=clock())
    put(database, connection_id, customer("later"), now=clock())

    sizes, percent = _drain_with_a_poison(far, far.begin(), hresult=hresult)

    assert percent == 100
    assert sizes[:2] == [20, 10]
    assert len(sizes) <= 12
    states = document_states(database, connection_id)
    assert states.pop("bad") == "problem"
    assert set(states.values()) == {"synced"}
    assert len(states) == 20
    bad = operations(database, connection_id)[13]
    assert "parsing" in (bad.reason or "")
    assert document_state(database, connection_id, "bad").status_code == hresult
    assert bad.document_id is not None
    last = next(row for row in message_sets(database, connection_id) if row.id == bad.message_set_id)
    assert (last.state, last.hresult, len(last.operation_ids)) == (MessageSetState.APPLIED, hresult, 1)
    assert BAD in last.request, "the request is kept for whoever looks into it"
    assert far.close() == "20 done, 1 failed; nothing is waiting."
    assert far.authenticate() == ["", "none"], "a poison operation never comes back by itself"


def test_several_poisons_among_many_are_all_found(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    documents = [customer(f"c{number}") for number in range(25)]
    for number in (0, 1, 7, 24):
        documents[number] = customer(f"c{number}", name=f"{BAD} {number}")
    put(database, connection_id, *documents, now=clock())
    sizes, percent = _drain_with_a_poison(far, far.begin())
    assert percent == 100
    assert len(sizes) <= 40
    states = document_states(database, connection_id)
    assert {name for name, state in states.items() if state == "problem"} == {"c0", "c1", "c7", "c24"}
    assert list(states.values()).count("synced") == 21


def test_a_refused_set_shows_no_attempt_as_done_and_resends_the_same_guid(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), customer("c2"), now=clock())
    first = read_set(far.begin())
    assert far.receive(hresult=" 0x80040400 ", message="") == 1
    assert operation_states(database, connection_id) == ["waiting", "waiting"]
    assert [attempt.status_code for attempt in attempts(database, connection_id)] == ["0x80040400"] * 2
    second = read_set(far.send())
    guid = "CustomerAdd/ExternalGUID"
    assert second.requests[0].text(guid) == first.requests[0].text(guid)
    assert second.attributes["newMessageSetID"] != first.attributes["newMessageSetID"]
    assert far.receive(document(refusal(second.requests[0], 3175))) < 100
    assert read_set(far.send()).ids == first.ids[1:], "its own turn, and the locked one later"


NOT_REACHED = {
    "0x80040408": "QuickBooks could not be started",
    "0x8004040A": "another company file is open",
    "0x8004040a": "another company file is open",
    "0x80040410": "the company file is open in another mode",
    "0x80040414": "a dialog is open in QuickBooks",
    "0x80040416": "QuickBooks is not running",
    "0x80040418": "As Admin",
    "0x8004041A": "As Admin",
    "0x8004041D": "As Admin",
    "0x80040420": "As Admin",
    "0x80040422": "single-user mode",
    "0x80040424": "Wait a moment",
    "-2147220460": "a dialog is open in QuickBooks",
}


def test_where_quickbooks_was_not_reached_everything_waits_and_the_status_says_why(
    far: FarSide, database: Database, link_company: LinkCompany, clock: StandingClock
) -> None:
    for hresult, words in NOT_REACHED.items():
        linked = link_company("Acme")
        own = FarSide(far.service, linked.user_name, linked.password, linked.owner_id, linked.file_id)
        put(database, linked.connection_id, customer("c1"), customer("c2"), now=clock())
        own.begin()
        assert own.receive(hresult=hresult, message="Not now.") == -1, hresult
        assert words in own.last_error(), hresult
        assert own.close() == own.last_error(), hresult
        assert operation_states(database, linked.connection_id) == ["waiting", "waiting"], hresult
        assert set(document_states(database, linked.connection_id).values()) == {"pending"}, hresult
        status, sentence = _status(own, linked.connection_id)
        assert status == "waiting", hresult
        assert words in sentence, hresult
        assert message_sets(database, linked.connection_id)[-1].hresult_message == "Not now.", hresult

        assert len(read_set(own.begin()).requests) == 2, hresult
        assert _status(own, linked.connection_id)[0] == "online", hresult


def test_quickbooks_may_stay_closed_for_days(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    for _ in range(30):
        far.begin()
        assert far.receive(hresult="0x80040408") == -1
        far.close()
        clock.advance(minutes=30)
    assert operation_states(database, connection_id) == ["waiting"]
    assert far.receive(far.answer(far.begin())) == 100
    assert document_states(database, connection_id) == {"c1": "synced"}


def test_an_hresult_that_proves_nothing_makes_writes_unknown_and_reads_asked_again(
    far: FarSide, database: Database, link_company: LinkCompany, clock: StandingClock
) -> None:
    for hresult in ("0x8004FFFF", "0x80040402", "0x8004040D", "something else", "x" * 300):
        connection_id = (linked := link_company("Acme")).connection_id
        own = FarSide(far.service, linked.user_name, linked.password, linked.owner_id, linked.file_id)
        put(database, connection_id, customer("c1"), customer("c2"), now=clock())
        with database.writing() as db:
            enqueue_qbxml(db, connection_id, "CustomerQueryRq", {"MaxReturned": 1}, now=clock())
        own.begin()
        assert own.receive(hresult=hresult, message="Who knows.") == -1, hresult
        assert own.last_error() not in {"", "NoOp"}, hresult
        assert operation_states(database, connection_id) == ["unknown", "unknown", "waiting"], hresult
        assert document_state(database, connection_id, "c1").message == "Who knows.", hresult
        assert _status(own, connection_id)[0] == "waiting", hresult
        own.close()

        lost = message_sets(database, connection_id)[0]
        assert read_set(own.begin()).attributes["oldMessageSetID"] == lost.new_message_set_id, hresult
        assert own.receive(hresult=hresult, message="Who knows.") == -1, hresult
        assert operation_states(database, connection_id) == ["unknown", "unknown", "waiting"], hresult
