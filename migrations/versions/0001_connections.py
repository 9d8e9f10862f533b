"""The deployment, connections and their installs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

SEQUENCES = ("connections_id_seq", "installs_id_seq")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    for name in sequences():
        op.execute(sa.schema.CreateSequence(sa.Sequence(name)))
    op.create_table(
        "deployments",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.String(38), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_deployments_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployments")),
    )
    op.create_table(
        "connections",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=True),
        sa.Column("file_id", sa.String(38), nullable=False),
        sa.Column("run_every_minutes", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("status_reason", sa.String(), nullable=True),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("required_company_name", sa.String(200), nullable=True),
        sa.Column("company_name", sa.String(200), nullable=True),
        sa.Column("company_file_path", sa.String(), nullable=True),
        sa.Column("company_file_marker", sa.String(64), nullable=True),
        sa.Column("adopt_any_file", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("identified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("product_name", sa.String(), nullable=True),
        sa.Column("product_version", sa.String(20), nullable=True),
        sa.Column("country", sa.String(8), nullable=True),
        sa.Column("supported_versions", JSON, nullable=True),
        sa.Column("file_mode", sa.String(20), nullable=True),
        sa.Column("is_unattended_allowed", sa.Boolean(), nullable=True),
        sa.CheckConstraint("mode IN ('active', 'paused', 'disabled')", name=op.f("ck_connections_mode")),
        sa.CheckConstraint(
            "status IN ('pending_setup', 'online', 'waiting', 'mismatch')", name=op.f("ck_connections_status")
        ),
        sa.CheckConstraint("run_every_minutes >= 1", name=op.f("ck_connections_run_every_minutes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
        sa.UniqueConstraint("external_id", name=op.f("uq_connections_external_id")),
        sa.UniqueConstraint("file_id", name=op.f("uq_connections_file_id")),
    )
    op.create_table(
        "installs",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("user_name", sa.String(80), nullable=False),
        sa.Column("rotation", sa.Integer(), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("poll_interval_seconds", sa.Integer(), nullable=True),
        sa.Column("wrong_password_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("rotation >= 0", name=op.f("ck_installs_rotation")),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_installs_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", "id", name=op.f("pk_installs")),
        sa.UniqueConstraint("connection_id", "user_name", name=op.f("uq_installs_connection_id_user_name")),
    )
    op.create_table(
        "row_numbers",
        sa.Column("table_name", sa.String(64), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("table_name", name=op.f("pk_row_numbers")),
        comment="SQLite only: the last row number given out, by table.",
    )


def downgrade() -> None:
    op.drop_table("row_numbers")
    op.drop_table("installs")
    op.drop_table("connections")
    op.drop_table("deployments")
    for name in sequences():
        op.execute(sa.schema.DropSequence(sa.Sequence(name)))


def sequences() -> tuple[str, ...]:
    """SQLite has no sequences; there the table row_numbers counts."""
    return SEQUENCES if op.get_bind().dialect.name == "postgresql" else ()
