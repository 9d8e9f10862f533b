"""``qbwc-service reconcile``: whether the mirror has everything, and have it compared with QuickBooks."""

import click

from qbwc_service import connections
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.options import connection_argument
from qbwc_service.cli.reply import Reply
from qbwc_service.cli.tables import make_table, write_minute
from qbwc_service.sync import pull
from qbwc_service.sync.pull import EntityReport, PullStatus


@click.command(cls=LeafCommand, example="qbwc-service reconcile 1")
@connection_argument
@click.option("--report-only", is_flag=True, help="Show the last report, ask nothing of QuickBooks.")
@click.pass_obj
def reconcile(desk: Desk, connection_id: int, *, report_only: bool) -> Reply:
    """Have all ids of QuickBooks compared with the mirror at the next session, and show the last report.

    What is missing or changed is fetched, what is gone is marked. This goes by itself once a day where counts differ.
    """
    with desk.database.writing() as db:
        connections.check_connection(db, connection_id)
        if not report_only:
            pull.request_reconciliation(db, connection_id, now=desk.now())
        report = pull.get_report(db, connection_id)
        status = pull.get_pull_status(db, connection_id, now=desk.now())
    said = "This is the last report; nothing was asked of QuickBooks." if report_only else _say_when(status)
    data = {
        "connection_id": connection_id,
        "is_asked": not report_only,
        "is_paused": status.is_paused,
        "rests_until": status.rests_until,
        "report": [_data(one) for one in report],
    }
    columns = ("kind", ">counted", "at (UTC)", ">here now", "compared (UTC)", ">missing", ">changed", ">gone")
    rows = [
        (
            one.entity,
            _complete(one),
            write_minute(one.counted_at),
            one.in_mirror_now,
            write_minute(one.compared_at),
            *((one.missing, one.changed, one.gone) if one.compared_at else ()),
        )
        for one in report
    ]
    return Reply(data=data, shown=(make_table(columns, rows, is_dense=True), said))


def _say_when(status: PullStatus) -> str:
    if status.is_paused:
        return f"All ids are compared after the pause: qbwc-service pull resume {status.connection_id}"
    if status.rests_until is not None:
        return f"All ids are compared after the quiet hours, which end at {status.rests_until:%Y-%m-%d %H:%M} UTC."
    return "All ids are compared at the next session of the Web Connector."


def _complete(one: EntityReport) -> str:
    return "not counted yet" if one.quickbooks is None else f"{one.mirror:,} of {one.quickbooks:,}"


def _data(one: EntityReport) -> dict[str, object]:
    return {name: getattr(one, name) for name in (*one.__slots__, "is_complete")}
