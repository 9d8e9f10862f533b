"""What was handed out and not answered: writes are unknown, never waiting."""

from qbwc_service.queue import NO_ANSWER, Outcome, Unanswered
from qbwc_service.store import Inquiry, MessageSet, MessageSetState, OperationState
from tests.conftest import StandingClock
from tests.factories import CompanyQueue, HandedOut, new_write
from tests.statements import CountStatements

SENT = OperationState.SENT
UNKNOWN, DONE = OperationState.UNKNOWN, OperationState.DONE


def set_state(queue: CompanyQueue, handed_out: HandedOut) -> MessageSetState:
    with queue.database.reading() as db:
        return db.get_one(MessageSet, (queue.connection_id, handed_out.message_set_id)).state


def test_unanswered_writes_are_unknown(queue: CompanyQueue) -> None:
    document_id = queue.add_document("c1")
    ids = queue.enqueue(new_write(), new_write(document_id=document_id))
    handed_out = queue.hand_out()

    assert queue.lose(handed_out) == Unanswered(unknown=tuple(ids), message_set_ids=(handed_out.message_set_id,))

    assert queue.states() == dict.fromkeys(ids, UNKNOWN)
    assert {queue.get(number).reason for number in ids} == {NO_ANSWER}
    assert queue.get(ids[1]).document_id == document_id
    assert set_state(queue, handed_out) is MessageSetState.UNKNOWN
    assert queue.attempts_of(ids[0])[0].answered_at is None


def test_an_unknown_write_is_not_handed_out_again_by_itself_but_asked_for(
    queue: CompanyQueue, clock: StandingClock
) -> None:
    (number,) = queue.enqueue(new_write())
    queue.lose(queue.hand_out())
    clock.advance(days=365)
    queue.unblock_all()
    assert queue.is_due()
    assert queue.get(number).inquiry is Inquiry.STORED_ANSWER
    assert queue.hand_out().ids == []


def test_what_was_answered_before_the_session_ended_stays_as_it_is(queue: CompanyQueue) -> None:
    first, second = queue.enqueue_writes(2)
    handed_out = queue.hand_out()
    queue.finish([Outcome(operation_id=first, state=DONE)], message_set_id=handed_out.message_set_id)

    assert queue.lose(handed_out).unknown == (second,)
    assert queue.states() == {first: DONE, second: UNKNOWN}


def test_settling_twice_changes_nothing(queue: CompanyQueue) -> None:
    queue.enqueue(new_write())
    handed_out = queue.hand_out()
    queue.lose(handed_out)
    assert queue.lose(handed_out) == Unanswered(unknown=(), message_set_ids=())


def test_settling_touches_only_its_own_session(queue: CompanyQueue, other_queue: CompanyQueue) -> None:
    other_queue.enqueue(new_write())
    theirs = other_queue.hand_out()
    first, second = queue.enqueue_writes(2)
    older, newer = queue.hand_out(write_limit=1), queue.hand_out(write_limit=1)

    assert queue.lose(older).unknown == (first,)

    assert queue.state_of(second) is SENT
    assert set_state(queue, newer) is MessageSetState.SENT
    assert other_queue.state_of(theirs.ids[0]) is SENT


def test_settling_takes_three_statements(queue: CompanyQueue, count_statements: CountStatements) -> None:
    queue.enqueue_writes(20)
    handed_out = queue.hand_out()
    with count_statements() as statements:
        assert len(queue.lose(handed_out).unknown) == 20
    assert len(statements) <= 4, statements  # One of them is the test's own: it looks up the session.
