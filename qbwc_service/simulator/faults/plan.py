"""Decides which fault strikes when: by chance with a seed, or exactly as told.

The decision for the n-th exchange depends on the seed and on n alone, so a run can be repeated although message set
ids, times and everything else the server makes up differ.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from random import Random
from typing import Self

from qbwc_service.simulator.faults.kinds import PHASES, FaultKind, Phase, first_phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault that is to strike, with the chance that decides its details (which call, how far, how long)."""

    kind: FaultKind
    random: Random


class FaultPlan:
    """A plan for any number of update sessions of one Web Connector; it counts on from one to the next.

    ``rate`` is how many faults there are for each exchange on average (0.1: every tenth), and for each opening and
    closing of a session as well. ``weights`` says how likely the kinds are against each other; those that are left
    out do not happen. Without it all are equally likely.
    """

    def __init__(
        self, seed: int | str = 0, *, rate: float = 0.1, weights: Mapping[FaultKind, float] | None = None
    ) -> None:
        if not 0 <= rate <= 1:
            raise ValueError("rate has to be between 0 and 1")
        self.seed = seed
        self.rate = rate
        self.weights = dict.fromkeys(FaultKind, 1.0) if weights is None else dict(weights)
        self._exact: dict[tuple[Phase, int], FaultKind] = {}
        self._passed: Counter[Phase] = Counter()

    @classmethod
    def exactly(cls, faults: Mapping[int, FaultKind], *, seed: int | str = 0) -> Self:
        """Plan these faults and no others: the number of the exchange, from 1, and what strikes it.

        Exchanges are counted over all sessions. For a kind that strikes only when a session is opened, the number
        counts the sessions.
        """
        plan = cls(seed, rate=0)
        plan._exact = {(first_phase(kind), number): kind for number, kind in faults.items()}
        return plan

    @property
    def exchanges(self) -> int:
        """How many exchanges there were so far."""
        return self._passed[Phase.EXCHANGE]

    def next_fault(self, phase: Phase, *, possible: Collection[FaultKind]) -> Fault | None:
        """Say what strikes the phase that begins now; None for nothing. Only kinds that are ``possible`` happen."""
        self._passed[phase] += 1
        number = self._passed[phase]
        # Not for secrets: the same seed has to give the same faults.
        random = Random(f"{self.seed}/{phase}/{number}")  # noqa: S311
        exact = self._exact.get((phase, number))
        if exact is not None:
            return Fault(kind=exact, random=random) if exact in possible else None
        if random.random() >= self.rate:
            return None
        weights = {kind: weight for kind, weight in self.weights.items() if kind in possible and phase in PHASES[kind]}
        if not any(weights.values()):
            return None
        (kind,) = random.choices(list(weights), weights=list(weights.values()))
        return Fault(kind=kind, random=random)
