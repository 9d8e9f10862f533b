"""After a lost answer: what QuickBooks kept counts like a live one, and nothing new goes out before that is known."""

from collections.abc import Callable

import pytest

from qbwc_service.store import Database, MessageSetPurpose, MessageSetState, ProblemReason
from qbwc_service.sync import enqueue_qbxml, retry_operation
from qbwc_service.sync.problems import ProblemInfo, list_problems
from qbwc_service.update import UpdateService
from tests.conftest import LinkedCompany, StandingClock
from tests.far_side import FarSide, SentSet, answer_all, document, not_stored, read_set, refusal, stored, success
from tests.lost import answer_questions, found, look_up, lose, record
from tests.rows import (
    attempts,
    customer,
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

TRIMMED = (
    '<{answer} requestID="{id}" statusCode="0" statusSeverity="Info" statusMessage="Status OK"><ErrorRecovery>'
    "<{key}>{identity}</{key}><EditSequence>17</EditSequence></ErrorRecovery></{answer}>"
)


def problems(database: Database, connection_id: int) -> list[ProblemInfo]:
    with database.reading() as db:
        return list_problems(db, connection_id)


def recovery_sets(database: Database, connection_id: int) -> list[str]:
    recovery = MessageSetPurpose.RECOVERY
    return [one.state.value for one in message_sets(database, connection_id) if one.purpose is recovery]


def test_a_stored_answer_is_applied_like_a_live_one_and_kept_with_its_set(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), customer("c2"), invoice("inv1", "c1"), now=clock())
    sent = lose(far)
    assert len(sent.requests) == 2
    put(database, connection_id, customer("new"), now=clock())
    question = read_set(far.begin())
    assert (question.requests, question.attributes["newMessageSetID"], question.attributes["oldMessageSetID"]) == (
        (),
        sent.attributes["newMessageSetID"],
        sent.attributes["newMessageSetID"],
    )
    kept = stored(success(sent.requests[0], "80000001-1"), refusal(sent.requests[1], 3140, "No such terms."))

    assert 0 < far.receive(kept) < 100

    assert document_states(database, connection_id) == {
        "c1": "synced",
        "c2": "problem",
        "inv1": "pending",
        "new": "pending",
    }
    assert links(database, connection_id) == {"c1": "80000001-1"}
    lost = message_sets(database, connection_id)[0]
    assert (lost.state, lost.answer) == (MessageSetState.APPLIED, kept)
    said = [one.status_message for one in attempts(database, connection_id)][:2]
    assert said == ["done: its answer was lost, and QuickBooks had kept it", "No such terms."]
    assert [one.reason for one in problems(database, connection_id)] == [ProblemReason.REFERENCE_MISSING]
    assert read_set(far.send()).names == ("InvoiceAddRq", "CustomerAddRq")


def test_a_trimmed_answer_is_enough(far: FarSide, database: Database, connection_id: int, clock: StandingClock) -> None:
    put(database, connection_id, customer("c1"), item("i1"), now=clock())
    sent = lose(far)
    far.begin()
    parts = [
        TRIMMED.format(answer=request.answer_name, id=request.request_id, key="ListID", identity=f"8000000{n}-1")
        for n, request in enumerate(sent.requests)
    ]

    assert far.receive(stored(*parts)) == 100

    assert set(document_states(database, connection_id).values()) == {"synced"}
    assert sorted(links(database, connection_id).values()) == ["80000000-1", "80000001-1"]


def test_what_a_stored_answer_leaves_out_is_looked_up(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), customer("c2"), now=clock())
    sent = lose(far)
    far.begin()

    assert far.receive(stored(success(sent.requests[0]))) < 100

    questions = read_set(far.send())
    assert {request.request_id.partition("-")[0] for request in questions.requests} == {sent.ids[1]}
    assert set(questions.names) == {"CustomerQueryRq", "ListDeletedQueryRq"}


