"""Add `alembic_version.oldest_code`: the oldest code that works on this schema, whose replicas stay ready."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None
older_code_works = False  # code before this revision does not read the column


def upgrade() -> None:
    # its other column is Alembic's; `careplus_tables.migrate` fills this one
    op.add_column("alembic_version", sa.Column("oldest_code", sa.String(32), nullable=True))
