"""Add the booking mode of doctors, indexes of accounts by name, and a covering index for the counts of a period."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("doctors", schema=None) as batch_op:
        batch_op.add_column(sa.Column("booking", sqlmodel.AutoString(), nullable=False, server_default="online"))
        batch_op.create_check_constraint(op.f("ck_doctors_booking_v1"), "booking IN ('online', 'phone')")
    op.create_index("ix_accounts_full_name_id", "accounts", ["full_name", "id"], unique=False)
    op.create_index("ix_accounts_role_full_name_id", "accounts", ["role", "full_name", "id"], unique=False)
    op.drop_index("ix_appointments_starts_at_ends_at_status", table_name="appointments")
    op.create_index("ix_appointments_period", "appointments", ["starts_at", "ends_at", "status", "doctor_id"], unique=False)
