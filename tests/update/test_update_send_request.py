"""sendRequestXML: what goes out, in which form, and that it is on record before it leaves."""

import re
from collections.abc import Callable

from sqlalchemy import delete, func, select, update

from qbwc_service.store import Database, Document, Link, MessageSetPurpose, MessageSetState
from qbwc_service.sync import BatchLimits, enqueue_qbxml
from qbwc_service.update import UpdatePolicy, UpdateService
from tests.conftest import LinkedCompany, StandingClock
from tests.far_side import FarSide, answer_all, document, read_set, refusal, success
from tests.rows import (
    attempts,
    credit_memo,
    customer,
    document_state,
    document_states,
    invoice,
    item,
    links,
    message_sets,
    operation_states,
    operations,
    payment,
    put,
)
from tests.together import together

MakeService = Callable[..., UpdateService]
GUID = re.compile(r"\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}")


def test_a_set_is_on_record_before_it_leaves(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), customer("c2"), now=clock())
    text = far.begin()
    (row,) = message_sets(database, connection_id)
    assert row.request == text
    assert (row.state, row.purpose, len(row.operation_ids)) == (MessageSetState.SENT, MessageSetPurpose.WORK, 2)
    assert row.sent_at == clock()
    assert read_set(text).attributes["newMessageSetID"] == row.new_message_set_id
    assert [operation.message_set_id for operation in operations(database, connection_id)] == [row.id] * 2
    assert operation_states(database, connection_id) == ["sent", "sent"]
    assert document_states(database, connection_id) == {"c1": "in_progress", "c2": "in_progress"}
    assert [
        (attempt.number, attempt.message_set_id, attempt.answered_at) for attempt in attempts(database, connection_id)
    ] == [(1, row.id, None)] * 2


def test_the_request_id_is_the_operation_and_the_set_goes_on_after_an_error(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), item("s1"), now=clock())
    sent = read_set(far.begin())
    assert sent.attributes["onError"] == "continueOnError"
    assert sent.ids == tuple(str(operation.id) for operation in operations(database, connection_id))
    assert sent.names == ("CustomerAddRq", "ItemServiceAddRq")


def test_a_call_that_comes_twice_gets_the_same_bytes_and_claims_nothing_more(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, *(customer(f"c{number}") for number in range(25)), now=clock())
    first = far.begin()
    clock.advance(seconds=30)
    assert far.send(far.host()) == first
    assert far.send("") == first
    assert operation_states(database, connection_id) == ["sent"] * 20 + ["waiting"] * 5
    assert [attempt.number for attempt in attempts(database, connection_id)] == [1] * 20
    assert len(message_sets(database, connection_id)) == 1


def test_two_calls_at_the_same_instant_get_the_same_bytes(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, *(customer(f"c{number}") for number in range(150)), now=clock())
    hcp = far.host()
    far.authenticate()
    for sets in range(1, 7):
        one, other = together([lambda: far.send(hcp)] * 2)
        assert one == other
        assert one != ""
        assert len(message_sets(database, connection_id)) == sets
        assert far.receive(answer_all(one)) < 100


def test_only_writes_carry_a_set_id_of_at_most_twenty_characters(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, *(customer(f"c{number}") for number in range(21)), now=clock())
    with database.writing() as db:
        enqueue_qbxml(db, connection_id, "CustomerQueryRq", {"MaxReturned": 10}, now=clock())
    seen = []
    text = far.begin()
    while True:
        seen.append(read_set(text))
        if far.receive(answer_all(text)) == 100:
            break
        text = far.send()
    assert [len(sent.requests) for sent in seen] == [20, 1, 1]
    ids = [sent.attributes.get("newMessageSetID") for sent in seen]
    assert ids[2] is None
    assert seen[2].names == ("CustomerQueryRq",)
    assert len({*ids[:2]}) == 2
    assert all(re.fullmatch(r"[0-9A-Za-z]{10,20}", str(set_id)) for set_id in ids[:2])
    assert not any("oldMessageSetID" in sent.attributes for sent in seen)


