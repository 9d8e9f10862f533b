"""``qbwc-service pull``: mirror a company file, pause that, say how."""

import click

from qbwc_service import connections
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.options import connection_argument
from qbwc_service.cli.reply import Reply
from qbwc_service.cli.tables import make_facts
from qbwc_service.sync import pull


@click.group(name="pull")
def pull_() -> None:
    """Mirror QuickBooks: start, pause, resume, set how."""


@pull_.command(cls=LeafCommand, example="qbwc-service pull start 1")
@connection_argument
@click.pass_obj
def start(desk: Desk, connection_id: int) -> Reply:
    """Mirror this company file from the next session on; started again, it goes on as it was."""
    with desk.database.writing() as db:
        connections.check_connection(db, connection_id)
        pull.start_pull(db, connection_id, now=desk.now())
    return _reply(desk, connection_id)


@pull_.command(cls=LeafCommand, example="qbwc-service pull pause 1")
@connection_argument
@click.pass_obj
def pause(desk: Desk, connection_id: int) -> Reply:
    """Pull nothing until it is resumed. Pushing goes on."""
    with desk.database.writing() as db:
        pull.pause_pull(db, connection_id)
    return _reply(desk, connection_id)


@pull_.command(cls=LeafCommand, example="qbwc-service pull resume 1")
@connection_argument
@click.pass_obj
def resume(desk: Desk, connection_id: int) -> Reply:
    """Go on after a pause, where it was."""
    with desk.database.writing() as db:
        pull.resume_pull(db, connection_id)
    return _reply(desk, connection_id)


@pull_.command(
    name="set", cls=LeafCommand, example="qbwc-service pull set 1 --quiet 08:00-18:00 --zone America/New_York"
)
@connection_argument
@click.option("--every", type=click.IntRange(1, 1440), metavar="MINUTES", help="How often changes are asked for.")
@click.option("--oldest", metavar="DAY", help="Leave out what is older than 2020-01-31; 'all' takes everything.")
@click.option("--quiet", metavar="FROM-UNTIL", help="Pull nothing at these times of day; 'never' for no such hours.")
@click.option("--zone", help="The time zone of the quiet hours, such as America/New_York.")
@click.pass_obj
def set_(
    desk: Desk, connection_id: int, *, every: int | None, oldest: str | None, quiet: str | None, zone: str | None
) -> Reply:
    """Set how it is mirrored. What is not named stays."""
    changes: dict[str, object] = {}
    if every is not None:
        changes["every_minutes"] = every
    if oldest is not None:
        changes["oldest"] = None if oldest == "all" else oldest
    if quiet is not None:
        begin, dash, end = quiet.partition("-")
        is_never = quiet == "never"
        changes |= {"quiet_from": None if is_never else begin, "quiet_until": end if dash and not is_never else None}
    if zone is not None:
        changes["zone"] = zone
    with desk.database.writing() as db:
        pull.change_settings(db, connection_id, changes, now=desk.now())
    return _reply(desk, connection_id)


def _reply(desk: Desk, connection_id: int) -> Reply:
    with desk.database.reading() as db:
        status = pull.get_pull_status(db, connection_id, now=desk.now())
    settings = status.settings
    quiet = f"{settings.quiet_from} to {settings.quiet_until} ({settings.zone})" if settings.quiet_from else "none"
    facts = {
        "Connection": connection_id,
        "Mirrored": status.is_mirrored,
        "Paused": status.is_paused,
        "Looks every": f"{settings.every_minutes} minutes",
        "Oldest day": settings.oldest or "all",
        "Quiet hours": quiet,
        "Quiet until": status.rests_until,
        "First sync": f"{status.percent} %",
    }
    return Reply(data={"pull": status}, shown=(make_facts(facts),))
