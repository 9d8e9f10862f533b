"""Recovery of unknown outcomes: inquiries, replay, problems. Columns that only repeated others go."""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from qbwc_service.store.rebuild import rebuild_table

revision = "0004"
down_revision = "0003"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SET_STATES = "'sent', 'answered', 'applied', 'unknown', 'apply_failed'"
NEW_RULES = {
    "message_sets": {
        "ck_message_sets_answered": "state = 'settled' OR (state IN ('sent', 'unknown')) = (answered_at IS NULL)",
        "ck_message_sets_recovers": "(purpose = 'recovery') = (recovers_id IS NOT NULL)",
        "ck_message_sets_purpose": "purpose IN ('work', 'identity', 'recovery', 'inquiry', 'pull')",
        "ck_message_sets_state": f"state IN ({SET_STATES}, 'settled')",
    },
    "operations": {
        "ck_operations_inquiry": "inquiry IN ('stored_answer', 'outcome', 'edit_sequence', 'name')",
        "ck_operations_inquiry_fits": (
            "inquiry IS NULL OR inquiry NOT IN ('stored_answer', 'outcome') OR state = 'unknown'"
        ),
    },
}
OLD_RULES = {
    "ck_message_sets_answered": "(state IN ('sent', 'unknown')) = (answered_at IS NULL)",
    "ck_message_sets_purpose": "purpose IN ('work', 'identity')",
    "ck_message_sets_state": f"state IN ({SET_STATES})",
}
NEW_COLUMNS = {
    "message_sets": {"recovers_id": "BIGINT", "apply_attempts": "INTEGER DEFAULT '0' NOT NULL"},
    "operations": {
        "inquiry": "VARCHAR(32)",
        "inquiries": "INTEGER DEFAULT '0' NOT NULL",
        "edit_sequence": "VARCHAR(16)",
    },
}
RECOVERS = "fk_message_sets_connection_id_recovers_id"
RECOVERS_RULE = "FOREIGN KEY(connection_id, recovers_id) REFERENCES message_sets (connection_id, id)"
UNSETTLED = "ix_message_sets_unsettled"


def upgrade() -> None:
    op.drop_index(UNSETTLED, "message_sets")
    if is_postgresql():
        upgrade_postgresql()
    else:
        rebuild_table(
            op.get_bind(),
            "message_sets",
            drop_columns=["operation_count"],
            add_columns=NEW_COLUMNS["message_sets"],
            put_rules={**checks(NEW_RULES["message_sets"]), RECOVERS: RECOVERS_RULE},
        )
        rebuild_table(
            op.get_bind(),
            "operations",
            add_columns=NEW_COLUMNS["operations"],
            put_rules=checks(NEW_RULES["operations"]),
        )
        rebuild_table(op.get_bind(), "update_sessions", drop_columns=["qbxml_version", "country"])
    put_index(UNSETTLED, "message_sets", ["connection_id", "id"], where="state NOT IN ('applied', 'settled')")
    put_index("ix_operations_inquiry", "operations", ["connection_id", "id"], where="inquiry IS NOT NULL")
    # What is unknown so far is asked for like everything that becomes so from now on.
    op.execute("UPDATE operations SET inquiry = 'stored_answer' WHERE state = 'unknown' AND is_write")
    create_problems()
    fill_problems()


