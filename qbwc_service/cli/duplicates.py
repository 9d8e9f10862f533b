"""``qbwc-service duplicates``: items whose names are the same to a person."""

import click

from qbwc_service import connections
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.options import connection_argument
from qbwc_service.cli.reply import Reply
from qbwc_service.cli.tables import make_table
from qbwc_service.sync import list_duplicate_items

NONE = "No two items have the same name."
ADVICE = (
    "Keep one of each: merge the others into it in QuickBooks, or make them inactive, and link your document to it."
)


@click.command(cls=LeafCommand, example="qbwc-service duplicates 1")
@connection_argument
@click.pass_obj
def duplicates(desk: Desk, connection_id: int) -> Reply:
    """Show items whose names are the same but for case, spaces, signs and parents.

    It looks at the mirror's items and at your documents; nothing is asked of QuickBooks, and nothing changed.
    """
    with desk.database.reading() as db:
        connections.check_connection(db, connection_id)
        found = list_duplicate_items(db, connection_id)
    rows = [
        (one.name, item.full_name, item.type, item.is_active, item.quickbooks_id, item.external_id)
        for one in found
        for item in one.items
    ]
    columns = ("same name", "item", "type", "active", "QuickBooks id", "your document")
    shown = (make_table(columns, rows), ADVICE) if rows else (NONE,)
    return Reply(data={"connection_id": connection_id, "duplicates": found}, shown=shown)
