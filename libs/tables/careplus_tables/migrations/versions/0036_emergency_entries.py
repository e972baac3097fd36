"""Mark entries that a doctor with emergency access alone wrote, and add the alerts to operators."""

import sqlalchemy as sa
from alembic import op

from careplus_tables.columns import InstantColumn

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("prescriptions", "allergies", "problems", "vital_signs"):
        # in place: a copy of the table on SQLite would lose its triggers
        op.add_column(table, sa.Column("emergency", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "alerts",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", InstantColumn(), nullable=False),
        sa.Column("due_at", InstantColumn(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alerts")),
        sa.UniqueConstraint("kind", "record_id", name=op.f("uq_alerts_kind_record_id")),
    )
    waiting = sa.text("due_at IS NOT NULL")
    op.create_index(op.f("ix_alerts_due_at"), "alerts", ["due_at"], sqlite_where=waiting, postgresql_where=waiting)
