"""What goes out next: the oldest of the most urgent, alike, due, and never more than may share a set."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from qbwc_service.queue import Outcome, claim, record_attempts, refuse
from qbwc_service.store import Database, DocumentKind, OperationState, allocate_ids
from tests.conftest import StandingClock
from tests.factories import CompanyQueue, given_up, new_read, new_write
from tests.statements import CountStatements

WAITING, SENT, FAILED = OperationState.WAITING, OperationState.SENT, OperationState.FAILED


def test_what_came_first_goes_first(queue: CompanyQueue) -> None:
    ids = queue.enqueue_writes(5)
    assert queue.hand_out(write_limit=2).ids == ids[:2]
    assert queue.hand_out(write_limit=2).ids == ids[2:4]
    assert queue.hand_out(write_limit=2).ids == ids[4:]
    assert queue.hand_out(write_limit=2).ids == []


def test_a_lower_priority_goes_before_and_age_decides_inside_it(queue: CompanyQueue) -> None:
    low, late_high, high = queue.enqueue(new_write(priority=200), new_write(priority=5), new_write(priority=5))
    (normal,) = queue.enqueue(new_write())
    assert queue.hand_out().ids == [late_high, high, normal, low]


def test_a_claim_marks_what_it_took(queue: CompanyQueue) -> None:
    (operation_id,) = queue.enqueue(new_write(external_guid="{A}"))

    handed_out = queue.hand_out()

    (claimed,) = handed_out.operations
    assert (claimed.request, claimed.is_write, claimed.external_guid) == ("CustomerAddRq", True, "{A}")
    assert (claimed.body, claimed.attempt) == ({"CustomerAdd": {"Name": "Ann"}}, 1)
    row = queue.get(operation_id)
    assert (row.state, row.message_set_id, row.attempts) == (SENT, handed_out.message_set_id, 1)


def test_every_hand_out_is_kept_as_an_attempt(queue: CompanyQueue, clock: StandingClock) -> None:
    (operation_id,) = queue.enqueue(new_write())
    first = queue.hand_out()
    queue.answer(first, WAITING, status_code="3175", status_message="locked")
    clock.advance(minutes=1)
    second = queue.hand_out()

    attempts = queue.attempts_of(operation_id)

    assert [attempt.number for attempt in attempts] == [1, 2]
    assert [attempt.message_set_id for attempt in attempts] == [first.message_set_id, second.message_set_id]
    assert (attempts[0].status_code, attempts[0].status_message) == ("3175", "locked")
    assert (attempts[1].sent_at, attempts[1].answered_at) == (clock(), None)


def test_a_claim_brings_the_documents_content(queue: CompanyQueue) -> None:
    document_id = queue.add_document("c1")
    queue.enqueue(new_write(document_id=document_id))

    (claimed,) = queue.hand_out().operations

    assert (claimed.document_id, claimed.document_kind) == (document_id, DocumentKind.CUSTOMER)
    assert claimed.document_body == {"external_id": "c1", "name": "Ann"}
    assert claimed.body is None


def test_reads_and_writes_never_share_a_set(queue: CompanyQueue) -> None:
    write, read, other_read, last = queue.enqueue(new_write(), new_read(), new_read(), new_write())
    assert queue.hand_out(read_limit=5).ids == [write]
    assert queue.hand_out(read_limit=5).ids == [read, other_read]
    assert queue.hand_out(read_limit=5).ids == [last]


def test_each_kind_has_its_own_limit(queue: CompanyQueue) -> None:
    reads = queue.enqueue(*[new_read() for _ in range(3)])
    writes = queue.enqueue_writes(4)
    assert queue.hand_out(write_limit=3, read_limit=1).ids == reads[:1]
    assert queue.hand_out(write_limit=1, read_limit=2).ids == reads[1:]
    assert queue.hand_out(write_limit=3, read_limit=1).ids == writes[:3]


def test_nothing_goes_out_before_its_time(queue: CompanyQueue, clock: StandingClock) -> None:
    later, now = queue.enqueue(new_write(not_before=clock() + timedelta(seconds=30)), new_write())

    assert queue.hand_out().ids == [now]
    clock.advance(seconds=29.999999)
    assert queue.hand_out().ids == []
    clock.advance(seconds=0.000001)
    assert queue.hand_out().ids == [later]


@pytest.mark.parametrize(
    ("limits", "sets"),
    [
        ([None, 1, None], [1, 1, 1]),
        ([1, None, None], [1, 2]),
        ([None, None, 2, None], [2, 2]),
        ([None, None, None, 2], [3, 1]),
        ([4, 4, 4, 4, 4], [4, 1]),
        ([4, 2, 4], [2, 1]),
        ([30, 30], [2]),
    ],
)
def test_a_set_is_no_larger_than_any_operation_in_it_allows(
    queue: CompanyQueue, limits: list[int | None], sets: list[int]
) -> None:
    queue.enqueue_writes(len(limits))
    whole = queue.hand_out()
    outcomes = [
        Outcome(operation_id=number, state=WAITING, batch_limit=limit)
        for number, limit in zip(whole.ids, limits, strict=True)
    ]
    queue.finish(outcomes, message_set_id=whole.message_set_id)

    assert [len(queue.hand_out().ids) for _ in sets] == sets
    assert queue.hand_out().ids == []


def test_a_blocked_operation_is_not_taken(queue: CompanyQueue) -> None:
    (parent,) = queue.enqueue(new_write())
    queue.enqueue(new_write(depends_on=(parent,), priority=1))
    assert queue.hand_out().ids == [parent]
    assert queue.hand_out().ids == []


def test_a_claim_takes_from_its_own_connection_only(queue: CompanyQueue, other_queue: CompanyQueue) -> None:
    (theirs,) = other_queue.enqueue(new_write(priority=1))
    (ours,) = queue.enqueue(new_write())
    assert queue.hand_out().ids == [ours]
    assert other_queue.state_of(theirs) is WAITING


def test_a_claim_that_is_rolled_back_hands_out_nothing(queue: CompanyQueue, database: Database) -> None:
    ids = queue.enqueue_writes(2)
    session_id = queue.open_session()

    with given_up(database) as db:
        assert queue.claim_in(db, session_id).ids == ids

    assert queue.hand_out().ids == ids
    assert queue.get(ids[0]).attempts == 1


def test_operations_cannot_be_committed_as_sent_in_a_set_that_was_not_written(
    queue: CompanyQueue, database: Database
) -> None:
    ids = queue.enqueue_writes(1)

    def claim_only() -> None:
        with database.writing() as db:
            (set_id,) = allocate_ids(db, "message_sets")
            limits = {"write_limit": 20, "read_limit": 1}
            taken = claim(db, queue.connection_id, message_set_id=set_id, now=queue.clock(), **limits)
            assert [operation.id for operation in taken] == ids

    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        claim_only()
    assert queue.states() == dict.fromkeys(ids, WAITING)


def test_a_second_claim_in_the_same_transaction_goes_on_behind_the_first(
    queue: CompanyQueue, database: Database
) -> None:
    ids = queue.enqueue_writes(4)
    session_id = queue.open_session()
    with database.writing() as db:
        refused = queue.claim_in(db, session_id, write_limit=2)
        refuse(db, queue.connection_id, dict.fromkeys(refused.ids, "its customer is gone"), now=queue.clock())
        done = {"state": "answered", "answered_at": queue.clock()}
        again = queue.claim_in(db, session_id, write_limit=2, set_details=done)

    assert (refused.ids, again.ids) == (ids[:2], ids[2:])
    assert list(queue.states().values()) == [FAILED, FAILED, SENT, SENT]
    assert (queue.get(ids[0]).reason, queue.get(ids[0]).message_set_id) == ("its customer is gone", None)
    assert queue.get(ids[0]).finished_at == queue.clock()


def test_refuse_touches_only_what_is_being_handed_out(queue: CompanyQueue, database: Database) -> None:
    done, waiting = queue.enqueue_writes(2)
    queue.do(done)
    with database.writing() as db:
        refuse(db, queue.connection_id, {done: "no", waiting: "no"}, now=queue.clock())
        refuse(db, queue.connection_id, {}, now=queue.clock())
    assert queue.states() == {done: OperationState.DONE, waiting: WAITING}


def test_a_claim_takes_three_statements_whatever_it_takes(
    queue: CompanyQueue, database: Database, count_statements: CountStatements
) -> None:
    for number in range(20):
        queue.enqueue(new_write(document_id=queue.add_document(f"c{number}")))
    session_id = queue.open_session()
    with database.writing() as db:
        (set_id,) = allocate_ids(db, "message_sets")
        db.execute(queue.insert_set(set_id, session_id))
        with count_statements() as statements:
            taken = claim(
                db, queue.connection_id, message_set_id=set_id, now=queue.clock(), write_limit=20, read_limit=1
            )
            record_attempts(db, queue.connection_id, taken, message_set_id=set_id, now=queue.clock())

    assert len(taken) == 20
    assert len(statements) <= 3, statements


def test_a_claim_of_nothing_takes_one_statement(queue: CompanyQueue, count_statements: CountStatements) -> None:
    with count_statements() as statements, queue.database.writing() as db:
        assert claim(db, queue.connection_id, message_set_id=1, now=queue.clock(), write_limit=20, read_limit=1) == []
    assert len(statements) == 1