def test_an_add_carries_a_guid_where_it_may_and_the_same_one_again(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), item("s1"), now=clock())
    put(database, connection_id, invoice("i1", None), credit_memo("m1", None), payment("p1", None), now=clock())
    first = read_set(far.begin())
    added = {request.name: request.text(f"{request.name[:-2]}/ExternalGUID") for request in first.requests}
    assert set(added) == {"CustomerAddRq", "ItemServiceAddRq", "InvoiceAddRq", "CreditMemoAddRq", "ReceivePaymentAddRq"}
    assert all(GUID.fullmatch(guid or "") for guid in added.values()), added
    assert len(set(added.values())) == 5

    assert far.receive(document(*(refusal(request, 3175) for request in first.requests))) == 100
    clock.advance(minutes=5)
    text = far.begin()
    again = [read_set(text)]
    while far.receive(answer_all(text)) < 100:  # What is of one customer goes one by one when it is tried again.
        text = far.send()
        again.append(read_set(text))
    requests = [request for sent in again for request in sent.requests]
    assert {request.name: request.text(f"{request.name[:-2]}/ExternalGUID") for request in requests} == added
    assert len({sent.attributes["newMessageSetID"] for sent in (first, *again)}) == len(again) + 1


def test_a_raw_add_carries_a_guid_too_and_one_that_has_no_place_for_it_does_not(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    own = "{12345678-1234-1234-1234-123456789abc}"
    with database.writing() as db:
        enqueue_qbxml(db, connection_id, "CustomerAddRq", {"CustomerAdd": {"Name": "Raw"}}, now=clock())
        enqueue_qbxml(
            db, connection_id, "CustomerAddRq", {"CustomerAdd": {"Name": "Own", "ExternalGUID": own}}, now=clock()
        )
        enqueue_qbxml(db, connection_id, "ClassAddRq", {"ClassAdd": {"Name": "West"}}, now=clock())
    raw, with_own, no_place = read_set(far.begin()).requests
    assert GUID.fullmatch(raw.text("CustomerAdd/ExternalGUID") or "")
    assert with_own.text("CustomerAdd/ExternalGUID") == own
    assert no_place.text("ClassAdd/Name") == "West"
    assert no_place.element.find(".//ExternalGUID") is None


def test_references_are_rendered_with_todays_ids(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), item("s1"), now=clock())
    line = {"item": {"external_id": "s1"}, "amount": "10.00"}
    put(
        database,
        connection_id,
        invoice("i1", "c1", lines=[line]),
        payment("p1", "c1", apply=[{"invoice": {"external_id": "i1"}, "amount": "10.00"}], amount="10.00"),
        now=clock(),
    )
    assert document_states(database, connection_id) == {
        "c1": "pending",
        "s1": "pending",
        "i1": "blocked",
        "p1": "blocked",
    }
    first = far.begin()
    assert read_set(first).names == ("CustomerAddRq", "ItemServiceAddRq")
    one, two = read_set(first).requests
    far.receive(document(success(one, "80000001-17"), success(two, "80000002-17")))

    second = far.send()
    (bill,) = read_set(second).requests
    assert bill.text("InvoiceAdd/CustomerRef/ListID") == "80000001-17"
    assert bill.text("InvoiceAdd/InvoiceLineAdd/ItemRef/ListID") == "80000002-17"
    assert document_states(database, connection_id)["p1"] == "blocked"
    far.receive(document(success(bill, "A1-17")))

    (money,) = read_set(far.send()).requests
    assert money.text("ReceivePaymentAdd/CustomerRef/ListID") == "80000001-17"
    assert money.text("ReceivePaymentAdd/AppliedToTxnAdd/TxnID") == "A1-17"
    assert links(database, connection_id) == {"c1": "80000001-17", "s1": "80000002-17", "i1": "A1-17"}


