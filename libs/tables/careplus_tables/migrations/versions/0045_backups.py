"""Add the list of backups."""

import sqlalchemy as sa
from alembic import op

from careplus_tables.columns import InstantColumn

revision = "0045"
down_revision = "0042"
branch_labels = None
depends_on = None
older_code_works = True


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "backups",
        sa.Column("id", big, nullable=False),
        sa.Column("at", InstantColumn(), nullable=False),
        sa.Column("file", sa.String(), nullable=True),
        sa.Column("size", big, nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backups")),
    )
    op.create_index(op.f("ix_backups_at"), "backups", ["at"])
