"""Changes, deletions and rules: what was agreed with each link, what was decided about an operation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from qbwc_service.store.rebuild import rebuild_table

revision = "0008"
down_revision = "0007"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
OLD_STATES = "'pending', 'blocked', 'in_progress', 'synced', 'problem', 'unknown', 'cleared'"
OLD_INQUIRIES = "'stored_answer', 'outcome', 'edit_sequence', 'name'"
NEW_KINDS = "'terms', 'class', 'payment_method'"
KINDS = "'customer', 'item', 'invoice', 'credit_memo'"
NEW_RULES = {
    "documents": {"ck_documents_kind": f"kind IN ({NEW_KINDS}, {KINDS}, 'sales_receipt', 'payment', 'deposit')"},
    "operations": {"ck_operations_inquiry": f"inquiry IN ({OLD_INQUIRIES}, 'look')"},
    "sync_states": {"ck_sync_states_state": f"state IN ({OLD_STATES}, 'accepted', 'voided', 'deleted')"},
}
OLD_RULES = {
    "documents": {"ck_documents_kind": f"kind IN ({KINDS}, 'payment')"},
    "operations": {"ck_operations_inquiry": f"inquiry IN ({OLD_INQUIRIES})"},
    "sync_states": {"ck_sync_states_state": f"state IN ({OLD_STATES})"},
}
NEW_COLUMNS = {"operations": ["decided"], "links": ["agreed"]}


def upgrade() -> None:
    for table, columns in NEW_COLUMNS.items():
        for column in columns:
            op.add_column(table, sa.Column(column, JSON, nullable=True))
    put_rules(NEW_RULES)
    op.create_table(
        "rule_sets",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_rule_sets_version")),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_rule_sets_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", "version", name=op.f("pk_rule_sets")),
    )
    create_audit()


def create_audit() -> None:
    if is_postgresql():
        op.execute(sa.schema.CreateSequence(sa.Sequence("audit_entries_id_seq")))
    op.create_table(
        "audit_entries",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("problem_id", sa.BigInteger(), nullable=True),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("done_by", sa.String(200), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(200), nullable=True),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_audit_entries_undone")),
        *(
            sa.ForeignKeyConstraint(
                ["connection_id", column],
                [f"{table}.connection_id", f"{table}.id"],
                name=op.f(f"fk_audit_entries_connection_id_{column}"),
            )
            for table, column in (("problems", "problem_id"), ("documents", "document_id"))
        ),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_audit_entries_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", "id", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_document", "audit_entries", ["connection_id", "document_id"])


def downgrade() -> None:
    op.drop_table("audit_entries")
    if is_postgresql():
        op.execute(sa.schema.DropSequence(sa.Sequence("audit_entries_id_seq")))
    op.drop_table("rule_sets")
    forget_documents_of_new_kinds()
    # The older release knows no look before an operation goes out, and no documents that left.
    op.execute("UPDATE operations SET inquiry = NULL WHERE inquiry = 'look'")
    op.execute("UPDATE sync_states SET state = 'cleared' WHERE state IN ('accepted', 'voided', 'deleted')")
    put_rules(OLD_RULES, drop_columns=NEW_COLUMNS)


def forget_documents_of_new_kinds() -> None:
    """The older release has no name for them: they go, with everything that hangs on them but their message sets."""
    documents = f"SELECT id FROM documents WHERE kind IN ({NEW_KINDS}, 'sales_receipt', 'deposit')"  # noqa: S608
    operations = f"SELECT id FROM operations WHERE document_id IN ({documents})"  # noqa: S608 - our own names
    for table, column, chosen in (
        ("problems", "document_id", documents),
        ("problems", "operation_id", operations),
        ("problems", "cause_id", operations),
        ("sync_states", "document_id", documents),
        ("links", "document_id", documents),
        ("attempts", "operation_id", operations),
        ("operation_dependencies", "operation_id", operations),
        ("operation_dependencies", "depends_on_id", operations),
        ("operations", "document_id", documents),
        ("documents", "id", documents),
    ):
        op.execute(f"DELETE FROM {table} WHERE {column} IN ({chosen})")  # noqa: S608 - the same


def put_rules(rules: dict[str, dict[str, str]], *, drop_columns: dict[str, list[str]] | None = None) -> None:
    dropped = drop_columns or {}
    if is_postgresql():
        for table, checks in rules.items():
            for name, rule in checks.items():
                op.drop_constraint(op.f(name), table)
                op.create_check_constraint(op.f(name), table, rule)
        for table, columns in dropped.items():
            for column in columns:
                op.drop_column(table, column)
        return
    for table in rules.keys() | dropped.keys():
        put = {name: f"CHECK ({rule})" for name, rule in rules.get(table, {}).items()}
        rebuild_table(op.get_bind(), table, drop_columns=dropped.get(table, ()), put_rules=put)


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
