"""``qbwc-service rules``: what goes to QuickBooks, and what happens where both sides disagree."""

import json
import sys
from pathlib import Path

import click

from qbwc_service import connections
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.options import connection_argument
from qbwc_service.cli.reply import Reply
from qbwc_service.cli.tables import make_facts, make_table
from qbwc_service.errors import InputError
from qbwc_service.sync import change_rules, parse_json
from qbwc_service.sync.rules import dump_rules, get_rules, list_rules

version_option = click.option("--version", type=click.IntRange(1), help="An earlier version.")


@click.group()
def rules() -> None:
    """Say what goes to QuickBooks, and what happens where both sides disagree."""


@rules.command(cls=LeafCommand, example="qbwc-service rules show 1")
@connection_argument
@version_option
@click.pass_obj
def show(desk: Desk, connection_id: int, *, version: int | None) -> Reply:
    """Show the rules that hold, and who changed them when."""
    with desk.database.reading() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        found = get_rules(db, connection_id, version=version)
        versions = list_rules(db, connection_id)
    facts = make_facts({"Version": found.version or "the defaults", "Made by": found.made_by, "Made": found.made_at})
    body = dump_rules(found.rules)
    rows = [(one.version, one.made_by, one.made_at) for one in versions]
    history = ("", make_table((">version", "made by", "made"), rows)) if rows else ()
    data = {"version": found.version, "rules": body, "versions": [row[0] for row in rows]}
    return Reply(data=data, shown=(facts, "", _write(body), *history))


@rules.command(cls=LeafCommand, example="qbwc-service rules export 1 > rules.json")
@connection_argument
@version_option
@click.pass_obj
def export(desk: Desk, connection_id: int, *, version: int | None) -> Reply:
    """Write the rules as JSON, every value of them, for `rules import`."""
    with desk.database.reading() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        body = dump_rules(get_rules(db, connection_id, version=version).rules)
    return Reply(data=body, raw=f"{_write(body)}\n")


@rules.command(name="import", cls=LeafCommand, example="qbwc-service rules import 1 rules.json --by Ann")
@connection_argument
@click.argument("file", type=click.Path(allow_dash=True, dir_okay=False))
@click.option("--by", default="the command line", show_default=True, help="Who does it.")
@click.pass_obj
def import_(desk: Desk, connection_id: int, *, file: str, by: str) -> Reply:
    """Check rules and let them hold from now on, as a new version; what is left out has its default.

    `-` is standard input. What waits in the queue goes by the new rules too.
    """
    text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    body = parse_json(text, name=file)
    if not isinstance(body, dict):
        raise InputError(f"{file}: rules are an object, in braces", field="file")
    with desk.database.writing() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        kept = change_rules(db, connection_id, body, by=by, now=desk.now())
    return Reply(data={"version": kept.version}, raw=f"Version {kept.version} of the rules holds.\n")


def _write(body: object) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False)
