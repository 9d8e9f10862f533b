"""``qbwc-service status``: how far the mirror of each connection is; ``--watch`` keeps looking."""

import time
from collections.abc import Sequence
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
from qbwc_service.cli.tables import cell, make_table
from qbwc_service.store import PullPhase
from qbwc_service.sync import pull
from qbwc_service.sync.pull import EntityStatus, PullStatus

MINUTE, HOUR, DAY = 60, 3600, 86400
BAR_WIDTH = 24


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
    with desk.database.reading() as db:
        if connection_id is not None:
            return [pull.get_pull_status(db, connection_id)]
        return [pull.get_pull_status(db, one.id) for one in connections.list_connections(db, now=desk.now())]


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
    return tuple(parts)


def _sentence(one: PullStatus) -> str:
    if not one.is_mirrored:
        return f"not mirrored; begin with: qbwc-service pull start {one.connection_id}"
    if one.is_paused:
        return f"paused at {one.percent} % of the first sync"
    if one.rests_until is not None:
        return f"quiet hours until {one.rests_until:%Y-%m-%d %H:%M} UTC"
    if one.done_at is not None:
        return "all of it is here"
    if one.recent_done_at is not None:
        return f"the last twelve months are here; first sync {one.percent} %"
    return f"first sync {one.percent} %"


def _table(entities: Sequence[EntityStatus]) -> Table:
    columns = ("kind", "phase", "", ">objects", "back to", ">left", ">waiting", "last pull", "last error")
    table = make_table(columns, ())
    for one in entities:
        done = one.rows if one.expected else int(one.phase is PullPhase.INCREMENTAL)
        bar = ProgressBar(total=one.expected or 1, completed=done, width=BAR_WIDTH)
        cells = (
            _rows(one),
            one.covered_from,
            _time(one.seconds_left),
            one.waiting or None,
            one.pulled_at,
            one.last_error,
        )
        table.add_row(cell(one.entity), cell(one.phase), bar, *map(cell, cells))
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
