"""What open problems are about in QuickBooks: where it changes, they are checked again at once."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "problem_records",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.String(255), nullable=False),
        sa.Column("problem_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("connection_id", "record", "problem_id", name=op.f("pk_problem_records")),
        sa.ForeignKeyConstraint(
            ["connection_id", "problem_id"],
            ["problems.connection_id", "problems.id"],
            name=op.f("fk_problem_records_connection_id_problem_id"),
        ),
    )
    op.create_index("ix_problem_records_problem", "problem_records", ["connection_id", "problem_id"])
    is_changed = sa.text("changed_at IS NOT NULL")
    op.create_index(
        "ix_problem_records_changed",
        "problem_records",
        ["connection_id", "problem_id"],
        sqlite_where=is_changed,
        postgresql_where=is_changed,
    )


def downgrade() -> None:
    op.drop_table("problem_records")
