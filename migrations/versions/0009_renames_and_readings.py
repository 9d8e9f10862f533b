"""What a company was called before it was renamed; how often a record was read anew."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("connections", sa.Column("former_company_name", sa.String(200)))
    op.add_column("connections", sa.Column("company_renamed_at", sa.DateTime(timezone=True)))
    op.add_column("operations", sa.Column("readings", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("operations", "readings")
    op.drop_column("connections", "company_renamed_at")
    op.drop_column("connections", "former_company_name")
