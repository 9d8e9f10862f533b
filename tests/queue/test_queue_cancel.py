"""What has not left can be taken back or replaced; what has left cannot."""

import pytest

from qbwc_service.queue import send_again
from qbwc_service.store import OperationState
from tests.conftest import StandingClock
from tests.factories import CompanyQueue, new_write

WAITING, BLOCKED, SENT = OperationState.WAITING, OperationState.BLOCKED, OperationState.SENT
DONE, FAILED, UNKNOWN = OperationState.DONE, OperationState.FAILED, OperationState.UNKNOWN
CANCELLED, SUPERSEDED = OperationState.CANCELLED, OperationState.SUPERSEDED


def in_state(queue: CompanyQueue, state: OperationState) -> int:
    """Bring one operation into a state, the way it gets there."""
    parents: tuple[int, ...] = tuple(queue.enqueue_writes(1)) if state is BLOCKED else ()
    (operation_id,) = queue.enqueue(new_write(depends_on=parents))
    if state is SENT:
        queue.hand_out()
    elif state is CANCELLED:
        queue.cancel(operation_id)
    elif state is SUPERSEDED:
        (newer,) = queue.enqueue(new_write())
        queue.supersede(operation_id, by=newer)
    elif state not in {WAITING, BLOCKED}:
        queue.do(operation_id, state)
    assert queue.state_of(operation_id) is state
    return operation_id


@pytest.mark.parametrize("state", [WAITING, BLOCKED, FAILED])
def test_what_is_not_out_can_be_cancelled(queue: CompanyQueue, clock: StandingClock, state: OperationState) -> None:
    operation_id = in_state(queue, state)
    now = clock.advance(minutes=1)

    assert queue.cancel(operation_id, reason="Ann asked for it")

    row = queue.get(operation_id)
    assert (row.state, row.finished_at, row.reason) == (CANCELLED, now, "Ann asked for it")
    assert operation_id not in queue.hand_out().ids


@pytest.mark.parametrize("state", [SENT, UNKNOWN, DONE, CANCELLED, SUPERSEDED])
def test_what_is_out_or_over_cannot_be_cancelled(queue: CompanyQueue, state: OperationState) -> None:
    operation_id = in_state(queue, state)
    assert not queue.cancel(operation_id)
    assert queue.state_of(operation_id) is state


def test_a_cancelled_parent_keeps_its_children_until_it_is_sent_again(queue: CompanyQueue) -> None:
    (parent,) = queue.enqueue(new_write())
    (child,) = queue.enqueue(new_write(depends_on=(parent,)))
    queue.cancel(parent)
    assert queue.unblock_all() == []

    assert queue.send_again(parent)
    queue.do(parent)
    assert queue.state_of(child) is WAITING


def test_nobody_cancels_supersedes_or_sends_again_in_another_connection(
    queue: CompanyQueue, other_queue: CompanyQueue
) -> None:
    waiting, failed = in_state(other_queue, WAITING), 0
    assert not queue.cancel(waiting)
    assert not queue.supersede(waiting, by=waiting)
    assert not queue.cancel(4711)
    other_queue.do(waiting, FAILED)
    failed = waiting
    assert not queue.send_again(failed)
    assert other_queue.state_of(failed) is FAILED


@pytest.mark.parametrize("state", [WAITING, BLOCKED, FAILED, CANCELLED])
def test_a_newer_operation_replaces_one_that_is_not_out(
    queue: CompanyQueue, clock: StandingClock, state: OperationState
) -> None:
    old = in_state(queue, state)
    (new,) = queue.enqueue(new_write())

    assert queue.supersede(old, by=new)

    row = queue.get(old)
    assert (row.state, row.finished_at, row.reason) == (SUPERSEDED, clock(), f"replaced by operation {new}")


@pytest.mark.parametrize("state", [SENT, UNKNOWN, DONE, SUPERSEDED])
def test_what_is_out_or_over_is_not_replaced_and_keeps_its_children(queue: CompanyQueue, state: OperationState) -> None:
    old = in_state(queue, state)
    (child,) = queue.enqueue(new_write(depends_on=(old,)))
    (new,) = queue.enqueue(new_write())
    states = queue.states()

    assert not queue.supersede(old, by=new)

    assert queue.states() == states
    if state is not SUPERSEDED:
        queue.cancel(new)
        assert queue.state_of(child) is (WAITING if state is DONE else BLOCKED)


def test_the_children_of_a_replaced_operation_wait_for_its_successor(queue: CompanyQueue) -> None:
    (old,) = queue.enqueue(new_write())
    children = queue.enqueue(new_write(depends_on=(old,)), new_write(depends_on=(old,)))
    (new,) = queue.enqueue(new_write())

    queue.supersede(old, by=new)
    assert queue.unblock_all() == []
    queue.do(new)

    assert queue.hand_out().ids == children


def test_a_successor_that_waits_for_what_it_replaces_does_not_wait_for_itself(queue: CompanyQueue) -> None:
    (old,) = queue.enqueue(new_write())
    (new,) = queue.enqueue(new_write(depends_on=(old,)))

    assert queue.supersede(old, by=new)

    queue.unblock_all()
    assert queue.hand_out().ids == [new]


def test_a_child_of_both_the_old_and_the_new_one_waits_for_the_new_one(queue: CompanyQueue) -> None:
    old, new = queue.enqueue_writes(2)
    (child,) = queue.enqueue(new_write(depends_on=(old, new)))

    assert queue.supersede(old, by=new)

    queue.do(new)
    assert queue.state_of(child) is WAITING


@pytest.mark.parametrize("state", [FAILED, CANCELLED, UNKNOWN])
def test_a_person_can_send_again(queue: CompanyQueue, clock: StandingClock, state: OperationState) -> None:
    operation_id = in_state(queue, state)
    now = clock.advance(minutes=1)

    assert queue.send_again(operation_id)

    row = queue.get(operation_id)
    assert (row.state, row.not_before, row.finished_at, row.reason) == (WAITING, now, None, None)
    assert queue.hand_out().ids == [operation_id]


@pytest.mark.parametrize("state", [WAITING, BLOCKED, SENT, DONE, SUPERSEDED])
def test_what_goes_by_itself_or_is_over_is_not_sent_again(queue: CompanyQueue, state: OperationState) -> None:
    operation_id = in_state(queue, state)
    assert not queue.send_again(operation_id)
    assert queue.state_of(operation_id) is state


def test_sent_again_under_an_undone_parent_is_blocked(queue: CompanyQueue) -> None:
    (parent,) = queue.enqueue(new_write())
    (child,) = queue.enqueue(new_write(depends_on=(parent,)))
    queue.cancel(child)
    with queue.database.writing() as db:
        assert send_again(db, queue.connection_id, child, now=queue.clock())
    assert queue.state_of(child) is BLOCKED
    queue.do(parent)
    assert queue.state_of(child) is WAITING
