"""What recovery must not do: use up its questions, take another document's record, let work pass, forget an answer."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from qbwc_service.connections import rebind
from qbwc_service.queue import RetryPolicy
from qbwc_service.store import Database, ProblemReason
from qbwc_service.sync import enqueue_qbxml, link_operation
from qbwc_service.sync.problems import list_problems
from qbwc_service.update import UpdatePolicy, UpdateService
from qbwc_service.update.keep_answer import Answer, keep_answer
from tests.conftest import LinkedCompany, StandingClock
from tests.far_side import FarSide, answer_all, document, read_set, refusal, success
from tests.lost import answer_questions, found, look_up, lose, record
from tests.rows import customer, document_states, invoice, item, links, operation_states, operations, put

POLICY = UpdatePolicy(retries=RetryPolicy(max_attempts=8, first_delay=timedelta(minutes=1)))


@pytest.fixture
def far(company: LinkedCompany, make_service: Callable[..., UpdateService]) -> FarSide:
    return FarSide(make_service(POLICY), company.user_name, company.password, company.owner_id, company.file_id)


def reasons(database: Database, connection_id: int) -> dict[str | None, str]:
    with database.reading() as db:
        return {problem.external_id: problem.reason.value for problem in list_problems(db, connection_id)}


def test_a_dialog_that_stays_open_for_an_afternoon_uses_up_no_question(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    lose(far)
    for _ in range(20):
        clock.advance(minutes=5)
        far.begin()
        assert far.receive(hresult="0x80040414") == -1
        far.close()
    assert reasons(database, connection_id) == {None: "dialog_open"}

    questions = look_up(far)
    far.receive(answer_questions(questions))

    assert operation_states(database, connection_id) == ["waiting"]


def test_a_certain_find_counts_although_another_question_was_refused(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("i1", None), now=clock())
    (sent,) = lose(far).requests
    questions = look_up(far)
    mark = sent.text("InvoiceAdd/ExternalGUID")
    answers = [
        found(one, record("Invoice", ExternalGUID=mark)) if one.name == "InvoiceQueryRq" else refusal(one, 3260)
        for one in questions.requests
    ]

    far.receive(document(*answers))

    assert document_states(database, connection_id) == {"i1": "synced"}


def test_a_question_that_is_refused_for_good_goes_to_a_person_at_once(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("i1", None), now=clock())
    lose(far)
    questions = look_up(far)

    far.receive(document(*(refusal(one, 3260, "No permission.") for one in questions.requests)))

    with database.reading() as db:
        (problem,) = list_problems(db, connection_id)
    assert problem.reason is ProblemReason.OUTCOME_UNKNOWN
    assert "No permission." in problem.message
    assert problem.evidence["sought"]["RefNumber"] == "I1"


def test_a_record_that_is_linked_to_another_document_concerns_nobody_else(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("a1", None), invoice("a2", None), invoice("b1", None), now=clock())
    sent = {one.text("InvoiceAdd/RefNumber"): one for one in lose(far).requests}
    questions = look_up(far)
    with database.writing() as db:
        link_operation(db, connection_id, int(sent["B1"].request_id), quickbooks_id="A1-1700000000", now=clock())
    marks = {number: one.text("InvoiceAdd/ExternalGUID") for number, one in sent.items()}
    both = (
        record("Invoice", "A1-1700000000", ExternalGUID=marks["A1"]),
        record("Invoice", "A2-1700000000", ExternalGUID=marks["A2"]),
    )

    far.receive(answer_questions(questions, {"InvoiceQueryRq": both}))

    assert document_states(database, connection_id) == {"a1": "unknown", "a2": "synced", "b1": "synced"}
    assert reasons(database, connection_id) == {"a1": "outcome_unknown"}


def test_a_record_without_the_number_is_never_taken_for_the_one(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("i1", None), now=clock())
    lose(far)
    questions = look_up(far)
    by_hand = record("Invoice", CustomerRef={"FullName": "Somebody"})

    far.receive(answer_questions(questions, {"InvoiceQueryRq": [by_hand]}))

    assert reasons(database, connection_id) == {"i1": "outcome_unknown"}


def test_an_answer_of_an_earlier_hand_out_leaves_the_present_one_alone(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    first = read_set(far.begin())
    old = document(refusal(first.requests[0], 3175)).replace(
        "<QBXMLMsgsRs>", f'<QBXMLMsgsRs newMessageSetID="{first.attributes["newMessageSetID"]}">'
    )
    far.receive(old)
    clock.advance(hours=2)
    far.begin()
    assert operation_states(database, connection_id) == ["sent"]

    far.receive(old)

    assert operation_states(database, connection_id) == ["sent"], "QuickBooks may be doing it at this moment"


def test_a_late_answer_that_was_kept_and_never_applied_is_applied_first(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    text = far.begin()
    late = far.ticket
    clock.advance(minutes=1)
    far.authenticate()
    brought = Answer(response=answer_all(text), hresult="", message="")
    with database.writing() as db:  # It is kept, and the process dies.
        keep_answer(db, late, brought, policy=far.service.policy, now=clock())

    assert read_set(far.send(far.host())).is_identity, "nothing has to be asked"

    assert document_states(database, connection_id) == {"c1": "synced"}


def test_a_change_that_has_to_read_its_record_waits_for_its_turn(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    with database.writing() as db:
        for number in range(30):
            body = {"CustomerMod": {"ListID": f"8000{number:04}-1", "Notes": "new"}}
            enqueue_qbxml(db, connection_id, "CustomerModRq", body, now=clock())
    put(database, connection_id, customer("c2"), now=clock())

    first = read_set(far.begin())
    assert first.names == ("CustomerAddRq", "CustomerAddRq"), "what can go, in the order of the queue"
    far.receive(document(*(success(one) for one in first.requests)))
    asked = read_set(far.send())
    assert asked.names == ("CustomerQueryRq",) * 20
    shown = [found(one, record("Customer", one.request_id)) for one in asked.requests]
    far.receive(document(*shown))

    assert read_set(far.send()).names == ("CustomerModRq",) * 20, "what was read goes before more is read"


def test_what_waits_for_two_that_failed_stays_a_problem_until_both_are_repaired(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    line = {"item": {"external_id": "s1"}, "amount": "1.00"}
    put(database, connection_id, customer("c1"), item("s1"), invoice("i1", "c1", lines=[line]), now=clock())
    far.receive(document(*(refusal(one, 3140) for one in read_set(far.begin()).requests)))
    with database.reading() as db:
        held_up = {one.reason.value for one in list_problems(db, connection_id) if one.external_id == "i1"}
    assert held_up == {"customer_not_synced", "item_not_synced"}
    with database.writing() as db:
        link_operation(db, connection_id, 1, quickbooks_id="80000001-1", now=clock())
    assert reasons(database, connection_id) == {"s1": "reference_missing", "i1": "item_not_synced"}
    with database.writing() as db:
        link_operation(db, connection_id, 2, quickbooks_id="80000002-1", now=clock())

    assert reasons(database, connection_id) == {}
    assert operation_states(database, connection_id) == ["done", "done", "waiting"]


def test_what_is_accepted_behind_a_failure_has_its_problem_at_once(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    far.receive(document(*(refusal(one, 3140) for one in read_set(far.begin()).requests)))

    put(database, connection_id, invoice("i1", "c1"), now=clock())

    assert reasons(database, connection_id) == {"c1": "reference_missing", "i1": "customer_not_synced"}


def test_another_company_file_is_not_asked_what_became_of_it(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    lose(far)
    far.close()
    with database.writing() as db:
        rebind(db, connection_id, now=clock())
    far.marker = "{11111111-1111-1111-1111-111111111111}"
    far.company_name = "Another company"
    far.authenticate()

    assert read_set(far.send(far.host())).is_identity

    assert [one.inquiry for one in operations(database, connection_id)] == [None]
    assert reasons(database, connection_id) == {"c1": "outcome_unknown"}
    assert links(database, connection_id) == {}
