"""Add the time that doctors offered on past days; the appointments service fills it at its first start."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "offered_time",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("doctor_id", big, autoincrement=False, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_offered_time_minutes_v1")),
        sa.ForeignKeyConstraint(["doctor_id"], ["accounts.id"], name=op.f("fk_offered_time_doctor_id_accounts")),
        sa.PrimaryKeyConstraint("day", "doctor_id", name=op.f("pk_offered_time")),
    )
