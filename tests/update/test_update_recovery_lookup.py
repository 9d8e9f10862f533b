"""Where QuickBooks kept no answer, each write is looked for: found, it is adopted; surely absent, it goes again."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from qbwc_service.store import Database, MessageSetState, ProblemReason
from qbwc_service.sync import enqueue_qbxml
from qbwc_service.sync.problems import ProblemInfo, list_problems
from tests.conftest import StandingClock
from tests.far_side import FarSide, SentSet, answer_all, document, read_set
from tests.lost import answer_questions, deleted, found, look_up, lose, record
from tests.rows import (
    customer,
    document_state,
    document_states,
    invoice,
    links,
    message_sets,
    operation_states,
    operations,
    payment,
    put,
)

LINE = {"ItemRef": {"FullName": "Freight"}, "Quantity": "2", "Rate": "150.00"}
AS_SENT = {"CustomerRef": {"FullName": "Somebody"}, "RefNumber": "INV1", "InvoiceLineRet": LINE}
Answers = Mapping[str, Sequence[str]]


def problems(database: Database, connection_id: int) -> list[ProblemInfo]:
    with database.reading() as db:
        return list_problems(db, connection_id)


def guid_of(database: Database, connection_id: int) -> str:
    return operations(database, connection_id)[0].external_guid or ""


@pytest.fixture
def lost_invoice(far: FarSide, database: Database, connection_id: int, clock: StandingClock) -> SentSet:
    """Invoice inv1 was handed out, and nobody ever brought the answer."""
    put(database, connection_id, invoice("inv1", None), now=clock())
    return lose(far)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("code", [600, 9002, 9005, 9001, 9004])
def test_what_quickbooks_kept_no_answer_of_is_looked_for_before_anything_new(
    code: int, far: FarSide, database: Database, connection_id: int, lost_invoice: SentSet, clock: StandingClock
) -> None:
    put(database, connection_id, customer("new"), now=clock())

    questions = look_up(far, code)

    assert set(questions.names) == {"InvoiceQueryRq", "TxnDeletedQueryRq"}
    assert "newMessageSetID" not in questions.attributes
    numbers = [request.text("RefNumber") for request in questions.requests]
    assert numbers.count("INV1") == 1
    assert operation_states(database, connection_id) == ["unknown", "waiting"]


def bare(guid: str) -> str:
    return guid.strip("{}")


def spaced(guid: str) -> str:
    return f" {guid} "


ALTERED = {
    "as it was": AS_SENT,
    "renumbered": {**AS_SENT, "RefNumber": "X-9"},
    "other customer": {**AS_SENT, "CustomerRef": {"FullName": "Another"}},
    "other lines": {**AS_SENT, "InvoiceLineRet": {**LINE, "Rate": "1.00"}},
}


@pytest.mark.parametrize(
    ("how", "spelling"),
    [*((how, str) for how in ALTERED), ("as it was", str.lower), ("renumbered", bare), ("other lines", spaced)],
)
def test_a_record_with_our_mark_is_adopted_whatever_a_person_did_to_it(
    how: str,
    spelling: Callable[[str], str],
    far: FarSide,
    database: Database,
    connection_id: int,
    lost_invoice: SentSet,
) -> None:
    guid = spelling(guid_of(database, connection_id))
    there = record("Invoice", **ALTERED[how], ExternalGUID=guid, Subtotal="300.00")

    percent = far.receive(answer_questions(look_up(far), {"InvoiceQueryRq": [there]}))

    assert percent == 100
    assert document_states(database, connection_id) == {"inv1": "synced"}
    assert links(database, connection_id) == {"inv1": "A1-1700000000"}
    assert str(document_state(database, connection_id, "inv1").total) == "300.00"
    assert problems(database, connection_id) == []
    assert message_sets(database, connection_id)[0].state is MessageSetState.SETTLED
    assert far.close() == "1 done; nothing is waiting."
    assert far.authenticate() == ["", "none"]


def test_a_record_without_a_mark_that_agrees_in_everything_is_adopted(
    far: FarSide, database: Database, connection_id: int, lost_invoice: SentSet
) -> None:
    far.receive(answer_questions(look_up(far), {"InvoiceQueryRq": [record("Invoice", **AS_SENT)]}))

    assert document_states(database, connection_id) == {"inv1": "synced"}


OTHERS = {
    "another's mark": {**AS_SENT, "ExternalGUID": "{00000000-0000-0000-0000-000000000001}"},
    "another amount": {**AS_SENT, "InvoiceLineRet": {**LINE, "Rate": "151.00"}},
    "one line more": {**AS_SENT, "InvoiceLineRet": [LINE, LINE]},
    "another customer": {**AS_SENT, "CustomerRef": {"FullName": "Another"}},
    "another number": {**AS_SENT, "RefNumber": "INV2"},
    "long ago": {**AS_SENT, "TimeCreated": "2026-11-01T04:00:00-05:00"},
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("which", OTHERS)
def test_surely_absent_it_goes_again_in_a_new_set_with_the_same_mark(
    which: str, far: FarSide, database: Database, connection_id: int, lost_invoice: SentSet
) -> None:
    there = record("Invoice", **OTHERS[which])
    assert far.receive(answer_questions(look_up(far), {"InvoiceQueryRq": [there]})) < 100

    again = read_set(far.send())

    assert again.names == ("InvoiceAddRq",)
    mark = "InvoiceAdd/ExternalGUID"
    assert again.requests[0].text(mark) == lost_invoice.requests[0].text(mark) == guid_of(database, connection_id)
    assert again.attributes["newMessageSetID"] != lost_invoice.attributes["newMessageSetID"]


def test_two_that_agree_are_for_a_person_with_both_in_evidence(
    far: FarSide, database: Database, connection_id: int, lost_invoice: SentSet
) -> None:
    there = [record("Invoice", "A1-1", **AS_SENT), record("Invoice", "A2-1", **AS_SENT)]

    assert far.receive(answer_questions(look_up(far), {"InvoiceQueryRq": there})) == 100

    (problem,) = problems(database, connection_id)
    assert problem.reason is ProblemReason.OUTCOME_UNKNOWN
    assert {one["TxnID"] for one in problem.evidence["candidates"]} == {"A1-1", "A2-1"}
    assert document_states(database, connection_id) == {"inv1": "unknown"}
    assert far.authenticate() == ["", "none"], "nothing is asked any more, and nothing else is held up"


def test_without_a_number_one_that_agrees_is_for_a_person(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, payment("p1", None), now=clock())
    lose(far)
    there = record("ReceivePayment", CustomerRef={"FullName": "Somebody"}, TotalAmount="100.00")

    far.receive(answer_questions(look_up(far), {"ReceivePaymentQueryRq": [there]}))

    (problem,) = problems(database, connection_id)
    assert (problem.reason, len(problem.evidence["candidates"])) == (ProblemReason.OUTCOME_UNKNOWN, 1)


def test_a_payment_without_a_number_is_found_though_a_person_moved_it_to_another_customer(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, payment("p1", None), now=clock())
    lose(far)

    questions = look_up(far)

    # There is nothing but its mark to know it by, so that it may stand anywhere.
    (window,) = [request for request in questions.requests if request.name == "ReceivePaymentQueryRq"]
    assert window.element.find("EntityFilter") is None


@pytest.mark.parametrize("number", ["INV1", "inv1"])
def test_one_that_was_made_since_and_deleted_is_for_a_person(
    number: str, far: FarSide, database: Database, connection_id: int, lost_invoice: SentSet
) -> None:
    far.receive(answer_questions(look_up(far), {"TxnDeletedQueryRq": [deleted("Invoice", number)]}))

    (problem,) = problems(database, connection_id)
    assert problem.reason is ProblemReason.OUTCOME_UNKNOWN
    assert problem.evidence["deleted"][0]["TxnID"] == "D1-1"


def test_a_deleted_number_with_a_colon_is_recognised(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("inv1", None, ref_number="A:1"), now=clock())
    lose(far)

    far.receive(answer_questions(look_up(far), {"TxnDeletedQueryRq": [deleted("Invoice", "A:1")]}))

    assert operation_states(database, connection_id) == ["unknown"]
    assert [one.reason for one in problems(database, connection_id)] == [ProblemReason.OUTCOME_UNKNOWN]


def test_a_number_that_was_deleted_long_before_says_nothing(
    far: FarSide, database: Database, connection_id: int, lost_invoice: SentSet
) -> None:
    old = deleted("Invoice", "INV1", created="2026-10-01T04:00:00-05:00")
    far.receive(answer_questions(look_up(far), {"TxnDeletedQueryRq": [old]}))

    assert read_set(far.send()).names == ("InvoiceAddRq",)


def test_two_lost_twins_never_adopt_the_same_record(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("a", None, ref_number="1"), invoice("b", None, ref_number="1"), now=clock())
    lose(far)
    there = record("Invoice", **{**AS_SENT, "RefNumber": "1"})

    far.receive(answer_questions(look_up(far), {"InvoiceQueryRq": [there]}))

    assert operation_states(database, connection_id) == ["unknown", "unknown"]
    assert {one.reason for one in problems(database, connection_id)} == {ProblemReason.OUTCOME_UNKNOWN}


def test_several_writes_of_a_set_each_have_their_own_fate(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, *[invoice(f"inv{number}", None) for number in (1, 2, 3)], now=clock())
    lose(far)
    marks = [one.external_guid for one in operations(database, connection_id)]
    there = [record("Invoice", f"A{number}-1", ExternalGUID=marks[number]) for number in (0, 2)]

    far.receive(answer_questions(look_up(far), {"InvoiceQueryRq": there}))

    assert operation_states(database, connection_id) == ["done", "waiting", "done"]
    assert links(database, connection_id) == {"inv1": "A0-1", "inv3": "A2-1"}
    assert read_set(far.send()).ids == (str(operations(database, connection_id)[1].id),)


def test_a_job_whose_parent_is_known_by_id_is_found_by_its_mark(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1", name="Ann"), now=clock())
    far.receive(answer_all(far.begin()))
    far.close()
    put(database, connection_id, customer("j1", name="Oven", parent={"external_id": "c1"}), now=clock())
    lose(far)
    mark = operations(database, connection_id)[1].external_guid
    there = record("Customer", "80000009-1", Name="Kitchen", FullName="Bob:Kitchen", ExternalGUID=mark)

    far.receive(answer_questions(look_up(far), {"CustomerQueryRq": [there]}))

    assert links(database, connection_id)["j1"] == "80000009-1"


CHANGES = [
    ("TxnDelRq", {"TxnDelType": "Invoice", "TxnID": "A1-1"}, [], "done"),
    ("TxnDelRq", {"TxnDelType": "Invoice", "TxnID": "A1-1"}, [record("Invoice", "A1-1")], "waiting"),
    ("TxnVoidRq", {"TxnVoidType": "Invoice", "TxnID": "A1-1"}, [record("Invoice", "A1-1", Subtotal="0.00")], "done"),
    (
        "TxnVoidRq",
        {"TxnVoidType": "Invoice", "TxnID": "A1-1"},
        [record("Invoice", "A1-1", Subtotal="0.00", SalesTaxPercentage="8.25", SalesTaxTotal="0.00")],
        "done",
    ),
    ("TxnVoidRq", {"TxnVoidType": "Invoice", "TxnID": "A1-1"}, [record("Invoice", "A1-1", Subtotal="9.00")], "waiting"),
    ("ListDelRq", {"ListDelType": "Customer", "ListID": "80000001-1"}, [], "done"),
    (
        "CustomerModRq",
        {"CustomerMod": {"ListID": "80000001-1", "EditSequence": "16", "Phone": "1"}},
        [record("Customer", "80000001-1", Phone="1")],
        "done",
    ),
    (
        "CustomerModRq",
        {"CustomerMod": {"ListID": "80000001-1", "EditSequence": "16", "Phone": "1"}},
        [record("Customer", "80000001-1", Phone="2")],
        "waiting",
    ),
    (
        "CustomerModRq",
        {"CustomerMod": {"ListID": "80000001-1", "EditSequence": "17", "Phone": "1"}},
        [record("Customer", "80000001-1", Phone="1")],
        "waiting",
    ),
    (
        "InvoiceModRq",
        {"InvoiceMod": {"TxnID": "A1-1", "EditSequence": "16", "InvoiceLineMod": [{"TxnLineID": "-1", **LINE}]}},
        [record("Invoice", "A1-1", InvoiceLineRet={"TxnLineID": "B1-1", **LINE})],
        "done",
    ),
    (
        "ListMergeRq",
        {
            "ListMergeType": "Customer",
            "MergeFrom": {"ListID": "80000001-1", "EditSequence": "16"},
            "MergeTo": {"ListID": "80000002-1", "EditSequence": "16"},
        },
        [],
        "done",
    ),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("request_name", "body", "there", "state"), CHANGES)
def test_a_change_that_was_lost_is_done_or_goes_again(
    request_name: str,
    body: dict[str, object],
    there: list[str],
    state: str,
    far: FarSide,
    database: Database,
    connection_id: int,
    clock: StandingClock,
) -> None:
    with database.writing() as db:
        enqueue_qbxml(db, connection_id, request_name, body, now=clock())
    lose(far)
    (question,) = look_up(far).requests
    assert question.name.endswith("QueryRq")

    far.receive(document(found(question, *there)))

    assert operation_states(database, connection_id) == [state]
    assert problems(database, connection_id) == []
