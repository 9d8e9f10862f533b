"""Since when the balance of a document is known: changes of its state say nothing of it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("sync_states", sa.Column("balance_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE sync_states SET balance_at = changed_at WHERE balance_remaining_cents IS NOT NULL")


def downgrade() -> None:
    op.drop_column("sync_states", "balance_at")
