"""Whether there is anything to do, and how much is left."""

from datetime import timedelta

from qbwc_service.queue import QueueDepth, measure_queue
from qbwc_service.store import OperationState
from tests.conftest import StandingClock
from tests.factories import CompanyQueue, new_read, new_write
from tests.statements import CountStatements


def depth(queue: CompanyQueue) -> QueueDepth:
    with queue.database.reading() as db:
        return measure_queue(db, queue.connection_id, now=queue.clock())


def test_an_empty_queue_has_nothing_due(queue: CompanyQueue, other_queue: CompanyQueue) -> None:
    other_queue.enqueue(new_write())
    assert not queue.is_due()
    assert depth(queue) == QueueDepth(due=0, later=0)


def test_what_can_go_now_is_due(queue: CompanyQueue) -> None:
    queue.enqueue(new_write(), new_read())
    assert queue.is_due()
    assert depth(queue) == QueueDepth(due=2, later=0)


def test_what_waits_for_its_time_is_due_then(queue: CompanyQueue, clock: StandingClock) -> None:
    queue.enqueue(new_write(not_before=clock() + timedelta(minutes=5)))
    assert not queue.is_due()
    assert depth(queue) == QueueDepth(due=0, later=1)
    clock.advance(minutes=5)
    assert queue.is_due()
    assert depth(queue) == QueueDepth(due=1, later=0)


def test_what_is_blocked_or_out_or_over_is_not_due(queue: CompanyQueue) -> None:
    (parent,) = queue.enqueue(new_write())
    queue.enqueue(new_write(depends_on=(parent,)))
    handed_out = queue.hand_out()
    assert not queue.is_due()
    assert depth(queue) == QueueDepth(due=0, later=1)
    queue.answer(handed_out, OperationState.FAILED)
    assert not queue.is_due()
    assert depth(queue) == QueueDepth(due=0, later=1)


def test_a_child_nobody_told_of_its_parents_end_is_due(queue: CompanyQueue) -> None:
    (parent,) = queue.enqueue(new_write())
    queue.enqueue(new_write(depends_on=(parent,)))
    handed_out = queue.hand_out()
    with queue.database.writing() as db:
        queue.answer_in(db, handed_out)
    assert queue.is_due()


def test_looking_takes_one_statement_each(queue: CompanyQueue, count_statements: CountStatements) -> None:
    queue.enqueue_writes(30)
    with count_statements() as statements:
        queue.is_due()
        depth(queue)
    assert len(statements) == 2
