"""An answer that comes after its operation was found absent and sent again is seen."""

from qbwc_service.store import Database
from qbwc_service.sync import Deed, act_on_problem, enqueue_qbxml
from qbwc_service.sync.problems import ProblemAction, ProblemInfo, list_problems
from tests.conftest import StandingClock
from tests.far_side import FarSide, SentSet, answer_all, document, read_set, refusal, success
from tests.lost import answer_questions, look_up, lose
from tests.rows import (
    document_states,
    invoice,
    links,
    message_sets,
    operation_states,
    operations,
    put,
)

FIRST, SECOND = "F1-1700000000", "F2-1700000000"


def problems(database: Database, connection_id: int) -> list[ProblemInfo]:
    with database.reading() as db:
        return list_problems(db, connection_id)


def find_absent(far: FarSide) -> tuple[SentSet, str]:
    """A set falls asleep with its PC; QuickBooks has nothing of it; give the set, and the ticket it went out with."""
    sent = lose(far)
    late = far.ticket
    far.receive(answer_questions(look_up(far)))
    return sent, late


def come_late(far: FarSide, late: str, answer: str) -> None:
    """The PC wakes up, and its answer comes to the session that it was given in."""
    present, far.ticket = far.ticket, late
    assert far.receive(answer) == -1
    far.ticket = present


def test_what_was_not_sent_again_yet_is_done_and_never_is(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("i1", None), now=clock())
    sent, late = find_absent(far)
    assert operation_states(database, connection_id) == ["waiting"]

    come_late(far, late, document(success(sent.requests[0], FIRST)))

    assert read_set(far.send()).is_identity, "nothing goes out"
    assert document_states(database, connection_id) == {"i1": "synced"}
    assert links(database, connection_id) == {"i1": FIRST}
    assert problems(database, connection_id) == []


def test_what_was_done_a_second_time_is_shown_with_both_ids_and_one_of_them_deleted(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("i1", None), now=clock())
    sent, late = find_absent(far)
    again = read_set(far.send())
    assert far.receive(document(success(again.requests[0], SECOND))) == 100
    answer = document(success(sent.requests[0], FIRST))

    come_late(far, late, answer)
    come_late(far, late, answer)

    assert message_sets(database, connection_id)[0].answer == answer, "kept, whatever became of it"
    (problem,) = problems(database, connection_id)
    assert (problem.reason.value, problem.external_id) == ("made_twice", "i1")
    assert (problem.evidence["linked"], problem.evidence["other"]) == (SECOND, FIRST)
    assert links(database, connection_id) == {"i1": SECOND}

    with database.writing() as db:
        deed = Deed(action=ProblemAction.DELETE_OTHER, by="Ann", now=clock())
        assert act_on_problem(db, connection_id, problem.id, deed).closed_at is not None
    (deletion,) = read_set(far.begin()).requests
    assert (deletion.text("TxnDelType"), deletion.text("TxnID")) == ("Invoice", FIRST)


def test_what_is_out_for_the_second_time_is_shown_when_it_is_done(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("i1", None), now=clock())
    sent, late = find_absent(far)
    again = read_set(far.send())

    come_late(far, late, document(success(sent.requests[0], FIRST)))
    assert operation_states(database, connection_id) == ["sent"], "QuickBooks may be doing it at this moment"
    far.receive(document(success(again.requests[0], SECOND)))

    (problem,) = problems(database, connection_id)
    assert (problem.evidence["linked"], problem.evidence["other"]) == (SECOND, FIRST)


def test_what_is_refused_the_second_time_is_the_first(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("i1", None), now=clock())
    sent, late = find_absent(far)
    again = read_set(far.send())

    come_late(far, late, document(success(sent.requests[0], FIRST)))
    assert far.receive(document(refusal(again.requests[0], 3140, "There is no such customer."))) == 100

    assert links(database, connection_id) == {"i1": FIRST}
    assert document_states(database, connection_id) == {"i1": "synced"}
    assert problems(database, connection_id) == []


def test_a_newer_content_does_not_hide_that_the_older_one_was_made(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("i1", None), now=clock())
    sent, late = find_absent(far)
    put(database, connection_id, invoice("i1", None, memo="newer"), now=clock())

    come_late(far, late, document(success(sent.requests[0], FIRST)))

    (problem,) = problems(database, connection_id)
    assert (problem.reason.value, problem.evidence["other"]) == ("made_twice", FIRST)
    far.receive(answer_all(far.send()))
    assert [one.id for one in problems(database, connection_id)] == [problem.id]


def test_a_refusal_that_comes_late_changes_nothing(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("i1", None), now=clock())
    sent, late = find_absent(far)

    come_late(far, late, document(refusal(sent.requests[0], 3140, "There is no such customer.")))

    assert operation_states(database, connection_id) == ["waiting"]


def test_a_request_of_nobodys_document_is_shown_too(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    line = {"ItemRef": {"FullName": "Freight"}, "Rate": "1.00"}
    body = {"InvoiceAdd": {"CustomerRef": {"FullName": "Ann"}, "RefNumber": "7", "InvoiceLineAdd": [line]}}
    with database.writing() as db:
        enqueue_qbxml(db, connection_id, "InvoiceAddRq", body, now=clock())
    sent, late = find_absent(far)
    far.receive(document(success(read_set(far.send()).requests[0], SECOND)))

    come_late(far, late, document(success(sent.requests[0], FIRST)))

    (problem,) = problems(database, connection_id)
    assert problem.operation_id == operations(database, connection_id)[0].id
    assert (problem.evidence["linked"], problem.evidence["other"]) == (SECOND, FIRST)
