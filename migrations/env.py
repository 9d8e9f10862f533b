"""Runs the migrations: on the connection that `qbwc-service db` hands over, or on QBWC_DATABASE_URL."""

import os

from alembic import context
from sqlalchemy import Connection, text

from qbwc_service.settings import read_database_url
from qbwc_service.store import Base, open_database
from qbwc_service.store.rebuild import foreign_keys_off


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    if connection.dialect.name == "postgresql":
        # Two upgrades at once would both make the table of versions; the lock goes with the connection.
        connection.execute(text("SELECT pg_advisory_lock(hashtext('qbwc-service migrations'))"))
        connection.commit()
    with foreign_keys_off(connection), context.begin_transaction():
        context.run_migrations()


handed_over = context.config.attributes.get("connection")
if context.is_offline_mode():
    raise SystemExit("Migrations run on a live database only: give its address in QBWC_DATABASE_URL.")
if handed_over is not None:
    run(handed_over)
else:
    database = open_database(read_database_url(os.environ))
    with database.engine.connect() as connection:
        run(connection)
    database.close()
