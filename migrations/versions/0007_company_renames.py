"""What a company file was called before it was renamed in QuickBooks."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("connections", sa.Column("former_company_name", sa.String(200)))
    op.add_column("connections", sa.Column("company_renamed_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("connections", "company_renamed_at")
    op.drop_column("connections", "former_company_name")
