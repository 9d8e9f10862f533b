"""A list entry got another name: what refers to it shows the new one, as it does in QuickBooks.

QuickBooks keeps the id and makes the name when it is asked, so nothing that refers to the entry counts as changed and
no query finds it. The mirror does the same here.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import String, Table, cast, select, update
from sqlalchemy.orm import Session

from qbwc_service.store import mirror_lists, mirror_transactions
from qbwc_service.sync.pull.entities import Entity
from qbwc_service.sync.pull.references import pointers_to
from qbwc_service.sync.pull.write import UNSYNCED

NESTED = (mirror_lists.qb_items, mirror_transactions.qb_deposits)
"""Tables whose ``raw`` may hold references to mirrored lists."""


def rename_references(db: Session, connection_id: int, entity: Entity, names: Mapping[str, str]) -> None:
    """Write the new names (by ListID) wherever the mirror refers to them."""
    for list_id, name in names.items():
        for pointer in pointers_to(entity):
            differs = (
                pointer.table.c.connection_id == connection_id,
                pointer.list_id == list_id,
                pointer.full_name.is_distinct_from(name),
            )
            move = update(pointer.table).where(*differs).values({pointer.full_name: name})
            db.execute(move, execution_options=UNSYNCED)
        for table in NESTED:
            _rename_nested(db, connection_id, table, list_id=list_id, name=name)


def _rename_nested(db: Session, connection_id: int, table: Table, *, list_id: str, name: str) -> None:
    key = next(column for column in table.primary_key if column.name != "connection_id")
    holds = (table.c.connection_id == connection_id, cast(table.c.raw, String).contains(list_id, autoescape=True))
    for object_id, raw in db.execute(select(key, table.c.raw).where(*holds)).all():
        mine = (table.c.connection_id == connection_id, key == object_id)
        move = update(table).where(*mine).values(raw=_renamed(raw, list_id, name))
        db.execute(move, execution_options=UNSYNCED)


def _renamed(value: Any, list_id: str, name: str) -> Any:
    if isinstance(value, list):
        return [_renamed(one, list_id, name) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("ListID") == list_id and "FullName" in value:
        return {**value, "FullName": name}
    return {key: _renamed(one, list_id, name) for key, one in value.items()}
