"""On PostgreSQL, refuse changes of append-only rows in triggers of each row, and visits longer than eight hours as on SQLite.

A distributed engine fires no triggers of statements. The check skips stored rows, as the triggers of SQLite do.
"""

import sqlalchemy as sa
from alembic import op

from careplus_tables.migrations.append_only import postgresql_triggers
from careplus_tables.migrations.overlaps import LONGEST_HOURS

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

GUARDED = (
    "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
    " WHERE tgname = 'append_only' AND relnamespace = current_schema()::regnamespace"
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for table in connection.execute(sa.text(GUARDED)).scalars().all():
        op.execute(f"DROP TRIGGER append_only ON {table}")
        for trigger in postgresql_triggers(table):
            op.execute(trigger)
    longest = f"CHECK (ends_at <= starts_at + interval '{LONGEST_HOURS} hours') NOT VALID"
    op.execute(f"ALTER TABLE appointments ADD CONSTRAINT ck_appointments_visit_too_long {longest}")
