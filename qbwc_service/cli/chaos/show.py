"""What people and programs read of a run, and the bar while it lasts."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from qbwc_service.cli.chaos.books import Fate
from qbwc_service.cli.chaos.run import ChaosProgress, ChaosReport
from qbwc_service.cli.output import make_console
from qbwc_service.cli.tables import make_facts, make_table


def as_data(report: ChaosReport) -> dict[str, object]:
    """Give a run as values for programs."""
    books, options = report.books, report.options
    return {
        "documents": options.documents,
        **{fate.value: books.fates.get(fate, 0) for fate in (Fate.DONE, Fate.FAILED, Fate.UNDECIDED, Fate.LOST)},
        "doubled": books.doubled,
        "faults": sum(report.faults.values()),
        "unknown_injected": books.lost_answers,
        "resolved_without_a_person": books.resolved_share,
        "failed_but_there": books.failed_but_there,
        "by_kind": dict(sorted(report.faults.items())),
        "exchanges": report.exchanges,
        "updates": sum(report.outcomes.values()),
        "outcomes": dict(sorted(report.outcomes.items())),
        "operations": report.operations,
        "mistakes": books.mistakes,
        "seed": options.seed,
        "rate": options.rate,
        "recovery": options.has_recovery,
        "seconds": round(report.seconds, 1),
    }


def as_shown(report: ChaosReport) -> tuple[RenderableType, ...]:
    """Give a run for people: the faults by kind, what became of the documents, and what is wrong."""
    books = report.books
    faults = make_table(("fault", ">times"), sorted((kind.value, times) for kind, times in report.faults.items()))
    share = books.resolved_share
    resolved = "" if share is None else f", {share:.1%} of them settled without a person"
    facts = {
        "Seed": report.options.seed,
        "Documents": report.options.documents,
        **{fate.value.capitalize(): books.fates.get(fate, 0) for fate in Fate},
        "Doubled": books.doubled,
        "Lost answers": f"{books.lost_answers} sets of writes{resolved}",
        "Faults": f"{sum(report.faults.values())} in {report.exchanges} exchanges",
        "Updates": ", ".join(f"{times} {outcome.value}" for outcome, times in sorted(report.outcomes.items())),
        "Time": f"{report.seconds:.0f} s",
    }
    verdict = "Nothing lost, nothing doubled." if report.is_good else "This must not happen:"
    return (faults, make_facts(facts), "", verdict, *(f"  {mistake}" for mistake in books.mistakes))


class Bar(ChaosProgress):
    """Draws how many documents are accepted, then how many are through."""

    def __init__(self, progress: Progress, *, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task("accepting documents", total=total)

    def accepted(self, count: int) -> None:
        """Move the bar while documents go into the queue."""
        self._progress.update(self._task, completed=count)

    def finished(self, count: int, faults: int) -> None:
        """Move the bar while they go to QuickBooks."""
        self._progress.update(self._task, completed=count, description=f"through, after {faults} faults")


@contextmanager
def watch_chaos(total: int, *, is_quiet: bool) -> Iterator[ChaosProgress]:
    """Give what draws a bar while the block runs; nothing at all where it has to be quiet."""
    if is_quiet:
        yield ChaosProgress()
        return
    columns = (TextColumn("{task.description:<28.28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=make_console(stderr=True), transient=True) as progress:
        yield Bar(progress, total=total)
