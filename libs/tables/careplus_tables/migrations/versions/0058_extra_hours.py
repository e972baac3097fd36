"""Add the table extra_hours."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None
older_code_works = True  # it reads weekly hours alone: the extra ones cannot be booked there


def upgrade() -> None:
    """Add the table."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "extra_hours",
        sa.Column("id", big, nullable=False),
        sa.Column("doctor_id", big, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts", sa.String(), nullable=False),
        sa.Column("ends", sa.String(), nullable=False),
        sa.CheckConstraint("ends > starts", name=op.f("ck_extra_hours_runs_forward_v1")),
        sa.ForeignKeyConstraint(["doctor_id"], ["accounts.id"], name=op.f("fk_extra_hours_doctor_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extra_hours")),
    )
    op.create_index("ix_extra_hours_doctor_id_day", "extra_hours", ["doctor_id", "day"])