def test_a_late_answer_still_counts_while_the_question_is_out(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    sent = far.begin()
    old_ticket = far.ticket
    far.begin()
    new_ticket, far.ticket = far.ticket, old_ticket
    assert far.receive(answer_all(sent)) == -1
    assert document_states(database, connection_id) == {"c1": "synced"}

    far.ticket = new_ticket
    assert far.receive(not_stored()) == 100

    assert operation_states(database, connection_id) == ["done"]
    assert len(links(database, connection_id)) == 1


def test_an_old_answer_to_a_question_never_sends_anything_again(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("inv1", None), now=clock())
    lose(far)
    nothing_there = answer_questions(look_up(far))
    old_ticket = far.ticket
    far.receive(answer_questions(look_up_again(far)))  # The next session hears the same …
    read_set(far.send())  # … sends it again, and is cut as well: by now QuickBooks has done it.
    far.begin()
    far.receive(not_stored())

    far.ticket = old_ticket
    far.receive(nothing_there)

    assert operation_states(database, connection_id) == ["unknown"], "what was absent then may be there now"


def look_up_again(far: FarSide) -> SentSet:
    """The question for the outcome, in one more session; it is out already, so that no stored answer is asked for."""
    return read_set(far.begin())


def test_half_an_answer_to_the_questions_proves_no_absence(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("inv1", None), now=clock())
    lose(far)
    questions = look_up(far)
    assert len(questions.requests) == 3

    far.receive(document(found(questions.requests[0])))

    assert operation_states(database, connection_id) == ["unknown"]
    clock.advance(hours=1)
    assert read_set(far.begin()).names == questions.names


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("hresult", ["", "0x8004041C"])
def test_questions_that_come_to_nothing_are_asked_again_and_then_left_to_a_person(
    hresult: str, far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("inv1", None), now=clock())
    lose(far)
    put(database, connection_id, customer("new"), now=clock())
    asked = []
    for _ in range(40):
        clock.advance(hours=2)
        sent = read_set(far.begin())
        asked.append(sent.names)
        if "CustomerAddRq" in sent.names:
            break
        if hresult:
            assert far.receive(hresult=hresult) == -1

    assert len(asked) == 17, "eight times for the stored answer, eight times for the record, then the rest goes on"
    assert operation_states(database, connection_id) == ["unknown", "sent"]
    assert ProblemReason.OUTCOME_UNKNOWN in {one.reason for one in problems(database, connection_id)}


def refuse(far: FarSide, questions: SentSet) -> int:
    """QuickBooks cannot read them."""
    assert questions.requests
    return far.receive(hresult="0x80040400")


def test_questions_that_quickbooks_cannot_read_are_asked_alone_and_the_bad_one_is_given_up(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("a", None), invoice("b", None), now=clock())
    lose(far)
    assert refuse(far, look_up(far)) < 100
    first = read_set(far.send())
    assert {request.request_id.partition("-")[0] for request in first.requests} == {"1"}
    assert refuse(far, first) < 100
    second = read_set(far.send())
    assert {request.request_id.partition("-")[0] for request in second.requests} == {"2"}

    assert far.receive(answer_questions(second)) < 100

    assert operation_states(database, connection_id) == ["unknown", "waiting"]
    assert [one.operation_id for one in problems(database, connection_id)] == [1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_write_that_quickbooks_never_survives_is_found_alone_and_fails_after_eight_times(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    documents = [invoice(f"inv{number}", None) for number in range(20)]
    put(database, connection_id, *documents, now=clock())
    sizes = []
    for _ in range(200):
        clock.advance(minutes=5)
        if far.authenticate()[1] == "none":
            break
        sent = read_set(far.send(far.host()))
        if not sent.requests:
            far.receive(not_stored())
            far.receive(answer_questions(read_set(far.send())))
            sent = read_set(far.send())
        while "InvoiceAddRq" in sent.names:
            if any(request.text("InvoiceAdd/RefNumber") == "INV13" for request in sent.requests):
                sizes.append(len(sent.requests))
                break
            if far.receive(document(*(success(request) for request in sent.requests))) == 100:
                break
            sent = read_set(far.send())

    assert sizes[0] == 20
    assert sizes[-1] == 1
    assert len(sizes) == 8
    states = document_states(database, connection_id)
    assert states.pop("inv13") == "problem"
    assert set(states.values()) == {"synced"}


def test_a_person_who_sends_it_again_while_the_question_is_out_is_not_overruled(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("inv1", None), now=clock())
    lose(far)
    questions = look_up(far)
    with database.writing() as db:
        retry_operation(db, connection_id, 1, not_in_quickbooks=True, now=clock())

    far.receive(answer_questions(questions))

    assert operation_states(database, connection_id) == ["waiting"]
    assert [one.number for one in attempts(database, connection_id)] == [1]
    assert read_set(far.send()).names == ("InvoiceAddRq",)


def test_new_content_is_refused_while_nobody_knows_what_became_of_the_old(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("inv1", None), now=clock())
    lose(far)
    far.begin()

    (result,) = put(database, connection_id, invoice("inv1", None, memo="new"), now=clock())

    assert "not settled" in result.error.message


def test_another_company_file_is_asked_nothing(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c0"), now=clock())
    far.receive(answer_all(far.begin()))
    far.close()
    put(database, connection_id, invoice("inv1", None), now=clock())
    lose(far)
    far.authenticate()

    assert far.send(far.host(company_name="Somebody Else", marker="{another}")) == ""

    assert recovery_sets(database, connection_id) == []
    assert operation_states(database, connection_id) == ["done", "unknown"]
    assert [one.reason for one in problems(database, connection_id)] == [ProblemReason.COMPANY_MISMATCH]
    assert look_up(far).requests, "the right file is asked when it is open again"
    assert problems(database, connection_id) == []


def test_several_writes_of_unknown_outcome_are_all_settled_before_anything_new(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    documents = [invoice(f"inv{number}", None) for number in range(25)]
    put(database, connection_id, *documents, now=clock())
    sent = read_set(far.begin())
    far.receive(document(*(refusal(request, 1000) for request in sent.requests)))

    questions = read_set(far.send())

    assert questions.names.count("InvoiceQueryRq") == 21, "one for each number, and one window for all of one customer"
    assert operation_states(database, connection_id).count("unknown") == 20
    far.receive(answer_questions(questions))
    assert set(read_set(far.send()).names) == {"InvoiceAddRq"}


def test_the_same_stored_answer_twice_changes_nothing(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), invoice("inv1", "c1"), payment("p1", "c1"), now=clock())
    sent = lose(far)
    far.begin()
    kept = stored(success(sent.requests[0]))

    assert far.receive(kept) == far.receive(kept)

    assert operation_states(database, connection_id) == ["done", "waiting", "waiting"]


def test_two_processes_at_once_apply_the_answer_to_a_question_once(
    company: LinkedCompany,
    make_service: Callable[..., UpdateService],
    database: Database,
    connection_id: int,
    clock: StandingClock,
) -> None:
    sides = [
        FarSide(make_service(), company.user_name, company.password, company.owner_id, company.file_id)
        for _ in range(2)
    ]
    first, second = sides
    put(database, connection_id, invoice("inv1", None), now=clock())
    lose(first)
    questions = look_up(first)
    second.ticket = first.ticket
    mark = operations(database, connection_id)[0].external_guid
    answer = answer_questions(questions, {"InvoiceQueryRq": [record("Invoice", ExternalGUID=mark)]})

    percents = together([lambda: first.receive(answer), lambda: second.receive(answer)])

    assert set(percents) == {100}
    assert links(database, connection_id) == {"inv1": "A1-1700000000"}


def test_two_processes_at_once_ask_the_same_question(
    company: LinkedCompany,
    make_service: Callable[..., UpdateService],
    database: Database,
    connection_id: int,
    clock: StandingClock,
) -> None:
    first, second = (
        FarSide(make_service(), company.user_name, company.password, company.owner_id, company.file_id)
        for _ in range(2)
    )
    put(database, connection_id, invoice("inv1", None), now=clock())
    lose(first)
    first.authenticate()
    second.ticket = first.ticket

    asked = together([lambda: first.send(first.host()), lambda: second.send(second.host())])

    assert asked[0] == asked[1]
    assert len(recovery_sets(database, connection_id)) == 1
    assert operations(database, connection_id)[0].inquiries == 1


def test_a_change_whose_record_is_gone_can_be_tried_again_by_a_person(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    with database.writing() as db:
        enqueue_qbxml(
            db, connection_id, "CustomerModRq", {"CustomerMod": {"ListID": "80000001-1", "Phone": "1"}}, now=clock()
        )
    far.receive(answer_questions(read_set(far.begin())))
    assert operation_states(database, connection_id) == ["failed"]
    with database.writing() as db:
        retry_operation(db, connection_id, 1, now=clock())

    question = read_set(far.send())

    assert question.names == ("CustomerQueryRq",), "its EditSequence has to be read all the same"
