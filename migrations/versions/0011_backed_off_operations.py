"""Operations that QuickBooks could not do just then: each claim asks whether one of the same customer is among them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    is_backed_off = sa.text("state = 'waiting' AND retries > 0")
    op.create_index(
        "ix_operations_backed_off",
        "operations",
        ["connection_id", "priority", "id"],
        sqlite_where=is_backed_off,
        postgresql_where=is_backed_off,
    )


def downgrade() -> None:
    op.drop_index("ix_operations_backed_off", "operations")