def test_what_cannot_be_rendered_fails_with_a_reason_and_the_rest_goes_out(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), customer("c2"), customer("c3"), now=clock())
    with database.writing() as db:
        # StoreName came with qbXML 15.0, and this QuickBooks will turn out to speak 13.0 only.
        line = {"SalesOrderLineAdd": {"Desc": "One"}}
        newer = {"SalesOrderAdd": {"CustomerRef": {"FullName": "Ann"}, "StoreName": "Shop", "lines": [line]}}
        enqueue_qbxml(db, connection_id, "SalesOrderAddRq", newer, now=clock())
    _spoil(database, connection_id, "c2")

    far.authenticate()
    sent = read_set(far.send(far.host(versions=("13.0",))))

    c1, c2, c3, order = operations(database, connection_id)
    assert sent.ids == (str(c1.id), str(c3.id))
    assert [c1.state, c3.state] == ["sent", "sent"]
    for failed, reason in ((c2, "Name: "), (order, "StoreName: ")):
        assert (failed.state, failed.message_set_id, failed.finished_at) == ("failed", None, clock())
        assert reason in (failed.reason or "")
    state = document_state(database, connection_id, "c2")
    assert (state.state, state.message) == ("problem", c2.reason)


def test_where_nothing_can_be_rendered_the_harmless_question_goes_out(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, *(customer(f"c{number}") for number in range(30)), now=clock())
    _spoil(database, connection_id, *(f"c{number}" for number in range(30)))
    text = far.begin()
    assert read_set(text).is_identity
    assert operation_states(database, connection_id) == ["failed"] * 30
    assert far.receive(far.host()) == 100


def test_an_invoice_whose_customer_is_done_but_not_linked_fails_and_says_so(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), invoice("i1"), now=clock())
    far.receive(answer_all(far.begin()))
    with database.writing() as db:
        db.execute(delete(Link))
    assert read_set(far.send()).is_identity
    state = document_state(database, connection_id, "i1")
    assert (state.state, state.message) == ("problem", "customer 'c1' is not in QuickBooks yet")


def test_a_harmless_question_goes_out_when_nothing_is_left(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    text = far.begin()
    assert read_set(text).is_identity
    (row,) = message_sets(database, connection_id)
    assert (row.purpose, row.new_message_set_id, row.operation_ids) == (MessageSetPurpose.IDENTITY, None, [])
    assert far.receive(far.host()) == 100
    assert far.receive(far.host()) == 100
    put(database, connection_id, customer("c1"), now=clock())
    assert read_set(far.send()).names == ("CustomerAddRq",)


def test_urgent_work_goes_first_and_kinds_of_work_do_not_mix(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    with database.writing() as db:
        for priority in (100, 5):
            enqueue_qbxml(
                db, connection_id, "CustomerQueryRq", {"MaxReturned": priority}, priority=priority, now=clock()
            )
    seen = []
    text = far.begin()
    while True:
        seen.append(read_set(text).ids)
        if far.receive(answer_all(text)) == 100:
            break
        text = far.send()
    first, second, urgent = (str(operation.id) for operation in operations(database, connection_id))
    assert seen == [(urgent,), (first,), (second,)]


def test_the_limits_of_the_policy_hold(
    make_service: MakeService, company: LinkedCompany, database: Database, clock: StandingClock
) -> None:
    service = make_service(UpdatePolicy(limits=BatchLimits(writes=3, reads=2)))
    far = FarSide(service, company.user_name, company.password, company.owner_id, company.file_id)
    put(database, company.connection_id, *(customer(f"c{number}") for number in range(4)), now=clock())
    with database.writing() as db:
        for _ in range(3):
            enqueue_qbxml(db, company.connection_id, "CustomerQueryRq", {"MaxReturned": 1}, now=clock())
    sizes = []
    text = far.begin()
    while True:
        sizes.append(len(read_set(text).requests))
        if far.receive(answer_all(text)) == 100:
            break
        text = far.send()
    assert sizes == [3, 1, 2, 1]


def test_nothing_is_left_open_between_two_calls(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    far.begin()
    with database.writing() as db:
        assert db.scalar(select(func.count()).select_from(Document)) == 1
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # Both pools have it.


def _spoil(database: Database, connection_id: int, *external_ids: str) -> None:
    """Make accepted documents unacceptable behind the service's back: a name has 41 characters at most."""
    mine = (Document.connection_id == connection_id, Document.external_id.in_(external_ids))
    with database.writing() as db:
        db.execute(update(Document).where(*mine).values(body={"external_id": "c", "name": "x" * 42}))
