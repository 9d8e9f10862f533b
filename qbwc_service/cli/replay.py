"""``qbwc-service replay``: apply kept answers of QuickBooks again."""

import click

from qbwc_service import connections
from qbwc_service.app import make_policy
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.exit_codes import ExitCode
from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.options import ROW_ID, connection_argument
from qbwc_service.cli.reply import Reply
from qbwc_service.cli.tables import make_table
from qbwc_service.update import Replayed, list_replayable, replay_set


@click.command(cls=LeafCommand, example="qbwc-service replay 1\nqbwc-service replay 1 --message-set 5")
@connection_argument
@click.option(
    "--message-set", "message_set_id", type=ROW_ID, help="Only this one; else all whose answer was not applied."
)
@click.pass_obj
def replay(desk: Desk, connection_id: int, *, message_set_id: int | None) -> Reply:
    """Apply answers again that were kept and could not be applied.

    It happens once by itself at the next update. By hand it helps after a mistake of the service was mended; what
    was settled meanwhile stays as it is. Exit code 5 where one fails again.
    """
    with desk.database.reading() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        wanted = list_replayable(db, connection_id) if message_set_id is None else [message_set_id]
    replayed = [_replay(desk, connection_id, number) for number in wanted]
    rows = [
        (one.message_set_id, one.applied.done, one.applied.failed, one.applied.unknown, one.error) for one in replayed
    ]
    columns = (">message set", ">done", ">failed", ">unknown", "error")
    shown = make_table(columns, rows) if rows else "There is no answer that was kept and not applied."
    failed = any(one.error for one in replayed)
    return Reply(data={"replayed": replayed}, shown=(shown,), exit_code=ExitCode.WRONG_STATE if failed else ExitCode.OK)


def _replay(desk: Desk, connection_id: int, message_set_id: int) -> Replayed:
    """Each in a transaction of its own, so that one that fails does not take back the others."""
    with desk.database.writing() as db:
        policy = make_policy(desk.settings).retries
        return replay_set(db, connection_id, message_set_id, policy=policy, now=desk.now())
