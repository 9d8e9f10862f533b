"""The database that the migrations make is the one that the models describe, by the database's own account."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from qbwc_service.bundled import find_bundled
from qbwc_service.store import Base, Database, open_database
from qbwc_service.store.schema import current_revision, downgrade_schema, head_revision, upgrade_schema
from tests.databases import create_postgresql_database, drop_postgresql_database
from tests.migrations.catalogue import Catalogue, read_catalogue


def revisions() -> list[str]:
    """From the first to the last."""
    config = Config()
    config.set_main_option("script_location", str(find_bundled("migrations")))
    config.set_main_option("path_separator", "os")
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def catalogue_of(database: Database) -> Catalogue:
    with database.engine.connect() as connection:
        return read_catalogue(connection)


@pytest.fixture
def other_empty_database(
    empty_database: Database, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Database]:
    """A second one, of the same kind."""
    if empty_database.engine.dialect.name == "sqlite":
        database = open_database(f"sqlite:///{tmp_path / 'other.sqlite3'}")
        yield database
        database.close()
        return
    server = request.getfixturevalue("postgresql_server")
    url = create_postgresql_database(server)
    database = open_database(url)
    yield database
    database.close()
    drop_postgresql_database(server, url)


def test_migrated_is_what_the_models_describe(empty_database: Database, other_empty_database: Database) -> None:
    upgrade_schema(empty_database)
    Base.metadata.create_all(other_empty_database.engine)
    migrated, created = catalogue_of(empty_database), catalogue_of(other_empty_database)
    assert migrated == created
    assert {key.partition(" ")[2] for key in migrated if key.startswith("rule ")} >= {
        f"{table.name}.{rule.name}" for table in Base.metadata.sorted_tables for rule in table.constraints
    }


@pytest.mark.parametrize(
    ("sqlite", "postgresql"),
    [
        ("DROP INDEX ix_operations_waiting", "DROP INDEX ix_operations_waiting"),
        (
            "CREATE INDEX ix_operations_waiting ON operations (connection_id, priority, id) WHERE state = 'sent'",
            "CREATE INDEX ix_operations_waiting ON operations (connection_id, priority, id) WHERE state = 'sent'",
        ),
        (
            "rotation >= 0 -> rotation >= 1",
            (
                "ALTER TABLE installs DROP CONSTRAINT ck_installs_rotation, ADD CONSTRAINT ck_installs_rotation"
                " CHECK (rotation >= 1)"
            ),
        ),
        (
            "DEFERRABLE INITIALLY DEFERRED -> ",
            "ALTER TABLE operations ALTER CONSTRAINT fk_operations_connection_id_message_set_id NOT DEFERRABLE",
        ),
        (
            "label VARCHAR(200) NOT NULL -> label VARCHAR(200)",
            "ALTER TABLE installs ALTER COLUMN label DROP NOT NULL",
        ),
        (
            "progress INTEGER DEFAULT '0' -> progress INTEGER DEFAULT '1'",
            "ALTER TABLE update_sessions ALTER COLUMN progress SET DEFAULT 1",
        ),
        ("user_name VARCHAR(80) -> user_name VARCHAR(81)", "ALTER TABLE installs ALTER user_name TYPE VARCHAR(81)"),
    ],
    ids=["index", "predicate", "check", "deferrable", "nullability", "default", "type"],
)
def test_the_comparison_sees_a_difference(empty_database: Database, sqlite: str, postgresql: str) -> None:
    """Alembic's own comparison misses half of these."""
    upgrade_schema(empty_database)
    before = catalogue_of(empty_database)
    with empty_database.engine.connect() as connection:
        change = postgresql if connection.dialect.name == "postgresql" else sqlite
        if change.startswith("CREATE INDEX"):
            connection.execute(text("DROP INDEX ix_operations_waiting"))
        if "->" in change:
            old, new = change.split(" -> ")
            connection.execute(text("PRAGMA writable_schema = ON"))
            rewrite = text("UPDATE sqlite_master SET sql = replace(sql, :old, :new) WHERE type = 'table'")
            connection.execute(rewrite, {"old": old, "new": new.strip()})
        else:
            connection.execute(text(change))
        connection.commit()
    assert catalogue_of(empty_database) != before


def unplaced(catalogue: Catalogue) -> Catalogue:
    """The same without the places of columns: one that was dropped comes back as the last of its table."""
    found: Catalogue = {}
    for key, value in catalogue.items():
        if key.startswith("column ") and not isinstance(value, str):
            found[key] = value[1:]
        elif key.startswith("index columns "):
            found[key] = [part[2:] for part in value[1:]]
        else:
            found[key] = value
    return found


def test_every_migration_goes_up_down_and_up_again(empty_database: Database) -> None:
    seen = catalogue_of(empty_database)
    for before, revision in zip(["base", *revisions()], revisions(), strict=False):
        upgrade_schema(empty_database, revision=revision)
        there = catalogue_of(empty_database)
        assert there != seen

        downgrade_schema(empty_database, revision=before)
        assert unplaced(catalogue_of(empty_database)) == unplaced(seen)
        assert current_revision(empty_database) == (None if before == "base" else before)

        upgrade_schema(empty_database, revision=revision)
        assert catalogue_of(empty_database) == there
        seen = there
    assert current_revision(empty_database) == head_revision()


def test_all_the_way_down_leaves_nothing_and_up_again_everything(empty_database: Database) -> None:
    upgrade_schema(empty_database)
    there = catalogue_of(empty_database)
    downgrade_schema(empty_database, revision="base")
    assert catalogue_of(empty_database) == {}
    upgrade_schema(empty_database)
    assert catalogue_of(empty_database) == there


def test_an_upgrade_of_what_is_up_to_date_changes_nothing(empty_database: Database) -> None:
    upgrade_schema(empty_database)
    there = catalogue_of(empty_database)
    upgrade_schema(empty_database)
    assert catalogue_of(empty_database) == there


def test_migrations_are_numbered_one_after_the_other() -> None:
    assert revisions() == [f"{number:04}" for number in range(1, len(revisions()) + 1)]
    files = sorted(path.name[:4] for path in find_bundled("migrations").glob("versions/*.py"))
    assert files == revisions()
