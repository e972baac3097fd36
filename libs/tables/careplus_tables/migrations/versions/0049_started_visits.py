"""Add the time at which a visit started."""

import sqlalchemy as sa
from alembic import op

from careplus_tables.columns import InstantColumn

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None
older_code_works = True  # it leaves the time of a visit unknown


def upgrade() -> None:
    # unknown for visits that started before this revision
    op.add_column("appointments", sa.Column("started_at", InstantColumn(), nullable=True))
