"""Any history of the queue, against a model of a few lines: nothing is lost, doubled, or sent before its time."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from qbwc_service import connections
from qbwc_service.queue import Outcome
from qbwc_service.store import OperationState, open_database
from tests.conftest import StandingClock
from tests.factories import CompanyQueue, HandedOut, new_read, new_write

WAITING, BLOCKED, SENT = OperationState.WAITING, OperationState.BLOCKED, OperationState.SENT
DONE, FAILED, UNKNOWN = OperationState.DONE, OperationState.FAILED, OperationState.UNKNOWN
CANCELLED, SUPERSEDED = OperationState.CANCELLED, OperationState.SUPERSEDED
WRITE_LIMIT, READ_LIMIT = 4, 2


@dataclass
class Expected:
    """What the queue should know of one operation."""

    is_write: bool
    priority: int
    parents: set[int]
    state: OperationState
    set_id: int | None = None
    is_asked_about: bool = False


class QueueHistory(RuleBasedStateMachine):
    """Drives a queue on SQLite and the model side by side."""

    template: Path
    folder: Path
    operations = Bundle[int]("operations")
    sets = Bundle[HandedOut]("sets")

    def __init__(self) -> None:
        super().__init__()
        self.model: dict[int, Expected] = {}

    @initialize()
    def link(self) -> None:
        path = self.folder / "history.sqlite3"
        shutil.copy(self.template, path)
        self.database = open_database(f"sqlite:///{path}")
        clock = StandingClock()
        with self.database.writing() as db:
            connection_id = connections.create_connection(db, connections.NewConnection(name="Acme"), now=clock())
            install = connections.add_install(db, connection_id, label="Front desk", now=clock())
        self.queue = CompanyQueue(
            database=self.database, connection_id=connection_id, install_id=install.id, clock=clock
        )

    def teardown(self) -> None:
        self.database.close()
        for path in self.folder.iterdir():
            path.unlink()

    @rule(
        target=operations,
        parents=st.lists(operations, max_size=3),
        is_write=st.booleans(),
        priority=st.sampled_from([1, 100]),
    )
    def enqueue(self, parents: list[int], *, is_write: bool, priority: int) -> int:
        new = new_write if is_write else new_read
        (operation_id,) = self.queue.enqueue(new(depends_on=tuple(parents), priority=priority))
        assert operation_id not in self.model
        state = WAITING if self.all_done(parents) else BLOCKED
        self.model[operation_id] = Expected(is_write, priority, set(parents), state)
        return operation_id

    @rule(target=sets)
    def hand_out(self) -> object:
        handed_out = self.queue.hand_out(write_limit=WRITE_LIMIT, read_limit=READ_LIMIT)
        assert handed_out.ids == self.next_in_line()
        for number in handed_out.ids:
            self.model[number].state = SENT
            self.model[number].set_id = handed_out.message_set_id
        return handed_out if handed_out.ids else multiple()

    @rule(handed_out=sets, ends=st.lists(st.sampled_from([DONE, FAILED, UNKNOWN, WAITING]), min_size=4, max_size=4))
    def answer(self, handed_out: HandedOut, ends: list[OperationState]) -> None:
        """An answer may come twice, late, or for operations that have been sent again since."""
        outcomes = dict(zip(handed_out.ids, ends, strict=False))
        self.queue.finish(
            [Outcome(operation_id=number, state=end) for number, end in outcomes.items()],
            message_set_id=handed_out.message_set_id,
        )
        for number, end in outcomes.items():
            expected = self.model[number]
            if expected.state in {SENT, UNKNOWN} and expected.set_id == handed_out.message_set_id:
                expected.state, expected.is_asked_about = end, False
        self.free(lambda expected: bool(expected.parents & {n for n, end in outcomes.items() if end is DONE}))

    @rule(handed_out=consumes(sets))
    def lose(self, handed_out: HandedOut) -> None:
        self.queue.lose(handed_out)
        for expected in self.model.values():
            if expected.is_write and expected.state is SENT and expected.set_id == handed_out.message_set_id:
                expected.state, expected.is_asked_about = UNKNOWN, True

    @rule(operation_id=operations)
    def cancel(self, operation_id: int) -> None:
        expected = self.model[operation_id]
        is_free = expected.state in {WAITING, BLOCKED, FAILED}
        assert self.queue.cancel(operation_id) == is_free
        if is_free:
            expected.state = CANCELLED

    @rule(operation_id=operations)
    def send_again(self, operation_id: int) -> None:
        expected = self.model[operation_id]
        is_over = expected.state in {FAILED, CANCELLED, UNKNOWN}
        assert self.queue.send_again(operation_id) == is_over
        if is_over:
            expected.state = WAITING if self.all_done(expected.parents) else BLOCKED
            expected.is_asked_about = False

    @rule(target=operations, old=operations)
    def replace(self, old: int) -> int:
        """A newer operation of the same document takes the older one's place, as a changed document does it."""
        new = self.enqueue([], is_write=True, priority=100)
        is_free = self.model[old].state in {WAITING, BLOCKED, FAILED, CANCELLED}
        assert self.queue.supersede(old, by=new) == is_free
        if is_free:
            self.model[old].state = SUPERSEDED
            for expected in self.model.values():
                if old in expected.parents:
                    expected.parents = expected.parents - {old} | {new}
        return new

    @rule()
    def unblock_all(self) -> None:
        self.queue.unblock_all()
        self.free(lambda _expected: True)

    @invariant()
    def agree(self) -> None:
        assert self.queue.states() == {number: expected.state for number, expected in self.model.items()}

    @invariant()
    def nothing_goes_before_its_parents(self) -> None:
        for expected in self.model.values():
            if expected.state in {WAITING, SENT, UNKNOWN, DONE, FAILED}:
                assert self.all_done(expected.parents)

    @invariant()
    def due_is_what_can_go_or_is_asked_about(self) -> None:
        can_go = any(
            expected.is_asked_about
            or expected.state is WAITING
            or (expected.state is BLOCKED and self.all_done(expected.parents))
            for expected in self.model.values()
        )
        assert self.queue.is_due() == can_go

    def next_in_line(self) -> list[int]:
        waiting = sorted(
            (expected.priority, number) for number, expected in self.model.items() if expected.state is WAITING
        )
        ids = [number for _priority, number in waiting]
        kinds = [self.model[number].is_write for number in ids]
        if not ids:
            return []
        alike = kinds.index(not kinds[0]) if (not kinds[0]) in kinds else len(kinds)
        return ids[: min(alike, WRITE_LIMIT if kinds[0] else READ_LIMIT)]

    def all_done(self, parents: list[int] | set[int]) -> bool:
        return all(self.model[parent].state is DONE for parent in parents)

    def free(self, concerns: Callable[[Expected], bool]) -> None:
        for expected in self.model.values():
            if expected.state is BLOCKED and concerns(expected) and self.all_done(expected.parents):
                expected.state = WAITING


def test_any_history_agrees_with_the_model(sqlite_template: Path, tmp_path: Path) -> None:
    history = type("History", (QueueHistory,), {"template": sqlite_template, "folder": tmp_path})
    run_state_machine_as_test(
        history,
        settings=settings(
            max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        ),
    )
