"""Add the last day of each prescription, by the clinic's calendar."""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from careplus_tables.columns import InstantColumn

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BATCH = 5000
COURSES = sa.text(
    "SELECT p.id, p.created_at, max(i.duration_days) AS days FROM prescriptions p"
    " JOIN prescription_items i ON i.prescription_id = p.id WHERE p.id > :after GROUP BY p.id, p.created_at ORDER BY p.id LIMIT :most"
).columns(id=sa.BigInteger(), created_at=InstantColumn(), days=sa.Integer())


def upgrade() -> None:
    # without batch mode, so that the table is rebuilt once, with its rows filled
    op.add_column("prescriptions", sa.Column("last_day", sa.Date(), nullable=True))
    connection = op.get_bind()
    table = sa.table("prescriptions", sa.column("id", sa.BigInteger), sa.column("last_day", sa.Date))
    change = sa.update(table).where(table.c.id == sa.bindparam("row")).values(last_day=sa.bindparam("day"))
    after = 0
    while rows := connection.execute(COURSES, {"after": after, "most": BATCH}).all():
        connection.execute(change, [{"row": id_, "day": _last_day(created_at, days)} for id_, created_at, days in rows])
        after = rows[-1].id
    with op.batch_alter_table("prescriptions", schema=None) as batch_op:
        batch_op.alter_column("last_day", existing_type=sa.Date(), nullable=False)


def _last_day(created_at: datetime, days: int) -> date:
    """Return the last day, as `careplus_clinic.courses` does at this revision."""
    zone: Any = context.config.attributes["zone"]
    if zone is None:
        raise ValueError("The last days of prescriptions are days of the clinic: pass its zone.")
    return created_at.astimezone(zone).date() + timedelta(days=days)
