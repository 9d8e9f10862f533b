"""Update sessions and the message sets they exchange."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

SEQUENCES = ("update_sessions_id_seq", "message_sets_id_seq")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    for name in sequences():
        op.execute(sa.schema.CreateSequence(sa.Sequence(name)))
    op.create_table(
        "update_sessions",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("install_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_hash", sa.String(64), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_call_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(32), nullable=True),
        sa.Column("is_identified", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("qbxml_version", sa.String(8), nullable=True),
        sa.Column("country", sa.String(8), nullable=True),
        sa.Column("company_file_path", sa.String(), nullable=True),
        sa.Column("progress", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("connection_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_update_sessions_ended")),
        sa.CheckConstraint(
            "end_reason IN ('closed', 'superseded', 'expired', 'connection_error', 'company_mismatch')",
            name=op.f("ck_update_sessions_end_reason"),
        ),
        sa.CheckConstraint(
            "state = 'open' OR end_reason IS NOT NULL", name=op.f("ck_update_sessions_ended_for_a_reason")
        ),
        sa.CheckConstraint("state IN ('open', 'ended')", name=op.f("ck_update_sessions_state")),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_update_sessions_progress")),
        sa.ForeignKeyConstraint(
            ["connection_id", "install_id"],
            ["installs.connection_id", "installs.id"],
            name=op.f("fk_update_sessions_connection_id_install_id"),
        ),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_update_sessions_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", "id", name=op.f("pk_update_sessions")),
        sa.UniqueConstraint("connection_id", "ticket_hash", name=op.f("uq_update_sessions_connection_id_ticket_hash")),
    )
    op.create_index(
        "uq_update_sessions_one_open",
        "update_sessions",
        ["connection_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "message_sets",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("update_session_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("new_message_set_id", sa.String(24), nullable=True),
        sa.Column("operation_count", sa.Integer(), nullable=False),
        sa.Column("operation_ids", JSON, nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("hresult", sa.String(64), nullable=True),
        sa.Column("hresult_message", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("apply_error", sa.String(), nullable=True),
        sa.CheckConstraint("(state = 'applied') = (applied_at IS NOT NULL)", name=op.f("ck_message_sets_applied")),
        sa.CheckConstraint(
            "(state IN ('sent', 'unknown')) = (answered_at IS NULL)", name=op.f("ck_message_sets_answered")
        ),
        sa.CheckConstraint("purpose IN ('work', 'identity')", name=op.f("ck_message_sets_purpose")),
        sa.CheckConstraint(
            "state IN ('sent', 'answered', 'applied', 'unknown', 'apply_failed')", name=op.f("ck_message_sets_state")
        ),
        sa.ForeignKeyConstraint(
            ["connection_id", "update_session_id"],
            ["update_sessions.connection_id", "update_sessions.id"],
            name=op.f("fk_message_sets_connection_id_update_session_id"),
        ),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_message_sets_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", "id", name=op.f("pk_message_sets")),
        sa.UniqueConstraint(
            "connection_id", "new_message_set_id", name=op.f("uq_message_sets_connection_id_new_message_set_id")
        ),
    )
    op.create_index(
        "ix_message_sets_unsettled",
        "message_sets",
        ["connection_id", "id"],
        unique=False,
        sqlite_where=sa.text("state <> 'applied'"),
        postgresql_where=sa.text("state <> 'applied'"),
    )
    op.create_index(
        "uq_message_sets_one_sent",
        "message_sets",
        ["connection_id", "update_session_id"],
        unique=True,
        sqlite_where=sa.text("state = 'sent'"),
        postgresql_where=sa.text("state = 'sent'"),
    )


def downgrade() -> None:
    op.drop_table("message_sets")
    op.drop_table("update_sessions")
    for name in sequences():
        op.execute(sa.schema.DropSequence(sa.Sequence(name)))


def sequences() -> tuple[str, ...]:
    """SQLite has no sequences; there the table row_numbers counts."""
    return SEQUENCES if op.get_bind().dialect.name == "postgresql" else ()
