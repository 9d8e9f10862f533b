"""How far each entity of the mirror is pulled, what is fetched by id, what a message set asks, how it is set."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
PHASES = "'recent', 'history', 'incremental'"


def upgrade() -> None:
    op.add_column("connections", sa.Column("is_mirrored", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("connections", sa.Column("is_pull_paused", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("connections", sa.Column("pull_rests_until", sa.DateTime(timezone=True)))
    op.add_column("connections", sa.Column("pull_settings", JSON))
    op.add_column("connections", sa.Column("pull_state", JSON))
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "cursors",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.String(32), nullable=False),
        sa.Column("phase", sa.String(32), nullable=False),
        sa.Column("due_at", moment),
        sa.Column("covered_from", sa.String(10)),
        sa.Column("window", JSON),
        sa.Column("window_days", sa.Integer(), server_default="31", nullable=False),
        sa.Column("is_cut", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("iterator_id", sa.String(64)),
        sa.Column("iterator_session_id", sa.BigInteger()),
        sa.Column("page_number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("remaining_count", sa.Integer()),
        sa.Column("window_rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("high_water", sa.String(32)),
        sa.Column("next_high_water", sa.String(32)),
        sa.Column("row_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expected_count", sa.Integer()),
        sa.Column("page_size", sa.Integer(), server_default="100", nullable=False),
        sa.Column("page_seconds", sa.Double()),
        sa.Column("page_characters", sa.Integer()),
        sa.Column("page_rows", sa.Integer()),
        sa.Column("started_at", moment),
        sa.Column("recent_done_at", moment),
        sa.Column("done_at", moment),
        sa.Column("pulled_at", moment),
        sa.Column("compared_at", moment),
        sa.Column("compare_at", moment),
        sa.Column("counted_at", moment),
        sa.Column("quickbooks_count", sa.Integer()),
        sa.Column("mirror_count", sa.Integer()),
        sa.Column("swept_at", moment),
        sa.Column("comparison", JSON),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.String()),
        sa.Column("goes_alone", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint(f"phase IN ({PHASES})", name=op.f("ck_cursors_phase")),
        sa.CheckConstraint("page_size BETWEEN 25 AND 1000", name=op.f("ck_cursors_page_size")),
        sa.CheckConstraint("(iterator_id IS NULL) = (iterator_session_id IS NULL)", name=op.f("ck_cursors_iterator")),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_cursors_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", "entity", name=op.f("pk_cursors")),
    )
    op.create_index("ix_cursors_due", "cursors", ["connection_id", "due_at"])
    op.create_table(
        "pull_ids",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.String(32), nullable=False),
        sa.Column("object_id", sa.String(64), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id", "entity"],
            ["cursors.connection_id", "cursors.entity"],
            name=op.f("fk_pull_ids_connection_id_entity"),
        ),
        sa.PrimaryKeyConstraint("connection_id", "entity", "object_id", name=op.f("pk_pull_ids")),
    )
    op.create_table(
        "pull_sets",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_set_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("questions", JSON, nullable=False),
        sa.Column("applied_at", moment),
        sa.ForeignKeyConstraint(
            ["connection_id", "message_set_id"],
            ["message_sets.connection_id", "message_sets.id"],
            name=op.f("fk_pull_sets_connection_id_message_set_id"),
        ),
        sa.PrimaryKeyConstraint("connection_id", "message_set_id", name=op.f("pk_pull_sets")),
    )


def downgrade() -> None:
    op.drop_table("pull_sets")
    op.drop_table("pull_ids")
    op.drop_table("cursors")
    for column in ("pull_state", "pull_settings", "pull_rests_until", "is_pull_paused", "is_mirrored"):
        op.drop_column("connections", column)
