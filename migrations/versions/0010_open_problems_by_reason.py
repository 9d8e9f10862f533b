"""Open problems by reason and age: each poll asks whether one is to be checked again."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    is_open = sa.text("closed_at IS NULL")
    op.create_index(
        "ix_problems_open_reason",
        "problems",
        ["connection_id", "reason", "seen_at"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def downgrade() -> None:
    op.drop_index("ix_problems_open_reason", "problems")
