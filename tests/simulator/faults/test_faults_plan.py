"""A plan of faults: the same for the same seed, and exact where it is told exactly."""

from collections.abc import Callable

import pytest

from qbwc_service.simulator import FaultKind, FaultPlan, Phase
from qbwc_service.simulator.faults.kinds import PHASES, first_phase
from tests.simulator.faults.conftest import Bench

EVERYTHING = frozenset(FaultKind)


def faults(plan: FaultPlan, count: int, *, phase: Phase = Phase.EXCHANGE) -> list[FaultKind | None]:
    found = [plan.next_fault(phase, possible=EVERYTHING) for _ in range(count)]
    return [None if fault is None else fault.kind for fault in found]


def test_the_same_seed_gives_the_same_faults_and_another_one_others() -> None:
    assert faults(FaultPlan(7), 500) == faults(FaultPlan(7), 500)
    assert faults(FaultPlan(7), 500) != faults(FaultPlan(8), 500)


def test_the_fault_of_an_exchange_does_not_depend_on_what_happened_in_other_phases() -> None:
    disturbed = FaultPlan(7)
    faults(disturbed, 13, phase=Phase.OPENING)

    assert faults(disturbed, 200) == faults(FaultPlan(7), 200)


def test_the_rate_is_faults_for_each_exchange_on_average() -> None:
    found = faults(FaultPlan(1, rate=0.1), 5000)

    assert 400 < sum(kind is not None for kind in found) < 600
    assert faults(FaultPlan(1, rate=0), 500) == [None] * 500
    assert None not in faults(FaultPlan(1, rate=1), 500)


@pytest.mark.parametrize("phase", Phase)
def test_every_kind_happens_in_its_phases_and_nowhere_else(phase: Phase) -> None:
    found = set(faults(FaultPlan(3, rate=1), 2000, phase=phase))

    assert found == {kind for kind in FaultKind if phase in PHASES[kind]}


def test_weights_choose_the_kinds() -> None:
    plan = FaultPlan(1, rate=1, weights={FaultKind.SLOW: 1, FaultKind.GARBAGE_ANSWER: 3})
    found = faults(plan, 400)

    assert set(found) == {FaultKind.SLOW, FaultKind.GARBAGE_ANSWER}
    assert 250 < found.count(FaultKind.GARBAGE_ANSWER) < 350


def test_only_what_is_possible_happens() -> None:
    plan = FaultPlan(1, rate=1)
    found = [plan.next_fault(Phase.EXCHANGE, possible={FaultKind.SLOW}) for _ in range(50)]

    assert {fault.kind for fault in found if fault} == {FaultKind.SLOW}
    assert FaultPlan(1, rate=1).next_fault(Phase.EXCHANGE, possible=()) is None


def test_an_exact_plan_strikes_there_only() -> None:
    plan = FaultPlan.exactly({2: FaultKind.SLOW, 4: FaultKind.CUT_AFTER_EXECUTION})

    assert faults(plan, 5) == [None, FaultKind.SLOW, None, FaultKind.CUT_AFTER_EXECUTION, None]
    assert plan.exchanges == 5


def test_an_exact_plan_counts_sessions_for_what_strikes_their_opening() -> None:
    plan = FaultPlan.exactly({2: FaultKind.WRONG_FILE})

    assert faults(plan, 3) == [None] * 3
    assert faults(plan, 3, phase=Phase.OPENING) == [None, FaultKind.WRONG_FILE, None]
    assert first_phase(FaultKind.DIALOG_OPEN) is Phase.EXCHANGE


def test_a_rate_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="rate"):
        FaultPlan(1, rate=1.5)


def test_whole_sessions_can_be_repeated(make_bench: Callable[[], Bench]) -> None:
    from qbwc_service.simulator import FaultHooks  # noqa: PLC0415 - beside the plan that it executes

    def run() -> tuple[list[str], dict[FaultKind, int]]:
        bench = make_bench()
        hooks = FaultHooks(FaultPlan(5, rate=0.5), quickbooks=bench.quickbooks, sleep=lambda _seconds: None)
        return [bench.update(hooks).outcome for _ in range(40)], dict(hooks.counts)

    outcomes, counts = run()

    assert run() == (outcomes, counts)
    assert len(counts) > 8
