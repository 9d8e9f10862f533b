"""Real threads and real processes on committed data: nothing is handed out twice, nothing is left behind."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from qbwc_service.queue import cancel
from qbwc_service.store import Database, OperationState
from tests.factories import CompanyQueue
from tests.queue.claim_all import claim_until_empty
from tests.together import meanwhile, together

ROOT = Path(__file__).resolve().parents[2]
CANCELLED, SENT = OperationState.CANCELLED, OperationState.SENT


def test_eight_threads_hand_out_each_operation_exactly_once(queue: CompanyQueue) -> None:
    ids = queue.enqueue_writes(500)
    session_id = queue.open_session()

    taken = together([lambda: claim_until_empty(queue, session_id)] * 8)

    assert sorted(number for one in taken for number in one) == ids
    assert {queue.get(number).attempts for number in ids[::50]} == {1}
    assert set(queue.states().values()) == {SENT}


def test_three_processes_hand_out_each_operation_exactly_once(queue: CompanyQueue, database_url: str) -> None:
    ids = queue.enqueue_writes(500)
    session_id = queue.open_session()
    arguments = [database_url, *map(str, (queue.connection_id, queue.install_id, session_id))]

    with ExitStack() as stack:
        processes = [stack.enter_context(claiming_process(arguments)) for _ in range(3)]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        taken = [json.loads(process.communicate(timeout=60)[0]) for process in processes]

    assert sorted(number for one in taken for number in one) == ids
    assert set(queue.states().values()) == {SENT}


def test_of_cancel_and_claim_exactly_one_wins(queue: CompanyQueue) -> None:
    ids = queue.enqueue_writes(60)
    session_id = queue.open_session()

    def cancel_all() -> list[int]:
        return [number for number in reversed(ids) if queue.cancel(number)]

    cancelled, *taken = together(
        [cancel_all, lambda: claim_until_empty(queue, session_id), lambda: claim_until_empty(queue, session_id)]
    )

    claimed = [number for one in taken for number in one]
    assert sorted(claimed + cancelled) == ids
    assert {number for number, state in queue.states().items() if state is CANCELLED} == set(cancelled)


def test_cancel_waits_for_a_claim_that_is_being_committed_and_loses(queue: CompanyQueue, database: Database) -> None:
    (operation_id,) = queue.enqueue_writes(1)
    session_id = queue.open_session()

    with ThreadPoolExecutor(1) as thread, database.writing() as db:
        assert queue.claim_in(db, session_id).ids == [operation_id]
        cancelled = meanwhile(thread.submit(queue.cancel, operation_id))

    assert cancelled.result() is False
    assert queue.state_of(operation_id) is SENT


def test_a_claim_beside_an_uncommitted_cancel_takes_the_others(queue: CompanyQueue, database: Database) -> None:
    first, second = queue.enqueue_writes(2)
    session_id = queue.open_session()

    with ThreadPoolExecutor(1) as thread, database.writing() as db:
        assert cancel(db, queue.connection_id, first, reason="not wanted", now=queue.clock())
        claimed = thread.submit(lambda: queue.hand_out(session_id=session_id).ids)
        if database.engine.dialect.name == "postgresql":
            assert claimed.result(timeout=30) == [second]  # It does not even wait for the cancel.
        meanwhile(claimed)

    assert claimed.result() == [second]
    assert queue.states() == {first: CANCELLED, second: SENT}


def test_two_threads_that_send_the_same_operation_again_do_it_once(queue: CompanyQueue) -> None:
    ids = queue.enqueue_writes(10)
    queue.answer(queue.hand_out(), OperationState.FAILED)

    def send_all_again() -> list[int]:
        return [number for number in ids if queue.send_again(number)]

    moved = together([send_all_again, send_all_again])

    assert sorted(number for one in moved for number in one) == ids


@pytest.mark.parametrize("workers", [6])
def test_many_who_enqueue_at_once_get_numbers_of_their_own(queue: CompanyQueue, workers: int) -> None:
    ids = together([lambda: [number for _ in range(10) for number in queue.enqueue_writes(5)]] * workers)
    everything = [number for one in ids for number in one]
    assert len(set(everything)) == len(everything) == workers * 50
    assert sorted(everything) == list(queue.states())


@contextmanager
def claiming_process(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-W", "error", "-m", "tests.queue.claim_all", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(program, stdin=pipe, stdout=pipe, text=True, env=environment, cwd=ROOT) as process:
        yield process
