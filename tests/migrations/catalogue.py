"""What a database says of itself: every table, column, rule and index, read from its own catalogue.

Not from Alembic or SQLAlchemy: they do not see a changed CHECK or a partial index's predicate. The catalogue is a plain
dictionary from a readable key to a readable value, so that two of them can be compared and the difference read.
"""

import re
from typing import Any

from sqlalchemy import Connection, text

Catalogue = dict[str, Any]

POSTGRESQL = {
    "column": """
        SELECT c.relname || '.' || a.attname, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
               format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
               a.attidentity, a.attgenerated, a.attcollation
          FROM pg_attribute a
          JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
          LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped""",
    "rule": """
        SELECT conrelid::regclass || '.' || conname, contype, pg_get_constraintdef(oid), condeferrable, condeferred,
               convalidated
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0""",
    "index": "SELECT tablename || '.' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "sequence": """
        SELECT sequencename, data_type, start_value, increment_by, min_value, max_value, cycle
          FROM pg_sequences WHERE schemaname = 'public'""",
    "comment": """
        SELECT objoid::regclass || '.' || objsubid, description FROM pg_description
         WHERE classoid = 'pg_class'::regclass AND objoid IN
               (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)""",
    "other": """
        SELECT 'trigger ' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
         UNION ALL SELECT 'view ' || viewname, definition FROM pg_views WHERE schemaname = 'public'
         UNION ALL SELECT 'type ' || typname, typtype::text FROM pg_type
                    WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')""",
}
BOOKKEEPING = ("alembic_version", "sqlite_stat")


def read_catalogue(connection: Connection) -> Catalogue:
    """Read everything but Alembic's own table, and what SQLite keeps for its planner."""
    read = read_postgresql if connection.dialect.name == "postgresql" else read_sqlite
    return {key: value for key, value in read(connection).items() if not any(name in key for name in BOOKKEEPING)}


def read_postgresql(connection: Connection) -> Catalogue:
    found: Catalogue = {}
    for kind, query in POSTGRESQL.items():
        for name, *facts in connection.execute(text(query)):
            found[f"{kind} {name}"] = tuple(facts)
    return found


def read_sqlite(connection: Connection) -> Catalogue:
    """SQLite keeps names of rules, CHECKs and DEFERRABLE only in the text of CREATE TABLE, which is taken apart."""
    found: Catalogue = {}
    master = connection.execute(text("SELECT type, name, tbl_name, sql FROM sqlite_master")).all()
    for kind, name, table, sql in master:
        if kind == "table":
            found |= read_sqlite_table(connection, name, sql)
        else:
            found[f"{kind} {table}.{name}"] = squeeze(sql) if sql else "automatic"
    return found


def read_sqlite_table(connection: Connection, name: str, sql: str) -> Catalogue:
    found: Catalogue = {}
    for number, column, *facts in connection.execute(text(f"PRAGMA table_xinfo({name})")):
        found[f"column {name}.{column}"] = (number, *facts)
    for index in connection.execute(text(f"PRAGMA index_list({name})")):
        columns = connection.execute(text(f"PRAGMA index_xinfo({index.name})")).all()
        found[f"index columns {name}.{index.name}"] = (tuple(index)[2:], *map(tuple, columns))
    keys = connection.execute(text(f"PRAGMA foreign_key_list({name})")).all()
    found[f"foreign keys {name}"] = sorted(tuple(key)[1:] for key in keys)
    for part in parts_of(sql):
        if part.startswith("CONSTRAINT "):
            found[f"rule {name}.{part.split()[1]}"] = part
        else:
            found[f"column text {name}.{part.split()[0]}"] = part
    found[f"table {name}"] = squeeze(sql[sql.rindex(")") + 1 :])  # STRICT, WITHOUT ROWID.
    return found


def parts_of(sql: str) -> list[str]:
    """Take the body of a CREATE TABLE apart at its commas outside of brackets; no name of ours holds either."""
    body = sql[sql.index("(") + 1 : sql.rindex(")")]
    parts, depth = [""], 0
    for character in body:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [squeeze(part) for part in parts]


def squeeze(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()
