"""``qbwc-service db``: the database's schema. It needs the database's address only, not the server key."""

import click

from qbwc_service.cli.desk import Desk, find_sqlite_path
from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.reply import Reply
from qbwc_service.errors import SchemaError
from qbwc_service.store.schema import check_schema, current_revision, head_revision, upgrade_schema


@click.group()
def db() -> None:
    """Make the database, bring it up to date, say where it stands."""


@db.command(cls=LeafCommand, example="qbwc-service db upgrade")
@click.pass_obj
def upgrade(desk: Desk) -> Reply:
    """Make the database, or bring it to this release's schema; nothing happens where it is there already."""
    path = find_sqlite_path(desk.database_url)
    if path is not None and not path.absolute().parent.is_dir():
        folder = path.absolute().parent
        raise SchemaError(f"the folder {folder} does not exist", field="QBWC_DATABASE_URL", remedy=f"mkdir {folder}")
    before = _current(desk)
    _refuse_later(desk, before)
    upgrade_schema(desk.unchecked_database)
    after = current_revision(desk.unchecked_database)
    text = f"Up to date: {after}" if before == after else f"Upgraded from {before or 'nothing'} to {after}"
    return Reply(data={"before": before, "after": after}, raw=f"{text}\n")


@db.command(cls=LeafCommand, example="qbwc-service db current")
@click.pass_obj
def current(desk: Desk) -> Reply:
    """Say at which migration the database stands, and which one this release works with."""
    desk.check_file()
    stands, wanted = _current(desk), head_revision()
    text = f"The database is at {stands or 'nothing yet'}; this release works with {wanted}."
    return Reply(data={"current": stands, "head": wanted}, raw=f"{text}\n")


@db.command(cls=LeafCommand, example="qbwc-service db check")
@click.pass_obj
def check(desk: Desk) -> Reply:
    """Pass if this release can work with the database as it is; exit code 6 if not."""
    revision = current_revision(desk.database)
    return Reply(data={"ok": True, "current": revision}, raw="The database is ready.\n")


def _current(desk: Desk) -> str | None:
    """Read the revision of a database, whatever it is; SchemaError for one that cannot be reached."""
    try:
        check_schema(desk.unchecked_database)
    except SchemaError as error:
        if error.field is not None:
            raise
    return current_revision(desk.unchecked_database)


def _refuse_later(desk: Desk, revision: str | None) -> None:
    """Refuse a database that a later release has worked with: there is no way forward from what is not known here."""
    if revision is not None and revision > head_revision():
        check_schema(desk.unchecked_database)
