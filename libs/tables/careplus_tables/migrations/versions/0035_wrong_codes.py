"""Record when the owner of an account was told of wrong codes."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0033"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(20), "sqlite")


def upgrade() -> None:
    op.add_column("second_factors", sa.Column("warned_at", INSTANT, nullable=True))
