"""A list entry got another name: what refers to it shows the new one, as it does in QuickBooks.

QuickBooks keeps the id and makes the name when it is asked, so nothing that refers to the entry counts as changed and
no query finds it. The mirror does the same here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, String, Table, cast, func, or_, select, update
from sqlalchemy.orm import Session

from qbwc_service.store import mirror_lists, mirror_transactions
from qbwc_service.sync.pull.entities import Entity
from qbwc_service.sync.pull.references import pointers_to
from qbwc_service.sync.pull.write import UNSYNCED, in_pieces

NESTED = (mirror_lists.qb_items, mirror_transactions.qb_deposits)
"""Tables whose ``raw`` may hold references to mirrored lists."""

MOST_SEARCHED = 50
"""How many ids are looked for in ``raw`` at once: no index helps there."""


def name_of(table: FromClause) -> ColumnElement[str]:
    """Give the name by which an entry of a list's table is referred to."""
    return func.coalesce(table.c.full_name, table.c.name) if "full_name" in table.c else table.c.name


def rename_references(db: Session, connection_id: int, entity: Entity, ids: Sequence[str]) -> None:
    """Write the names that these entries have now wherever the mirror refers to them."""
    for some in in_pieces(ids):
        _rename_columns(db, connection_id, entity, some)
    for some in in_pieces(ids, MOST_SEARCHED):
        mine = (entity.table.c.connection_id == connection_id, entity.table.c.list_id.in_(some))
        names = {
            row[0]: row[1] for row in db.execute(select(entity.table.c.list_id, name_of(entity.table)).where(*mine))
        }
        for table in NESTED:
            _rename_nested(db, connection_id, table, names)


def _rename_columns(db: Session, connection_id: int, entity: Entity, ids: Sequence[str]) -> None:
    """Rename by one statement for each place that can refer to the list."""
    entries = entity.table.alias()
    for pointer in pointers_to(entity):
        name = (
            select(name_of(entries))
            .where(entries.c.connection_id == connection_id, entries.c.list_id == pointer.list_id)
            .correlate(pointer.table)
            .scalar_subquery()
        )
        differs = (
            pointer.table.c.connection_id == connection_id,
            pointer.list_id.in_(ids),
            pointer.full_name.is_distinct_from(name),
        )
        db.execute(update(pointer.table).where(*differs).values({pointer.full_name: name}), execution_options=UNSYNCED)


def _rename_nested(db: Session, connection_id: int, table: Table, names: Mapping[str, str]) -> None:
    key = next(column for column in table.primary_key if column.name != "connection_id")
    text = cast(table.c.raw, String)
    holds = or_(*(text.contains(one, autoescape=True) for one in names))
    query = select(key, table.c.raw).where(table.c.connection_id == connection_id, holds)
    for object_id, raw in db.execute(query).all():
        mine = (table.c.connection_id == connection_id, key == object_id)
        move = update(table).where(*mine).values(raw=_renamed(raw, names))
        db.execute(move, execution_options=UNSYNCED)


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    list_id = value.get("ListID")
    if isinstance(list_id, str) and list_id in names and "FullName" in value:
        return {**value, "FullName": names[list_id]}
    return {key: _renamed(one, names) for key, one in value.items()}
