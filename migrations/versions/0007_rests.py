"""What is not asked for a while, and why, stands with each kind of question; the end of the quiet hours is reckoned."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    # What rested is asked again at once: which of an entity's questions had failed was not kept.
    for column in ("failures", "last_error", "goes_alone"):
        op.drop_column("cursors", column)
    op.add_column("cursors", sa.Column("rests", JSON))
    op.add_column("pull_ids", sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
    op.drop_column("connections", "pull_rests_until")


def downgrade() -> None:
    op.add_column("connections", sa.Column("pull_rests_until", sa.DateTime(timezone=True)))
    op.drop_column("pull_ids", "tries")
    op.drop_column("cursors", "rests")
    op.add_column("cursors", sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    op.add_column("cursors", sa.Column("last_error", sa.String()))
    op.add_column("cursors", sa.Column("goes_alone", sa.Boolean(), server_default=sa.false(), nullable=False))
