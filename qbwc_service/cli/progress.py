"""Progress for people, on standard error: a bar for update sessions, a line for each step of the demo."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from qbwc_service.cli.output import make_console
from qbwc_service.simulator import ProgressEvent, ProgressKind, ProgressWatcher

DESCRIPTIONS = {
    ProgressKind.STARTED: "update started",
    ProgressKind.CALLING: "{text}",
    ProgressKind.PERCENT: "QuickBooks has answered",
    ProgressKind.PAUSED: "paused: {text}",
    ProgressKind.ENDED: "{text}",
}


@contextmanager
def watch_updates(*, is_quiet: bool) -> Iterator[ProgressWatcher]:
    """Give a watcher that draws a bar while the block runs; nothing at all where it has to be quiet."""
    if is_quiet:
        yield _ignore
        return
    columns = (TextColumn("{task.description:<32.32}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=make_console(stderr=True), transient=True) as progress:
        task = progress.add_task("Web Connector", total=100)

        def watch(event: ProgressEvent) -> None:
            description = DESCRIPTIONS[event.kind].format(text=event.text)
            progress.update(task, completed=event.percent, description=description)

        yield watch


def _ignore(_event: ProgressEvent) -> None:
    """Watch nothing."""