def upgrade_postgresql() -> None:
    op.drop_column("message_sets", "operation_count")
    op.drop_column("update_sessions", "qbxml_version")
    op.drop_column("update_sessions", "country")
    op.add_column("message_sets", sa.Column("recovers_id", sa.BigInteger(), nullable=True))
    op.add_column("message_sets", sa.Column("apply_attempts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("operations", sa.Column("inquiry", sa.String(32), nullable=True))
    op.add_column("operations", sa.Column("inquiries", sa.Integer(), server_default="0", nullable=False))
    op.add_column("operations", sa.Column("edit_sequence", sa.String(16), nullable=True))
    for name in OLD_RULES:
        op.drop_constraint(op.f(name), "message_sets")
    for table, rules in NEW_RULES.items():
        for name, rule in rules.items():
            op.create_check_constraint(op.f(name), table, rule)
    keys = ["connection_id", "recovers_id"]
    op.create_foreign_key(op.f(RECOVERS), "message_sets", "message_sets", keys, ["connection_id", "id"])


def create_problems() -> None:
    if is_postgresql():
        op.execute(sa.schema.CreateSequence(sa.Sequence("problems_id_seq")))
    op.create_table(
        "problems",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(48), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_id", sa.BigInteger(), nullable=True),
        sa.Column("cause_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(200), nullable=True),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_problems_closed")),
        *(
            sa.ForeignKeyConstraint(
                ["connection_id", column],
                [f"{table}.connection_id", f"{table}.id"],
                name=op.f(f"fk_problems_connection_id_{column}"),
            )
            for table, column in (
                ("documents", "document_id"),
                ("operations", "operation_id"),
                ("operations", "cause_id"),
            )
        ),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_problems_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", "id", name=op.f("pk_problems")),
    )
    put_index(
        "uq_problems_one_open",
        "problems",
        ["connection_id", "subject", "reason"],
        where="closed_at IS NULL",
        unique=True,
    )
    op.create_index("ix_problems_document", "problems", ["connection_id", "document_id"])
    op.create_index("ix_problems_cause", "problems", ["connection_id", "cause_id"])


def fill_problems() -> None:
    """What has failed so far is a problem from now on, in QuickBooks' own words until it is tried again."""
    failed = sa.text(
        "SELECT connection_id, id, document_id, request, coalesce(reason, 'it failed') AS why, finished_at "
        "FROM operations WHERE state = 'failed' ORDER BY connection_id, id"
    )
    rows = [
        {
            "connection_id": row.connection_id,
            "id": number,
            "subject": f"operation:{row.id}" if row.document_id is None else f"document:{row.document_id}",
            "document_id": row.document_id,
            "operation_id": row.id,
            "reason": "rejected_by_quickbooks",
            "message": row.why,
            "evidence": json.dumps({"request": row.request}),
            "opened_at": row.finished_at,
            "seen_at": row.finished_at,
        }
        for number, row in enumerate(op.get_bind().execute(failed), start=1)
    ]
    # A document may have failed more than once: its newest operation speaks for it.
    newest = list({(row["connection_id"], row["subject"]): row for row in rows}.values())
    if newest:
        insert_problems(newest)
    if not is_postgresql():
        op.execute(f"INSERT INTO row_numbers (table_name, last) VALUES ('problems', {len(rows)})")  # noqa: S608 - a number
    elif rows:
        op.execute(f"SELECT setval('problems_id_seq', {len(rows)})")


def insert_problems(rows: list[dict[str, object]]) -> None:
    as_json = "CAST(:evidence AS JSONB)" if is_postgresql() else ":evidence"
    values = ", ".join(as_json if name == "evidence" else f":{name}" for name in rows[0])
    names = ", ".join(rows[0])
    op.get_bind().execute(sa.text(f"INSERT INTO problems ({names}) VALUES ({values})"), rows)  # noqa: S608 - our names


def downgrade() -> None:
    op.drop_table("problems")
    op.execute("DELETE FROM row_numbers WHERE table_name = 'problems'")
    op.drop_index("ix_operations_inquiry", "operations")
    op.drop_index(UNSETTLED, "message_sets")
    # The older release knows neither questions about operations nor settled sets. What has to be read before it goes
    # out would go out without.
    op.execute(
        "UPDATE operations SET state = 'failed', finished_at = CURRENT_TIMESTAMP, "
        "reason = 'it left its EditSequence to a later release: send it again with one' "
        "WHERE inquiry = 'edit_sequence' AND state IN ('waiting', 'blocked')"
    )
    op.execute("UPDATE operations SET inquiry = NULL WHERE inquiry IS NOT NULL")
    op.execute("UPDATE message_sets SET recovers_id = NULL, purpose = 'identity' WHERE purpose = 'recovery'")
    op.execute("UPDATE message_sets SET purpose = 'identity' WHERE purpose IN ('inquiry', 'pull')")
    op.execute(
        "UPDATE message_sets SET state = CASE WHEN answered_at IS NULL THEN 'unknown' ELSE 'apply_failed' END "
        "WHERE state = 'settled'"
    )
    if is_postgresql():
        downgrade_postgresql()
    else:
        rebuild_table(
            op.get_bind(),
            "message_sets",
            drop_columns=[*NEW_COLUMNS["message_sets"]],
            add_columns={"operation_count": "INTEGER NOT NULL"},
            fill={"operation_count": "json_array_length(operation_ids)"},
            drop_rules=["ck_message_sets_recovers", RECOVERS],
            put_rules=checks(OLD_RULES),
        )
        rebuild_table(
            op.get_bind(),
            "operations",
            drop_columns=[*NEW_COLUMNS["operations"]],
            drop_rules=[*NEW_RULES["operations"]],
        )
        rebuild_table(
            op.get_bind(),
            "update_sessions",
            add_columns={"qbxml_version": "VARCHAR(8)", "country": "VARCHAR(8)"},
        )
    put_index(UNSETTLED, "message_sets", ["connection_id", "id"], where="state <> 'applied'")


def downgrade_postgresql() -> None:
    op.execute(sa.schema.DropSequence(sa.Sequence("problems_id_seq")))
    op.drop_constraint(op.f(RECOVERS), "message_sets")
    for table, rules in NEW_RULES.items():
        for name in rules:
            op.drop_constraint(op.f(name), table)
    for table, columns in NEW_COLUMNS.items():
        for column in columns:
            op.drop_column(table, column)
    for name, rule in OLD_RULES.items():
        op.create_check_constraint(op.f(name), "message_sets", rule)
    op.add_column("message_sets", sa.Column("operation_count", sa.Integer(), nullable=True))
    op.execute("UPDATE message_sets SET operation_count = jsonb_array_length(operation_ids)")
    op.alter_column("message_sets", "operation_count", nullable=False)
    op.add_column("update_sessions", sa.Column("qbxml_version", sa.String(8), nullable=True))
    op.add_column("update_sessions", sa.Column("country", sa.String(8), nullable=True))


def put_index(name: str, table: str, columns: list[str], *, where: str, unique: bool = False) -> None:
    predicate = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=predicate, postgresql_where=predicate)


def checks(rules: dict[str, str]) -> dict[str, str]:
    return {name: f"CHECK ({rule})" for name, rule in rules.items()}


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
