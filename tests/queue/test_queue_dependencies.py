"""An operation goes when everything it depends on is done, and not before; nobody has to nudge it."""

from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest
from qbwc_service.queue import Outcome, enqueue, finish, has_due_work, send_again, supersede, unblock_all
from qbwc_service.queue import unblock_children
from qbwc_service.store import Database, OperationState
from sqlalchemy import select

from tests.factories import CompanyQueue, HandedOut, new_write
from tests.statements import CountStatements

WAITING, BLOCKED, DONE = OperationState.WAITING, OperationState.BLOCKED, OperationState.DONE
FAILED, SENT = OperationState.FAILED, OperationState.SENT
A_MOMENT = 0.3


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
    freed = _unblock_all(queue)

    assert freed == []
    assert (queue.state_of(child), queue.state_of(grandchild)) == (BLOCKED, BLOCKED)


def test_a_failed_parent_that_is_sent_again_heals_its_children(queue: CompanyQueue) -> None:
    (parent,) = queue.enqueue(new_write())
    (child,) = queue.enqueue(new_write(depends_on=(parent,)))
    queue.do(parent, FAILED)

    with queue.database.writing() as db:
        assert send_again(db, queue.connection_id, parent, now=queue.clock())
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
    with other_queue.database.writing() as db:
        # The parent is done, but nobody has told its child yet.
        handed_out = other_queue.claim_in(db, _session(other_queue, db))
        _finish_in(other_queue, db, handed_out)
    assert _unblock_all(queue) == []
    assert other_queue.state_of(child) is BLOCKED
    assert _unblock_all(other_queue) == [child]


def test_unblocking_takes_one_statement(queue: CompanyQueue, count_statements: CountStatements) -> None:
    (parent,) = queue.enqueue(new_write())
    queue.enqueue(*[new_write(depends_on=(parent,)) for _ in range(50)])
    with count_statements() as statements:
        queue.database.engine  # noqa: B018 - Nothing has been said yet.
        _unblock_all(queue)
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
        ended = _meanwhile(thread.submit(queue.answer, handed_out))
    ended.result()

    assert queue.state_of(parent) is DONE
    assert _is_due(queue)
    _unblock_all(queue)
    assert queue.hand_out().ids == [child]


def test_a_parent_that_ends_while_its_child_comes_is_seen_by_the_next_look(
    queue: CompanyQueue, database: Database
) -> None:
    (parent,) = queue.enqueue(new_write())
    handed_out = queue.hand_out()

    with ThreadPoolExecutor(1) as thread, database.writing() as db:
        _finish_in(queue, db, handed_out)
        unblock_children(db, queue.connection_id, [parent], now=queue.clock())
        came = _meanwhile(thread.submit(queue.enqueue, new_write(depends_on=(parent,))))
    (child,) = came.result()

    assert _is_due(queue)
    _unblock_all(queue)
    assert queue.hand_out().ids == [child]


def test_a_child_that_comes_while_its_parent_is_superseded_waits_for_the_successor(
    queue: CompanyQueue, database: Database
) -> None:
    old, new = queue.enqueue_writes(2)

    def replace() -> None:
        with database.writing() as db:
            assert supersede(db, queue.connection_id, old, by=new, now=queue.clock())

    with ThreadPoolExecutor(1) as thread, database.writing() as db:
        (child,) = enqueue(db, queue.connection_id, [new_write(depends_on=(old,))], now=queue.clock())
        replaced = _meanwhile(thread.submit(replace))
    replaced.result()

    assert queue.state_of(child) is BLOCKED
    queue.do(new)
    _unblock_all(queue)
    assert queue.state_of(child) is WAITING


def _meanwhile(work: Future[None] | Future[list[int]]) -> Future[None] | Future[list[int]]:
    """Let another transaction run beside the open one: on SQLite it waits for it, on PostgreSQL it may go ahead."""
    wait([work], timeout=A_MOMENT)
    return work
