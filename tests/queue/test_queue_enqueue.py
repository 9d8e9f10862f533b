"""Work comes in inside the caller's own transaction, whole or not at all."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from qbwc_service.errors import NotFoundError
from qbwc_service.queue import NORMAL_PRIORITY, NewOperation, enqueue
from qbwc_service.store import Database, OperationState, allocate_ids
from tests.conftest import StandingClock
from tests.factories import CompanyQueue, given_up, new_read, new_write
from tests.statements import CountStatements

WAITING, BLOCKED = OperationState.WAITING, OperationState.BLOCKED


def test_enqueue_gives_ids_in_the_order_of_the_operations(queue: CompanyQueue, database: Database) -> None:
    with database.writing() as db:
        states = enqueue(db, queue.connection_id, [new_write(), new_read(), new_write()], now=queue.clock())

    ids = list(states)
    assert ids == sorted(ids)
    assert [queue.get(number).request for number in ids] == ["CustomerAddRq", "CustomerQueryRq", "CustomerAddRq"]
    assert set(states.values()) == {WAITING}


def test_enqueue_keeps_what_it_was_given(queue: CompanyQueue, clock: StandingClock) -> None:
    body = {"InvoiceAdd": {"Memo": "café €", "InvoiceLineAdd": [{"Amount": "1.10"}, {"Desc": None}]}}
    later = clock() + timedelta(hours=1)
    new = new_write(body=body, external_guid="{0C-1}", priority=7, not_before=later)

    (operation_id,) = queue.enqueue(new)

    kept = queue.get(operation_id)
    assert (kept.body, kept.external_guid, kept.priority, kept.not_before) == (body, "{0C-1}", 7, later)
    assert (kept.attempts, kept.message_set_id, kept.finished_at, kept.reason) == (0, None, None, None)
    assert kept.created_at == clock()


def test_enqueue_of_nothing_writes_nothing(queue: CompanyQueue, count_statements: CountStatements) -> None:
    with count_statements() as statements:
        assert queue.enqueue() == []
    assert statements == []


def test_rollback_of_the_caller_leaves_nothing_in_the_queue(queue: CompanyQueue, database: Database) -> None:
    (parent,) = queue.enqueue(new_write())

    with given_up(database) as db:
        enqueue(db, queue.connection_id, [new_write(depends_on=(parent,)), new_write()], now=queue.clock())

    assert list(queue.states()) == [parent]


def test_an_operation_of_an_undone_parent_is_blocked(queue: CompanyQueue) -> None:
    (parent,) = queue.enqueue(new_write())
    (child,) = queue.enqueue(new_write(depends_on=(parent,)))
    assert queue.states() == {parent: WAITING, child: BLOCKED}


def test_an_operation_of_a_done_parent_waits_for_nothing(queue: CompanyQueue) -> None:
    (parent,) = queue.enqueue(new_write())
    queue.do(parent)
    (child,) = queue.enqueue(new_write(depends_on=(parent,)))
    assert queue.state_of(child) is WAITING


def test_operations_of_one_batch_may_depend_on_each_other_in_any_order(queue: CompanyQueue, database: Database) -> None:
    with database.writing() as db:
        payment, invoice, customer = allocate_ids(db, "operations", count=3)
        batch = [
            new_write(id=payment, depends_on=(invoice, customer)),
            new_write(id=invoice, depends_on=(customer, customer)),
            new_write(id=customer),
        ]
        enqueue(db, queue.connection_id, batch, now=queue.clock())

    assert queue.states() == {payment: BLOCKED, invoice: BLOCKED, customer: WAITING}


def test_a_dependency_on_what_does_not_exist_is_refused(queue: CompanyQueue) -> None:
    with pytest.raises(NotFoundError, match="operation 4711 does not exist in this connection") as refused:
        queue.enqueue(new_write(), new_write(depends_on=(4711,)))
    assert refused.value.field == "depends_on"
    assert queue.states() == {}


def test_a_dependency_on_another_connections_operation_is_refused(
    queue: CompanyQueue, other_queue: CompanyQueue
) -> None:
    (theirs,) = other_queue.enqueue(new_write())
    with pytest.raises(NotFoundError, match=f"operation {theirs} does not exist in this connection"):
        queue.enqueue(new_write(depends_on=(theirs,)))
    assert queue.states() == {}


@pytest.mark.parametrize("content", [{}, {"body": {"A": 1}, "document_id": 1}], ids=["neither", "both"])
def test_an_operation_has_either_a_body_or_a_document(queue: CompanyQueue, content: dict[str, object]) -> None:
    neither_or_both = NewOperation(request="CustomerAddRq", is_write=True, **content)  # type: ignore[arg-type]  # Ours.
    with pytest.raises(IntegrityError, match="ck_operations_body_or_document"):
        queue.enqueue(neither_or_both)


def test_normal_priority_is_what_an_operation_has_by_itself(queue: CompanyQueue) -> None:
    (operation_id,) = queue.enqueue(new_write())
    assert queue.get(operation_id).priority == NORMAL_PRIORITY


def test_enqueue_of_500_operations_takes_few_statements(
    queue: CompanyQueue, database: Database, count_statements: CountStatements
) -> None:
    parents = queue.enqueue_writes(50)
    batch = [new_write(depends_on=(parents[number % 50],)) for number in range(500)]

    with count_statements() as statements, database.writing() as db:
        enqueue(db, queue.connection_id, batch, now=queue.clock())

    assert len(statements) <= 5, statements  # A lock, parents, numbers, operations, dependencies.
    assert len(queue.states()) == 550
