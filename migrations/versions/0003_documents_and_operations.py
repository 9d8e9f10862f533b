"""Documents, the queue of operations, links and sync states."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

SEQUENCES = ("documents_id_seq", "operations_id_seq")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    for name in sequences():
        op.execute(sa.schema.CreateSequence(sa.Sequence(name)))
    op.create_table(
        "documents",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('customer', 'item', 'invoice', 'credit_memo', 'payment')", name=op.f("ck_documents_kind")
        ),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_documents_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", "id", name=op.f("pk_documents")),
        sa.UniqueConstraint(
            "connection_id", "kind", "external_id", name=op.f("uq_documents_connection_id_kind_external_id")
        ),
    )
    op.create_table(
        "operations",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("is_write", sa.Boolean(), nullable=False),
        sa.Column("body", JSON, nullable=True),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("external_guid", sa.String(38), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("batch_limit", sa.Integer(), nullable=True),
        sa.Column("message_set_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('done', 'failed', 'cancelled', 'superseded')) = (finished_at IS NOT NULL)",
            name=op.f("ck_operations_finished"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'blocked', 'sent', 'unknown', 'done', 'failed', 'cancelled', 'superseded')",
            name=op.f("ck_operations_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('sent', 'unknown') OR message_set_id IS NOT NULL", name=op.f("ck_operations_sent_in_a_set")
        ),
        sa.CheckConstraint("(body IS NULL) <> (document_id IS NULL)", name=op.f("ck_operations_body_or_document")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_operations_attempts")),
        sa.CheckConstraint("batch_limit >= 1", name=op.f("ck_operations_batch_limit")),
        sa.ForeignKeyConstraint(
            ["connection_id", "document_id"],
            ["documents.connection_id", "documents.id"],
            name=op.f("fk_operations_connection_id_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["connection_id", "message_set_id"],
            ["message_sets.connection_id", "message_sets.id"],
            name=op.f("fk_operations_connection_id_message_set_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_operations_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", "id", name=op.f("pk_operations")),
    )
    op.create_index("ix_operations_document", "operations", ["connection_id", "document_id"], unique=False)
    op.create_index("ix_operations_message_set", "operations", ["connection_id", "message_set_id"], unique=False)
    op.create_index(
        "ix_operations_unfinished",
        "operations",
        ["connection_id", "state"],
        unique=False,
        sqlite_where=sa.text("state IN ('blocked', 'sent', 'unknown')"),
        postgresql_where=sa.text("state IN ('blocked', 'sent', 'unknown')"),
    )
    op.create_index(
        "ix_operations_waiting",
        "operations",
        ["connection_id", "priority", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "operation_dependencies",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("depends_on_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("operation_id <> depends_on_id", name=op.f("ck_operation_dependencies_not_itself")),
        sa.ForeignKeyConstraint(
            ["connection_id", "depends_on_id"],
            ["operations.connection_id", "operations.id"],
            name=op.f("fk_operation_dependencies_connection_id_depends_on_id"),
        ),
        sa.ForeignKeyConstraint(
            ["connection_id", "operation_id"],
            ["operations.connection_id", "operations.id"],
            name=op.f("fk_operation_dependencies_connection_id_operation_id"),
        ),
        sa.PrimaryKeyConstraint(
            "connection_id", "operation_id", "depends_on_id", name=op.f("pk_operation_dependencies")
        ),
    )
    op.create_index(
        "ix_operation_dependencies_depends_on",
        "operation_dependencies",
        ["connection_id", "depends_on_id"],
        unique=False,
    )
    op.create_table(
        "attempts",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("message_set_id", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status_code", sa.String(64), nullable=True),
        sa.Column("status_message", sa.String(), nullable=True),
        sa.Column("result", JSON, nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_attempts_number")),
        sa.ForeignKeyConstraint(
            ["connection_id", "message_set_id"],
            ["message_sets.connection_id", "message_sets.id"],
            name=op.f("fk_attempts_connection_id_message_set_id"),
        ),
        sa.ForeignKeyConstraint(
            ["connection_id", "operation_id"],
            ["operations.connection_id", "operations.id"],
            name=op.f("fk_attempts_connection_id_operation_id"),
        ),
        sa.PrimaryKeyConstraint("connection_id", "operation_id", "number", name=op.f("pk_attempts")),
    )
    op.create_index("ix_attempts_message_set", "attempts", ["connection_id", "message_set_id"], unique=False)
    op.create_table(
        "links",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("object_type", sa.String(64), nullable=False),
        sa.Column("quickbooks_id", sa.String(36), nullable=False),
        sa.Column("edit_sequence", sa.String(16), nullable=True),
        sa.Column("external_guid", sa.String(38), nullable=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id", "document_id"],
            ["documents.connection_id", "documents.id"],
            name=op.f("fk_links_connection_id_document_id"),
        ),
        sa.PrimaryKeyConstraint("connection_id", "document_id", name=op.f("pk_links")),
        sa.UniqueConstraint(
            "connection_id",
            "object_type",
            "quickbooks_id",
            name=op.f("uq_links_connection_id_object_type_quickbooks_id"),
        ),
    )
    op.create_table(
        "sync_states",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("operation_id", sa.BigInteger(), nullable=False),
        sa.Column("status_code", sa.String(64), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("total_cents", sa.BigInteger(), nullable=True),
        sa.Column("balance_remaining_cents", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'problem' OR message IS NOT NULL", name=op.f("ck_sync_states_problem_has_a_message")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'blocked', 'in_progress', 'synced', 'problem', 'unknown', 'cleared')",
            name=op.f("ck_sync_states_state"),
        ),
        sa.ForeignKeyConstraint(
            ["connection_id", "document_id"],
            ["documents.connection_id", "documents.id"],
            name=op.f("fk_sync_states_connection_id_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["connection_id", "operation_id"],
            ["operations.connection_id", "operations.id"],
            name=op.f("fk_sync_states_connection_id_operation_id"),
        ),
        sa.PrimaryKeyConstraint("connection_id", "document_id", name=op.f("pk_sync_states")),
    )
    op.create_index("ix_sync_states_operation", "sync_states", ["connection_id", "operation_id"], unique=False)
    op.create_index("ix_sync_states_state", "sync_states", ["connection_id", "state"], unique=False)


def downgrade() -> None:
    op.drop_table("sync_states")
    op.drop_table("links")
    op.drop_table("attempts")
    op.drop_table("operation_dependencies")
    op.drop_table("operations")
    op.drop_table("documents")
    for name in sequences():
        op.execute(sa.schema.DropSequence(sa.Sequence(name)))


def sequences() -> tuple[str, ...]:
    """SQLite has no sequences; there the table row_numbers counts."""
    return SEQUENCES if op.get_bind().dialect.name == "postgresql" else ()
