"""Two PCs on one company file: their Web Connectors update in turn, and now and then at the same time."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from qbwc_service.simulator import Application, FaultHooks, UpdateCutError, UpdateOutcome, UpdateReport, WebConnector

AT_ONCE_SHARE = 0.1
"""How often both update at the same moment."""
SAME_SHARE = 0.75
"""How often the PC that was cut is the next one to come: its own older session is ended by that."""
INTERRUPTED = frozenset({UpdateOutcome.CUT, UpdateOutcome.WEB_SERVICE_ERROR})


class StoppableHooks(FaultHooks):
    """Faults, and a way to end a session at its next call: Ctrl-C must not wait for the last document."""

    is_stopped = False

    def before_call(self, name: str, number: int) -> None:
        """End here where the run is being stopped."""
        if self.is_stopped:
            raise UpdateCutError("stopped")
        super().before_call(name, number)


@dataclass(slots=True, kw_only=True)
class Pc:
    """One PC: its Web Connector with our application added, and what goes wrong there."""

    name: str
    web_connector: WebConnector
    application: Application
    hooks: StoppableHooks
    last: UpdateReport | None = None

    def update(self) -> UpdateReport:
        """Run one update session."""
        self.last = self.web_connector.update(self.application, hooks=self.hooks)
        return self.last


@dataclass(slots=True, kw_only=True)
class Office:
    """The PCs, and who comes next; ``outcomes`` counts how the sessions ended."""

    pcs: Sequence[Pc]
    random: Random
    outcomes: Counter[UpdateOutcome] = field(default_factory=Counter)
    _current: int = 0

    def take_turn(self) -> list[UpdateReport]:
        """Let the next PC update, or all of them at once; give the reports."""
        if self.random.random() < AT_ONCE_SHARE:
            reports = self._update_at_once()
        else:
            self._current = self._choose()
            reports = [self.pcs[self._current].update()]
        self.outcomes.update(report.outcome for report in reports)
        return reports

    def stop(self) -> None:
        """End every session at its next call."""
        for pc in self.pcs:
            pc.hooks.is_stopped = True

    def _choose(self) -> int:
        last = self.pcs[self._current].last
        if last is not None and last.outcome is UpdateOutcome.BUSY:
            return (self._current + 1) % len(self.pcs)
        if last is not None and last.outcome in INTERRUPTED and self.random.random() < SAME_SHARE:
            return self._current
        return self.random.randrange(len(self.pcs))

    def _update_at_once(self) -> list[UpdateReport]:
        others = [_Worker(pc.update) for pc in self.pcs[1:]]
        for other in others:
            other.start()
        try:
            reports = [self.pcs[0].update()]
        except BaseException:
            self.stop()
            raise
        finally:
            for other in others:
                other.join()
        return reports + [other.get_report() for other in others]


class _Worker(threading.Thread):
    """One update in a thread of its own; what it raises is raised where its report is asked for."""

    def __init__(self, update: Callable[[], UpdateReport]) -> None:
        super().__init__()
        self._update = update
        self._report: UpdateReport | None = None
        self._error: BaseException | None = None

    def run(self) -> None:
        """Update."""
        try:
            self._report = self._update()
        except BaseException as error:  # noqa: BLE001 - it is raised again, in the thread that waits
            self._error = error

    def get_report(self) -> UpdateReport:
        """Give the report."""
        if self._report is None:
            raise self._error or RuntimeError("the update has not ended")
        return self._report


@dataclass(slots=True)
class Killer:
    """Ends the server's workers a moment later, so that some die at work and not between two calls."""

    kill_workers: Callable[[], None]
    random: Random
    timers: list[threading.Timer] = field(default_factory=list)

    LONGEST_SECONDS = 0.03

    def __call__(self) -> None:
        """Kill soon."""
        timer = threading.Timer(self.random.uniform(0, self.LONGEST_SECONDS), self.kill_workers)
        self.timers.append(timer)
        timer.start()

    def settle(self) -> None:
        """Wait until the last one has struck."""
        for timer in self.timers:
            timer.join()


def hurry(seconds: float) -> None:
    """Spend a slow QuickBooks' seconds a hundred times as fast."""
    time.sleep(seconds / 100)
