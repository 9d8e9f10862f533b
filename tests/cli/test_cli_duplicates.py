"""``duplicates``: items whose names are the same to a person."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert

from qbwc_service.store import open_database
from qbwc_service.store.mirror_lists import qb_items

NOW = datetime(2026, 11, 28, tzinfo=UTC)
DOCUMENTS = """[
  {"external_id": "fuel", "kind": "service", "name": "FUEL surcharge", "income_account": {"full_name": "Sales"}},
  {"external_id": "wait", "kind": "service", "name": "Waiting", "income_account": {"full_name": "Sales"}}
]"""


def mirror(connection_id: int, *items: tuple[str, str, str], **more: object) -> None:
    """The mirror learns of items: id, type and full name."""
    database = open_database(os.environ["QBWC_DATABASE_URL"])
    rows = [
        {
            "connection_id": connection_id,
            "list_id": list_id,
            "kind": kind,
            "name": full_name.rpartition(":")[2],
            "full_name": full_name,
            "pulled_at": NOW,
            "raw": {},
            **more,
        }
        for list_id, kind, full_name in items
    ]
    with database.writing() as db:
        db.execute(insert(qb_items), rows)
    database.close()


def test_items_of_one_name_are_shown_together(cli: Any, connection: int, write: Callable[..., str]) -> None:
    cli.json("enqueue", connection, write("items.json", DOCUMENTS), "--kind", "item")
    mirror(connection, ("80-1", "ItemService", "Fees:Fuel-Surcharge"), ("80-2", "ItemNonInventory", "fuel surcharge"))
    mirror(connection, ("80-3", "ItemService", "Haul"), ("80-4", "ItemService", "..."), ("80-5", "ItemService", "-"))
    mirror(connection, ("80-6", "ItemService", "Haul!"), deleted_at=NOW)

    found = cli.json("duplicates", connection)["duplicates"]

    assert [one["name"] for one in found] == ["fuelsurcharge"]
    assert {(one["full_name"], one["quickbooks_id"], one["external_id"]) for one in found[0]["items"]} == {
        ("Fees:Fuel-Surcharge", "80-1", None),
        ("FUEL surcharge", None, "fuel"),
        ("fuel surcharge", "80-2", None),
    }
    shown = cli("duplicates", connection).output
    assert "Fees:Fuel-Surcharge" in shown
    assert "merge" in shown


def test_an_empty_page_says_so(cli: Any, connection: int) -> None:
    assert cli.json("duplicates", connection)["duplicates"] == []
    assert "No two items have the same name." in cli("duplicates", connection).output


def test_a_connection_that_is_not_there_is_an_error(cli: Any) -> None:
    assert cli("duplicates", 77).exit_code != 0
