"""Rebuild an SQLite table whose rules change: SQLite can add a column, and nothing else, to a table that exists.

The twelve steps of SQLite's own documentation (ALTER TABLE, "making other kinds of schema changes"): a table with the
new text, the rows copied over, the old one dropped, the new one renamed, its indexes made again. Foreign keys have to
be off meanwhile, which is possible outside of a transaction only: ``foreign_keys_off``.
"""

import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection, text


@contextmanager
def foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Let tables be dropped and made again on a connection that has not begun a transaction; SQLite only."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def rebuild_table(
    connection: Connection,
    table: str,
    *,
    drop_columns: Collection[str] = (),
    add_columns: Mapping[str, str] | None = None,
    drop_rules: Collection[str] = (),
    put_rules: Mapping[str, str] | None = None,
    fill: Mapping[str, str] | None = None,
) -> None:
    """Change columns and named rules of an SQLite table, in the caller's transaction; every row is kept.

    ``add_columns`` gives the text behind each new column's name (they come last), ``put_rules`` the text behind each
    rule's name, new or in place of the old one, ``fill`` SQL for what new columns hold. RuntimeError where a foreign
    key points to nothing afterwards.
    """
    sql = connection.scalar(
        text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name"), {"name": table}
    )
    indexes = list(
        connection.scalars(
            text("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :name AND sql IS NOT NULL"),
            {"name": table},
        )
    )
    parts = _parts(str(sql))
    columns = {name: part for name, part in parts if name not in drop_columns and not _is_rule(part)}
    sources = {**{name: name for name in columns}, **(fill or {})}
    kept, values = ", ".join(sources), ", ".join(sources.values())
    columns |= {name: f"{name} {rest}" for name, rest in (add_columns or {}).items()}
    rules = {name: part for name, part in parts if _is_rule(part) and name not in drop_rules}
    rules |= {name: f"CONSTRAINT {name} {rest}" for name, rest in (put_rules or {}).items()}
    body = ", ".join([*columns.values(), *rules.values()])
    run = connection.exec_driver_sql
    run(f"CREATE TABLE rebuilt_{table} ({body})")
    run(f"INSERT INTO rebuilt_{table} ({kept}) SELECT {values} FROM {table}")  # noqa: S608 - our own names
    run(f"DROP TABLE {table}")
    run(f"ALTER TABLE rebuilt_{table} RENAME TO {table}")
    for index in indexes:
        run(index)
    if run(f"PRAGMA foreign_key_check({table})").first() is not None:
        raise RuntimeError(f"a row of {table} points to nothing")


def _is_rule(part: str) -> bool:
    return part.startswith("CONSTRAINT ")


def _parts(sql: str) -> list[tuple[str, str]]:
    """Take the body of CREATE TABLE apart at its outer commas: (name of the column or rule, its whole text)."""
    parts, depth = [""], 0
    for character in sql[sql.index("(") + 1 : sql.rindex(")")]:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    squeezed = [re.sub(r"\s+", " ", part).strip() for part in parts]
    return [(part.split()[1 if _is_rule(part) else 0], part) for part in squeezed]
