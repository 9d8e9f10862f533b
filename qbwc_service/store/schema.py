"""The schema's version: bring it up to date, say where it stands, refuse to work on another one."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from qbwc_service.bundled import find_bundled
from qbwc_service.errors import SchemaError
from qbwc_service.store.engine import Database
from qbwc_service.store.statistics import tell_planner


def upgrade_schema(database: Database, *, revision: str = "head") -> None:
    """Run the migrations up to ``revision``; on an up-to-date database nothing changes."""
    with database.engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        tell_planner(connection)
        connection.commit()


def downgrade_schema(database: Database, *, revision: str) -> None:
    """Run the migrations down to ``revision`` (``base`` empties the database)."""
    with database.engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()


def current_revision(database: Database) -> str | None:
    """Say which migration the database stands at; None for an empty database."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """Say which migration this release works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise SchemaError("this installation holds no migrations", remedy="install it again")
    return head


def check_schema(database: Database) -> None:
    """Pass if the database stands where this release needs it; SchemaError says what to do if not."""
    try:
        current = current_revision(database)
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()
        raise SchemaError(
            f"the database cannot be reached: {reason[0] if reason else type(error.orig).__name__}",
            field="QBWC_DATABASE_URL",
            remedy="see that it runs and that the address and password are right",
        ) from error
    head = head_revision()
    if current == head:
        return
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if current is not None and current not in known:
        raise SchemaError(
            f"the database is at {current}, which this release does not know: it was used by a later one",
            remedy="install the later release again",
        )
    raise SchemaError(
        f"the database is at {current or 'nothing yet'}, this release works with {head}",
        remedy="run: qbwc-service db upgrade",
    )


def _config() -> Config:
    config = Config(str(find_bundled("alembic.ini")))
    config.set_main_option("script_location", str(find_bundled("migrations")))
    return config
