"""An answer moves exactly the operations that are out in its own set, once."""

from datetime import timedelta

import pytest

from qbwc_service.queue import Outcome, finish
from qbwc_service.store import Database, OperationState
from tests.conftest import StandingClock
from tests.factories import CompanyQueue, HandedOut, new_write
from tests.statements import CountStatements

WAITING, DONE, FAILED = OperationState.WAITING, OperationState.DONE, OperationState.FAILED
SENT, UNKNOWN, CANCELLED = OperationState.SENT, OperationState.UNKNOWN, OperationState.CANCELLED


@pytest.fixture
def handed_out(queue: CompanyQueue) -> HandedOut:
    """One operation that is out."""
    queue.enqueue(new_write())
    return queue.hand_out()


def test_done_is_done(queue: CompanyQueue, handed_out: HandedOut, clock: StandingClock) -> None:
    now = clock.advance(seconds=5)
    result = {"list_id": "80000001-1", "total": "1.10", "lines": [1, None]}

    queue.answer(handed_out, DONE, status_code="0", status_message="Status OK", result=result)

    row = queue.get(handed_out.ids[0])
    assert (row.state, row.finished_at, row.reason, row.message_set_id) == (DONE, now, None, handed_out.message_set_id)
    (attempt,) = queue.attempts_of(row.id)
    assert (attempt.answered_at, attempt.status_code, attempt.status_message) == (now, "0", "Status OK")
    assert attempt.result == result


def test_failed_says_why(queue: CompanyQueue, handed_out: HandedOut, clock: StandingClock) -> None:
    queue.answer(handed_out, FAILED, status_code="3100", status_message="The name is in use.")
    row = queue.get(handed_out.ids[0])
    assert (row.state, row.finished_at, row.reason) == (FAILED, clock(), "The name is in use.")


def test_unknown_is_not_over(queue: CompanyQueue, handed_out: HandedOut) -> None:
    queue.answer(handed_out, UNKNOWN, status_message="no answer")
    row = queue.get(handed_out.ids[0])
    assert (row.state, row.finished_at, row.reason) == (UNKNOWN, None, "no answer")


def test_waiting_again_waits_for_its_time(queue: CompanyQueue, handed_out: HandedOut, clock: StandingClock) -> None:
    later = clock() + timedelta(minutes=2)
    queue.answer(handed_out, WAITING, status_code="3175", status_message="locked", not_before=later)

    row = queue.get(handed_out.ids[0])
    assert (row.state, row.not_before, row.finished_at, row.attempts) == (WAITING, later, None, 1)
    assert queue.hand_out().ids == []
    clock.advance(minutes=2)
    (again,) = queue.hand_out().operations
    assert again.attempt == 2


def test_each_operation_of_a_set_ends_its_own_way(queue: CompanyQueue) -> None:
    ids = queue.enqueue_writes(4)
    handed_out = queue.hand_out()
    ends = [DONE, FAILED, UNKNOWN, WAITING]
    outcomes = [
        Outcome(operation_id=number, state=end, status_message=end) for number, end in zip(ids, ends, strict=True)
    ]
    queue.finish(outcomes, message_set_id=handed_out.message_set_id)
    assert list(queue.states().values()) == ends


def test_what_an_answer_does_not_name_stays_out(queue: CompanyQueue) -> None:
    first, second = queue.enqueue_writes(2)
    handed_out = queue.hand_out()
    queue.finish([Outcome(operation_id=first, state=DONE)], message_set_id=handed_out.message_set_id)
    assert queue.states() == {first: DONE, second: SENT}


@pytest.mark.parametrize("first", [DONE, FAILED, WAITING])
def test_a_replayed_answer_changes_nothing(
    queue: CompanyQueue, handed_out: HandedOut, clock: StandingClock, first: OperationState
) -> None:
    queue.answer(handed_out, first, status_code="1", status_message="first", result={"list_id": "A"})
    before = _everything(queue, handed_out)

    clock.advance(hours=1)
    queue.answer(handed_out, FAILED, status_code="2", status_message="second")

    assert _everything(queue, handed_out) == before


def test_an_answer_that_comes_after_all_settles_what_was_unknown(queue: CompanyQueue, handed_out: HandedOut) -> None:
    queue.answer(handed_out, UNKNOWN, status_message="no answer came")
    queue.answer(handed_out, DONE, status_code="0", status_message="Status OK")

    assert queue.state_of(handed_out.ids[0]) is DONE
    (attempt,) = queue.attempts_of(handed_out.ids[0])
    assert (attempt.status_code, attempt.status_message) == ("0", "Status OK")


def test_another_sets_answer_changes_nothing(queue: CompanyQueue, handed_out: HandedOut) -> None:
    (other,) = queue.enqueue(new_write())
    others = queue.hand_out()

    queue.finish([Outcome(operation_id=other, state=DONE)], message_set_id=handed_out.message_set_id)

    assert queue.state_of(other) is SENT
    assert queue.attempts_of(other)[0].answered_at is None
    assert queue.get(other).message_set_id == others.message_set_id


def test_the_answer_to_an_older_hand_out_leaves_the_newer_one_alone(
    queue: CompanyQueue, handed_out: HandedOut, clock: StandingClock
) -> None:
    queue.lose(handed_out)
    queue.send_again(handed_out.ids[0])
    newer = queue.hand_out()
    assert newer.ids == handed_out.ids

    queue.answer(handed_out, FAILED, status_message="late")

    row = queue.get(newer.ids[0])
    assert (row.state, row.message_set_id, row.attempts) == (SENT, newer.message_set_id, 2)
    assert queue.attempts_of(row.id)[1].answered_at is None


def test_finish_leaves_a_cancelled_operation_alone(queue: CompanyQueue, handed_out: HandedOut) -> None:
    queue.answer(handed_out, FAILED, status_message="no")
    assert queue.cancel(handed_out.ids[0])
    queue.answer(handed_out, DONE)
    assert queue.state_of(handed_out.ids[0]) is CANCELLED


def test_finish_touches_no_other_connection(
    queue: CompanyQueue, other_queue: CompanyQueue, handed_out: HandedOut, database: Database
) -> None:
    with database.writing() as db:
        outcome = Outcome(operation_id=handed_out.ids[0], state=DONE)
        message_set_id = handed_out.message_set_id
        finish(db, other_queue.connection_id, [outcome], message_set_id=message_set_id, now=queue.clock())
    assert queue.state_of(handed_out.ids[0]) is SENT
    assert queue.attempts_of(handed_out.ids[0])[0].answered_at is None


def test_finish_of_20_operations_takes_two_statements(
    queue: CompanyQueue, database: Database, count_statements: CountStatements
) -> None:
    queue.enqueue_writes(20)
    handed_out = queue.hand_out()
    with count_statements() as statements, database.writing() as db:
        queue.answer_in(db, handed_out, DONE, status_code="0", result={"list_id": "80000001-1"})
        finish(db, queue.connection_id, [], message_set_id=handed_out.message_set_id, now=queue.clock())
    assert len(statements) == 2, statements
    assert set(queue.states().values()) == {DONE}


def _everything(queue: CompanyQueue, handed_out: HandedOut) -> list[dict[str, object]]:
    """Every column of the operations of a set, and of their attempts."""
    rows = [row for number in handed_out.ids for row in (queue.get(number), *queue.attempts_of(number))]
    return [{name: value for name, value in vars(row).items() if not name.startswith("_")} for row in rows]
