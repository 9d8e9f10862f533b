"""An operation goes when everything it depends on is done, and not before; nobody has to nudge it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from qbwc_service.queue import Outcome, enqueue, unblock_children
from qbwc_service.store import Database, OperationState
from tests.factories import CompanyQueue, new_write
from tests.statements import CountStatements
from tests.together import meanwhile

WAITING, BLOCKED, DONE = OperationState.WAITING, OperationState.BLOCKED, OperationState.DONE
FAILED = OperationState.FAILED


def test_a_child_goes_when_its_last_parent_is_done(queue: CompanyQueue) -> None:
    customer, item = queue.enqueue_writes(2)
    (invoice,) = queue.enqueue(new_write(depends_on=(customer, item)))

    queue.do(customer)
    assert queue.state_of(invoice) is BLOCKED
    queue.do(item)
    assert queue.state_of(invoice) is WAITING


def test_two_parents_that_end_in_one_set_let_their_child_go(queue: CompanyQueue) -> None:
    parents = queue.enqueue_writes(2)
    (child,) = queue.enqueue(new_write(depends_on=tuple(parents)))
    queue.answer(queue.hand_out())
    assert queue.state_of(child) is WAITING


def test_a_child_that_was_let_go_is_due_at_once(queue: CompanyQueue) -> None:
    (parent,) = queue.enqueue(new_write())
    (child,) = queue.enqueue(new_write(depends_on=(parent,)))
    queue.do(parent)
    assert queue.hand_out().ids == [child]


@pytest.mark.parametrize("end", [FAILED, OperationState.UNKNOWN, WAITING])
def test_a_parent_that_is_not_done_keeps_its_children(queue: CompanyQueue, end: OperationState) -> None:
    (parent,) = queue.enqueue(new_write())
    (child,) = queue.enqueue(new_write(depends_on=(parent,)))
    (grandchild,) = queue.enqueue(new_write(depends_on=(child,)))

    queue.do(parent, end)
    freed = queue.unblock_all()

    assert freed == []
    assert (queue.state_of(child), queue.state_of(grandchild)) == (BLOCKED, BLOCKED)


def test_a_failed_parent_that_is_sent_again_heals_its_children(queue: CompanyQueue) -> None:
    (parent,) = queue.enqueue(new_write())
    (child,) = queue.enqueue(new_write(depends_on=(parent,)))
    queue.do(parent, FAILED)

    assert queue.send_again(parent)
    queue.do(parent)

    assert queue.state_of(child) is WAITING


def test_unblock_children_gives_only_what_moved(queue: CompanyQueue) -> None:
    one, two = queue.enqueue_writes(2)
    free, bound, unrelated = queue.enqueue(
        new_write(depends_on=(one,)), new_write(depends_on=(one, two)), new_write(depends_on=(two,))
    )
    handed_out = queue.hand_out(write_limit=1)
    outcome = Outcome(operation_id=one, state=DONE)
    assert queue.finish([outcome], message_set_id=handed_out.message_set_id) == [free]
    assert (queue.state_of(bound), queue.state_of(unrelated)) == (BLOCKED, BLOCKED)


def test_unblocking_touches_no_other_connection(queue: CompanyQueue, other_queue: CompanyQueue) -> None:
    (theirs,) = other_queue.enqueue(new_write())
    (child,) = other_queue.enqueue(new_write(depends_on=(theirs,)))
    handed_out = other_queue.hand_out()
    with other_queue.database.writing() as db:
        other_queue.answer_in(db, handed_out)
    assert queue.unblock_all() == []
    assert other_queue.state_of(child) is BLOCKED
    assert other_queue.unblock_all() == [child]


def test_unblocking_takes_one_statement(queue: CompanyQueue, count_statements: CountStatements) -> None:
    (parent,) = queue.enqueue(new_write())
    queue.enqueue(*[new_write(depends_on=(parent,)) for _ in range(50)])
    with count_statements() as statements:
        queue.unblock_all()
        with queue.database.writing() as db:
            unblock_children(db, queue.connection_id, [parent], now=queue.clock())
            assert unblock_children(db, queue.connection_id, [], now=queue.clock()) == []
    assert len(statements) == 2


def test_a_child_that_comes_while_its_parent_ends_is_found_by_the_next_look(
    queue: CompanyQueue, database: Database
) -> None:
    (parent,) = queue.enqueue(new_write())
    handed_out = queue.hand_out()

    with ThreadPoolExecutor(1) as thread, database.writing() as db:
        (child,) = enqueue(db, queue.connection_id, [new_write(depends_on=(parent,))], now=queue.clock())
        ended = meanwhile(thread.submit(queue.answer, handed_out))
    ended.result()

    assert queue.state_of(parent) is DONE
    assert queue.is_due()
    queue.unblock_all()
    assert queue.hand_out().ids == [child]


def test_a_parent_that_ends_while_its_child_comes_is_seen_by_the_next_look(
    queue: CompanyQueue, database: Database
) -> None:
    (parent,) = queue.enqueue(new_write())
    handed_out = queue.hand_out()

    with ThreadPoolExecutor(1) as thread, database.writing() as db:
        queue.answer_in(db, handed_out)
        unblock_children(db, queue.connection_id, [parent], now=queue.clock())
        came = meanwhile(thread.submit(queue.enqueue, new_write(depends_on=(parent,))))
    (child,) = came.result()

    assert queue.is_due()
    queue.unblock_all()
    assert queue.hand_out().ids == [child]


def test_a_child_that_comes_while_its_parent_is_superseded_waits_for_the_successor(
    queue: CompanyQueue, database: Database
) -> None:
    old, new = queue.enqueue_writes(2)

    with ThreadPoolExecutor(1) as thread, database.writing() as db:
        (child,) = enqueue(db, queue.connection_id, [new_write(depends_on=(old,))], now=queue.clock())
        replaced = meanwhile(thread.submit(queue.supersede, old, by=new))
    assert replaced.result()

    assert queue.state_of(child) is BLOCKED
    queue.do(new)
    queue.unblock_all()
    assert queue.state_of(child) is WAITING
