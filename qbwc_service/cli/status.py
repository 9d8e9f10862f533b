"""``qbwc-service status``: how far the mirror of each connection is; ``--watch`` keeps looking."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NoReturn

import click
from rich.console import RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from qbwc_service import connections
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.leaf import LeafCommand, is_json
from qbwc_service.cli.options import ROW_ID
from qbwc_service.cli.output import make_console
from qbwc_service.cli.reply import Reply
from qbwc_service.cli.sandbox import ending_on_sigterm
from qbwc_service.cli.tables import cell, make_table, write_recent
from qbwc_service.store import PullPhase
from qbwc_service.sync import pull
from qbwc_service.sync.pull import EntityStatus, PullStatus, RestStatus

MINUTE, HOUR, DAY = 60, 3600, 86400
BAR_WIDTH = 7
TOPICS = {
    pull.Topic.FIRST_SYNC: "first sync",
    pull.Topic.CHANGES: "changes",
    pull.Topic.FETCH: "single objects",
    pull.Topic.IDS: "comparison of ids",
    pull.Topic.BALANCES: "comparison of balances",
    pull.Topic.COUNT: "count",
    pull.Topic.OLDER: "count of what is older",
    pull.Topic.DELETED: "what was deleted",
}


@click.command(cls=LeafCommand, example="qbwc-service status 1 --watch")
@click.argument("connection_id", metavar="[CONNECTION]", type=ROW_ID, required=False)
@click.option("--watch", is_flag=True, help="Keep looking until Ctrl-C.")
@click.option(
    "--interval", type=click.FloatRange(0.2, 60), default=2.0, show_default=True, help="Seconds between looks."
)
@click.pass_context
def status(ctx: click.Context, connection_id: int | None, *, watch: bool, interval: float) -> Reply:
    """See how far the mirror is: each kind of object with what is done, what is left, and how long it will take."""
    desk: Desk = ctx.obj
    if watch and is_json(ctx):
        raise click.UsageError("--watch is for people: with --json ask again yourself.", ctx)
    if watch:
        _watch(desk, connection_id, interval=interval)
    found = _read(desk, connection_id)
    return Reply(data={"mirrors": found}, shown=_shown(found))


def _read(desk: Desk, connection_id: int | None) -> list[PullStatus]:
    now = desk.now()
    with desk.database.reading() as db:
        if connection_id is not None:
            return [pull.get_pull_status(db, connection_id, now=now)]
        return [pull.get_pull_status(db, one.id, now=now) for one in connections.list_connections(db, now=now)]


def _watch(desk: Desk, connection_id: int | None, *, interval: float) -> NoReturn:
    """Draw again and again until somebody stops it; the terminal gets its cursor back, even at the first drawing."""
    console = make_console()
    grid = _grid(_read(desk, connection_id))
    try:
        with ending_on_sigterm(), Live(grid, console=console, auto_refresh=False) as live:
            while True:
                time.sleep(interval)
                live.update(_grid(_read(desk, connection_id)), refresh=True)
    finally:
        console.show_cursor()


def _grid(found: Sequence[PullStatus]) -> Table:
    grid = Table.grid()
    for part in _shown(found):
        grid.add_row(part)
    return grid


def _shown(found: Sequence[PullStatus]) -> tuple[RenderableType, ...]:
    if not found:
        return ('There are no connections yet. Make one: qbwc-service connections create "Acme Trucking"',)
    parts: list[RenderableType] = []
    for one in found:
        parts.append(f"{one.connection_id} {one.name}: {_sentence(one)}")
        if one.is_mirrored:
            parts.append(_table(one.entities))
            parts += [_explain(rest) for rest in one.rests]
    return tuple(parts)


def _explain(rest: RestStatus) -> str:
    """Say in a line what is not asked now, why, and until when."""
    failed = "QuickBooks refuses it" if rest.is_refused else f"it failed {_times(rest.tries)}"
    return f"{rest.entity}, {TOPICS[rest.topic]}: {failed} ({rest.reason}); asked again after {_minute(rest.until)}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _sentence(one: PullStatus) -> str:
    """Say where it stands, and what keeps it from going on."""
    state = _state(one)
    if one.is_paused:
        return f"{state}; paused until: qbwc-service pull resume {one.connection_id}"
    if one.rests_until is not None:
        return f"{state}; quiet hours until {_minute(one.rests_until)}"
    return state


def _state(one: PullStatus) -> str:
    if not one.is_mirrored:
        return f"not mirrored; begin with: qbwc-service pull start {one.connection_id}"
    refused = ", ".join(entity.entity for entity in one.entities if entity.is_refused)
    if one.done_at is not None:
        return f"all of it is here, except what QuickBooks refuses: {refused}" if refused else "all of it is here"
    if one.recent_done_at is not None:
        return f"the last twelve months are here; first sync {one.percent} %"
    return f"first sync {one.percent} %"


def _table(entities: Sequence[EntityStatus]) -> Table:
    columns = ("kind", "phase", "", ">objects", "back to", ">left", ">by id", "pulled (UTC)")
    table = make_table(columns, (), is_dense=True)
    for one in entities:
        done = one.rows if one.expected else int(one.phase is PullPhase.INCREMENTAL)
        bar = ProgressBar(total=one.expected or 1, completed=done, width=BAR_WIDTH)
        cells = (
            _rows(one),
            one.covered_from,
            _time(one.seconds_left),
            one.waiting or None,
            write_recent(one.pulled_at),
        )
        phase = "refused" if one.is_refused else one.phase
        table.add_row(cell(one.entity), cell(phase), bar, *map(cell, cells))
    return table


def _rows(one: EntityStatus) -> str:
    return f"{one.rows:,}" if one.expected is None else f"{one.rows:,} of {one.expected:,}"


def _time(seconds: int | None) -> str:
    if seconds is None:
        return "?"
    if seconds == 0:
        return ""
    for size, word in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {word}"
    return f"{seconds} s"
