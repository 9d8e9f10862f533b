"""Replace objects in the mirror by what QuickBooks says of them now: by id, whatever was known before.

Rows are taken out and put in again, with everything that hangs on them: a list of lines has no other way, and a bulk
insert is the fastest thing either database can do.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from qbwc_service.store.bulk import bind_moment, copy_rows, is_among
from qbwc_service.sync.pull.entities import Entity
from qbwc_service.sync.pull.rows import RowMaker, Rows, columns_of

MOST_IDS = 500
"""How many ids one statement names; SQLite takes some ten thousand, PostgreSQL plans these in no time."""

UNSYNCED = {"synchronize_session": False}


def make_rows(db: Session, connection_id: int, entity: Entity, *, now: datetime) -> RowMaker:
    """Begin to collect rows of one entity."""
    return RowMaker(entity, connection_id, pulled_at=bind_moment(db, now))


def replace_objects(db: Session, connection_id: int, entity: Entity, rows: Rows) -> list[str]:
    """Write objects and their lines; give the ids of those that are back: the mirror had them as deleted.

    QuickBooks names an object once in an answer; should it not, the last word counts.
    """
    rows = _without_doubles(entity, rows)
    back: list[str] = []
    key = entity.table.c[entity.key_column]
    held = (entity.table.c.connection_id == connection_id, is_among(db, key, rows.ids))
    if db.scalar(select(key).where(*held).limit(1)) is not None:
        move = delete(entity.table).where(*held).returning(key, entity.table.c.deleted_at)
        back = [one for one, deleted_at in db.execute(move, execution_options=UNSYNCED) if deleted_at is not None]
    copy_rows(db, entity.table, columns_of(entity.table), rows.objects)
    for lines, found in zip(entity.lines, rows.lines, strict=True):
        copy_rows(db, lines.table, columns_of(lines.table), found)
    return back


def mark_deleted(db: Session, connection_id: int, entity: Entity, ids: Sequence[str], *, now: datetime) -> list[str]:
    """Mark objects that QuickBooks has no more; give the ids of those for which this is news."""
    marked: list[str] = []
    table = entity.table
    for some in in_pieces(ids):
        key = table.c[entity.key_column]
        still_there = (table.c.connection_id == connection_id, key.in_(some), table.c.deleted_at.is_(None))
        move = update(table).where(*still_there).values(deleted_at=now).returning(key)
        marked += db.scalars(move, execution_options=UNSYNCED)
    return marked


def in_pieces(ids: Sequence[str], size: int = MOST_IDS) -> Iterator[Sequence[str]]:
    """Cut a list of ids into pieces that one statement can name."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _without_doubles(entity: Entity, rows: Rows) -> Rows:
    if len(set(rows.ids)) == len(rows.ids):
        return rows
    at = columns_of(entity.table).index(entity.key_column)
    objects = {row[at]: row for row in rows.objects}
    lines = tuple({(row[1], row[2]): row for row in found} for found in rows.lines)
    return Rows(
        objects=list(objects.values()), lines=tuple(list(found.values()) for found in lines), ids=list(set(rows.ids))
    )
