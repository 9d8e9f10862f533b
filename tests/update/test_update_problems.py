"""Problems open and close by themselves: taken names, conflicts, failed parents, a QuickBooks that is not there."""

import pytest
from sqlalchemy import update

from qbwc_service.queue import RetryPolicy
from qbwc_service.store import Database, MessageSet, MessageSetPurpose, MessageSetState, ProblemReason
from qbwc_service.sync import enqueue_qbxml, retry_operation
from qbwc_service.sync.problems import ProblemInfo, list_problems
from qbwc_service.update.keep_answer import Answer, keep_answer
from qbwc_service.update.replay import replay_set
from tests.conftest import StandingClock
from tests.far_side import FarSide, answer_all, document, read_set, refusal, stored, success
from tests.lost import found, record
from tests.rows import customer, document_states, invoice, links, message_sets, operation_states, operations, put


def problems(database: Database, connection_id: int, *, closed: bool = False) -> list[ProblemInfo]:
    with database.reading() as db:
        return list_problems(db, connection_id, closed=closed)


def reasons(database: Database, connection_id: int, *, closed: bool = False) -> list[str]:
    return [one.reason.value for one in problems(database, connection_id, closed=closed)]


def refuse_name(far: FarSide, text: str) -> None:
    assert far.receive(document(*(refusal(one, 3100, "in use") for one in read_set(text).requests))) < 100


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["Vendor", "Customer", "Employee", "OtherName"])
def test_who_has_a_taken_name_is_looked_up_and_named(
    kind: str, far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1", name="Ann"), now=clock())
    refuse_name(far, far.begin())
    (question,) = read_set(far.send()).requests
    assert (question.name, question.text("FullName")) == ("EntityQueryRq", "Ann")

    far.receive(document(found(question, record(kind, "80000009-1", Name="Ann"))))

    (problem,) = problems(database, connection_id)
    assert problem.reason is ProblemReason.NAME_IN_USE
    assert f"the {kind} Ann" in problem.message
    assert problem.evidence["candidates"] == [
        {"type": kind, "ListID": "80000009-1", "Name": "Ann", "TimeCreated": "2026-11-20T04:00:00-05:00"}
    ]
    assert document_states(database, connection_id) == {"c1": "problem"}


def test_a_name_that_our_own_record_has_is_adopted(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1", name="Ann"), now=clock())
    refuse_name(far, far.begin())
    (question,) = read_set(far.send()).requests
    mark = operations(database, connection_id)[0].external_guid
    ours = record("Customer", "80000009-1", Name="Ann", ExternalGUID=str(mark).lower())

    assert far.receive(document(found(question, ours))) == 100

    assert links(database, connection_id) == {"c1": "80000009-1"}
    assert reasons(database, connection_id) == []


def test_a_job_under_a_parent_known_by_id_is_told_who_has_its_name(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    parent = {"quickbooks_id": "80000001-1"}
    put(database, connection_id, customer("j1", name="Oven", parent=parent), now=clock())
    refuse_name(far, far.begin())
    (question,) = read_set(far.send()).requests
    assert question.text("NameFilter/Name") == "Oven"
    others = [
        record("Customer", "80000007-1", Name="Oven", ParentRef={"ListID": "80000002-1"}),
        record("Customer", "80000008-1", Name="Oven two", ParentRef={"ListID": "80000001-1"}),
    ]
    holder = record("Customer", "80000009-1", Name="oven", ParentRef={"ListID": "80000001-1"})

    far.receive(document(found(question, *others, holder)))

    (problem,) = problems(database, connection_id)
    assert [one["ListID"] for one in problem.evidence["candidates"]] == ["80000009-1"]


def test_a_taken_name_keeps_nothing_else_waiting(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1", name="Ann"), now=clock())
    refuse_name(far, far.begin())
    put(database, connection_id, customer("c2"), now=clock())
    far.send()
    far.receive(hresult="0x80040400")

    assert read_set(far.send()).names == ("CustomerAddRq",)
    assert reasons(database, connection_id) == ["name_in_use"]


def test_a_record_that_always_changes_first_is_read_three_times_and_then_left_to_a_person(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    body = {"CustomerMod": {"ListID": "80000001-1", "Phone": "1"}}
    with database.writing() as db:
        enqueue_qbxml(db, connection_id, "CustomerModRq", body, now=clock())
    sequences = []
    text = far.begin()
    for number in range(20):
        (request,) = read_set(text).requests
        if request.name == "CustomerQueryRq":
            answer = document(found(request, record("Customer", "80000001-1", EditSequence=number)))
        else:
            sequences.append(request.text("CustomerMod/EditSequence"))
            answer = document(refusal(request, 3200, "out of date"))
        if far.receive(answer) == 100:
            break
        text = far.send()

    assert sequences == ["0", "2", "4", "6"]
    assert reasons(database, connection_id) == ["edit_conflict"]


def test_a_record_that_was_locked_often_is_still_read_anew_when_somebody_was_faster(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    body = {"CustomerMod": {"ListID": "80000001-1", "Phone": "1"}}
    with database.writing() as db:
        enqueue_qbxml(db, connection_id, "CustomerModRq", body, now=clock())
    asked = read_set(far.begin()).requests[0]
    far.receive(document(found(asked, record("Customer", "80000001-1"))))
    for code in (3175, 3175, 3175, 3200):
        (change,) = read_set(far.begin()).requests
        far.receive(document(refusal(change, code, "not now")))
        clock.advance(hours=1)

    assert read_set(far.begin()).names == ("CustomerQueryRq",)
    assert reasons(database, connection_id) == []


def test_a_failed_parent_is_named_at_what_waits_for_it_until_it_is_well(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    job = customer("j1", parent={"external_id": "c1"})
    put(database, connection_id, customer("c1"), job, invoice("inv1", "j1"), now=clock())
    far.receive(document(refusal(read_set(far.begin()).requests[0], 3140, "No such terms.")))
    far.close()
    opened = {one.external_id: one for one in problems(database, connection_id)}
    assert {name: one.reason.value for name, one in opened.items()} == {
        "c1": "reference_missing",
        "j1": "customer_not_synced",
        "inv1": "customer_not_synced",
    }
    assert "customer 'c1'" in opened["inv1"].message
    assert opened["inv1"].cause_id == 1

    with database.writing() as db:
        retry_operation(db, connection_id, 1, now=clock())
    far.run()

    assert set(document_states(database, connection_id).values()) == {"synced"}
    assert problems(database, connection_id) == []
    closed = problems(database, connection_id, closed=True)
    assert {one.reason.value for one in closed} == {"reference_missing", "customer_not_synced"}


def test_a_closed_quickbooks_is_one_problem_of_the_connection_which_goes_by_itself(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, *[customer(f"c{number}") for number in range(5)], now=clock())
    for hresult, reason in (("0x80040408", "quickbooks_closed"), ("0x80040414", "dialog_open")):
        for _ in range(3):
            far.authenticate()
            far.connection_error(hresult, "Not now.")
        assert reasons(database, connection_id) == [reason], "once, and the last thing that was told"
    assert problems(database, connection_id)[0].external_id is None

    far.run()

    assert reasons(database, connection_id) == []
    assert sorted(reasons(database, connection_id, closed=True)) == ["dialog_open", "quickbooks_closed"]


def test_an_hresult_in_the_middle_opens_a_problem_that_the_next_session_closes(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    far.begin()
    far.receive(hresult="0x80040414", message="A dialog.")
    far.close()
    assert reasons(database, connection_id) == ["dialog_open"]

    far.begin()

    assert reasons(database, connection_id) == []


def test_a_kept_answer_is_applied_once_more_by_itself_and_then_quickbooks_is_asked(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    sent = read_set(far.begin())
    kept = Answer(response="<QBXML>never an answer", hresult="", message="")
    with database.writing() as db:
        keep_answer(db, far.ticket, kept, policy=far.service.policy, now=clock())

    question = read_set(far.begin())

    assert question.attributes["oldMessageSetID"] == sent.attributes["newMessageSetID"]
    lost = message_sets(database, connection_id)[0]
    assert (lost.state, lost.apply_attempts) == (MessageSetState.APPLY_FAILED, 2)
    assert far.receive(stored(success(sent.requests[0], "80000001-1"))) == 100
    assert links(database, connection_id) == {"c1": "80000001-1"}


def test_a_kept_answer_that_can_be_applied_needs_no_question(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    answer = Answer(response=answer_all(far.begin()), hresult="", message="")
    with database.writing() as db:
        keep_answer(db, far.ticket, answer, policy=far.service.policy, now=clock())

    sent = read_set(far.begin())

    assert sent.is_identity
    assert document_states(database, connection_id) == {"c1": "synced"}
    assert MessageSetPurpose.RECOVERY not in {one.purpose for one in message_sets(database, connection_id)}
    far.receive(far.host())
    assert far.close() == "1 done; nothing is waiting."


def test_a_replay_by_hand_counts_only_while_the_outcome_is_unknown(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("inv1", None), now=clock())
    sent = read_set(far.begin())
    far.receive("garbage")
    far.begin()
    far.receive(stored(success(sent.requests[0], "A1-1")))
    with database.writing() as db:
        values = {
            "state": MessageSetState.APPLY_FAILED,
            "applied_at": None,
            "answer": document(success(sent.requests[0], "B2-2")),
        }
        db.execute(update(MessageSet).where(MessageSet.id == 1).values(**values))
        replay_set(db, connection_id, 1, policy=RetryPolicy(), now=clock())

    assert links(database, connection_id) == {"inv1": "A1-1"}
    assert operation_states(database, connection_id) == ["done"]
