"""Let staff book a visit beside others of its doctor, with a reason."""

import sqlalchemy as sa
from alembic import op

from careplus_tables.migrations import overbooking

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None
older_code_works = True  # it books visits without the reason, which the database checks as before


def upgrade() -> None:
    # in place: a copy of the table on SQLite would lose its triggers
    op.add_column("appointments", sa.Column("overbook_reason", sa.String(), nullable=True))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in (*overbooking.SQLITE_DROP, *overbooking.SQLITE) if is_sqlite else overbooking.POSTGRESQL:
        op.execute(statement)
