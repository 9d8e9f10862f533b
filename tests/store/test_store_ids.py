"""Row numbers are taken once, in one statement, and grow."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from itertools import chain, pairwise
from pathlib import Path

import pytest

from qbwc_service.store import Base, Database, allocate_ids
from qbwc_service.store.ids import NUMBERED
from tests.factories import given_up
from tests.statements import counted_statements
from tests.store.allocate import COUNTS, take_numbers
from tests.together import together

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 30


def test_every_table_with_a_number_of_its_own_is_numbered() -> None:
    own = {table.name for table in Base.metadata.sorted_tables if "id" in table.c}
    assert own - {"deployments"} == set(NUMBERED)


@pytest.mark.parametrize("name", NUMBERED)
def test_numbers_ascend_from_call_to_call(database: Database, name: str) -> None:
    taken: list[int] = []
    for count in (1, 5, 0, 2):
        with database.writing() as db:
            numbers = allocate_ids(db, name, count=count)
        assert len(numbers) == count
        taken += numbers
    assert all(before < after for before, after in pairwise(taken))


def test_tables_are_numbered_apart(database: Database) -> None:
    with database.writing() as db:
        first = allocate_ids(db, "documents", count=3)
        allocate_ids(db, "operations", count=100)
        (after,) = allocate_ids(db, "documents")
    assert after == first[-1] + 1


def test_any_number_of_numbers_takes_one_statement(database: Database) -> None:
    with database.writing() as db:
        allocate_ids(db, "operations")
    with counted_statements(database) as statements, database.writing() as db:
        assert len(allocate_ids(db, "operations", count=5000)) == 5000
        assert allocate_ids(db, "operations", count=0) == []
    assert len(statements) == 1


def test_numbers_of_a_transaction_that_was_rolled_back_are_never_doubled(database: Database) -> None:
    with given_up(database) as db:
        allocate_ids(db, "operations", count=10)
    with database.writing() as db:
        first = allocate_ids(db, "operations", count=10)
        second = allocate_ids(db, "operations", count=10)
    assert len({*first, *second}) == 20


def test_threads_get_numbers_of_their_own(database: Database) -> None:
    all_taken = together([lambda: take_numbers(database, ROUNDS)] * 6)
    assert_unique_and_ascending(all_taken)


def test_processes_get_numbers_of_their_own(database_url: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-W", "error", "-m", "tests.store.allocate", database_url, str(ROUNDS)]
    pipe = subprocess.PIPE
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(program, stdin=pipe, stdout=pipe, text=True, env=environment, cwd=ROOT)
            )
            for _ in range(2)
        ]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        all_taken = [json.loads(process.communicate(timeout=60)[0]) for process in processes]
    assert_unique_and_ascending(all_taken)


def assert_unique_and_ascending(all_taken: list[list[list[int]]]) -> None:
    for taken in all_taken:
        numbers = list(chain.from_iterable(taken))
        assert all(before < after for before, after in pairwise(numbers))
        assert len(numbers) == sum(COUNTS[number % len(COUNTS)] for number in range(ROUNDS))
    everything = list(chain.from_iterable(chain.from_iterable(all_taken)))
    assert len(set(everything)) == len(everything)
