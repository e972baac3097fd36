"""Add `appointments.booked_by`, reviews of emergency accesses, and their mails."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ROLES = "booked_by IN ('patient', 'doctor', 'lab', 'admin')"
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(20), "sqlite")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # in place: a copy of the table on SQLite would lose its triggers
    op.execute(f"ALTER TABLE appointments ADD COLUMN booked_by VARCHAR CONSTRAINT ck_appointments_booked_by_v1 CHECK ({ROLES})")
    op.create_table(
        "access_reviews",
        sa.Column("access_id", BIG, autoincrement=False, nullable=False),
        sa.Column("justified", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("reviewed_by_id", BIG, nullable=False),
        sa.Column("reviewed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["access_id"], ["chart_access.id"], name=op.f("fk_access_reviews_access_id_chart_access")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["accounts.id"], name=op.f("fk_access_reviews_reviewed_by_id_accounts")),
        sa.PrimaryKeyConstraint("access_id", name=op.f("pk_access_reviews")),
    )
    op.create_table(
        "access_notices",
        sa.Column("access_id", BIG, autoincrement=False, nullable=False),
        sa.Column("queued_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["access_id"], ["chart_access.id"], name=op.f("fk_access_notices_access_id_chart_access")),
        sa.PrimaryKeyConstraint("access_id", name=op.f("pk_access_notices")),
    )
