"""Add vital signs."""

import sqlalchemy as sa
from alembic import op

import careplus_tables.columns

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

SIGNS = "systolic, diastolic, heart_rate, respiratory_rate, temperature, oxygen_saturation, weight, height, pain"
IN_ERROR = "(in_error_at IS NULL) = (error_reason IS NULL) AND (in_error_at IS NULL) = (in_error_by_id IS NULL)"
REFERS = {"patient_id": "accounts", "appointment_id": "appointments", "recorded_by_id": "accounts", "in_error_by_id": "accounts"}


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    instant = careplus_tables.columns.InstantColumn()
    op.create_table(
        "vital_signs",
        sa.Column("id", big, nullable=False),
        sa.Column("patient_id", big, nullable=False),
        sa.Column("appointment_id", big, nullable=True),
        sa.Column("measured_at", instant, nullable=False),
        sa.Column("systolic", sa.Integer(), nullable=True),
        sa.Column("diastolic", sa.Integer(), nullable=True),
        sa.Column("heart_rate", sa.Integer(), nullable=True),
        sa.Column("respiratory_rate", sa.Integer(), nullable=True),
        sa.Column("temperature", sa.Float(), nullable=True),
        sa.Column("oxygen_saturation", sa.Integer(), nullable=True),
        sa.Column("weight", sa.Float(), nullable=True),
        sa.Column("height", sa.Float(), nullable=True),
        sa.Column("pain", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("recorded_by_id", big, nullable=False),
        sa.Column("recorded_at", instant, nullable=False),
        sa.Column("in_error_at", instant, nullable=True),
        sa.Column("in_error_by_id", big, nullable=True),
        sa.Column("error_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"coalesce({SIGNS}) IS NOT NULL", name=op.f("ck_vital_signs_has_a_value_v1")),
        sa.CheckConstraint(IN_ERROR, name=op.f("ck_vital_signs_error_has_a_reason_v1")),
        *(
            sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_vital_signs_{column}_{to}"))
            for column, to in REFERS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vital_signs")),
    )
    op.create_index("ix_vital_signs_patient_id_measured_at_id", "vital_signs", ["patient_id", "measured_at", "id"], unique=False)
