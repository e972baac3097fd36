"""Add allergies, problems, notes of visits, and the reason for a prescription despite an allergy."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import careplus_tables.columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "charts",
        sa.Column("patient_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("no_known_allergies", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["accounts.id"], name=op.f("fk_charts_patient_id_accounts")),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_charts")),
    )
    op.create_table(
        "allergies",
        sa.Column("patient_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("substance", sqlmodel.AutoString(), nullable=False),
        sa.Column("reaction", sqlmodel.AutoString(), nullable=True),
        sa.Column("severity", sqlmodel.AutoString(), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=True),
        sa.CheckConstraint("severity IN ('mild', 'moderate', 'severe')", name=op.f("ck_allergies_severity_v1")),
        sa.ForeignKeyConstraint(["patient_id"], ["charts.patient_id"], name=op.f("fk_allergies_patient_id_charts")),
        sa.PrimaryKeyConstraint("patient_id", "position", name=op.f("pk_allergies")),
    )
    op.create_table(
        "notes",
        sa.Column("appointment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sqlmodel.AutoString(), nullable=False),
        sa.Column("status", sqlmodel.AutoString(), nullable=False),
        sa.Column("updated_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("signed_at", careplus_tables.columns.InstantColumn(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('draft', 'signed')", name=op.f("ck_notes_status_v1")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"], name=op.f("fk_notes_appointment_id_appointments")),
        sa.ForeignKeyConstraint(["author_id"], ["accounts.id"], name=op.f("fk_notes_author_id_accounts")),
        sa.PrimaryKeyConstraint("appointment_id", name=op.f("pk_notes")),
    )
    op.create_table(
        "problems",
        sa.Column("patient_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sqlmodel.AutoString(), nullable=False),
        sa.Column("icd10", sqlmodel.AutoString(), nullable=True),
        sa.Column("status", sqlmodel.AutoString(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.CheckConstraint("status IN ('active', 'resolved')", name=op.f("ck_problems_status_v1")),
        sa.ForeignKeyConstraint(["patient_id"], ["charts.patient_id"], name=op.f("fk_problems_patient_id_charts")),
        sa.PrimaryKeyConstraint("patient_id", "position", name=op.f("pk_problems")),
    )
    op.create_table(
        "addenda",
        sa.Column("appointment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sqlmodel.AutoString(), nullable=False),
        sa.Column("at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["appointment_id"], ["notes.appointment_id"], name=op.f("fk_addenda_appointment_id_notes")),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_addenda_by_id_accounts")),
        sa.PrimaryKeyConstraint("appointment_id", "position", name=op.f("pk_addenda")),
    )
    op.add_column("prescriptions", sa.Column("override_reason", sqlmodel.AutoString(), nullable=True))
