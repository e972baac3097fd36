"""Add the append-only audit trail with its MAC chain, and break-glass access to charts."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import careplus_tables.columns
from careplus_tables.migrations import append_only

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "audit_events",
        sa.Column("id", big, nullable=False),
        sa.Column("at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("request_id", sqlmodel.AutoString(), nullable=False),
        sa.Column("account_id", big, nullable=True),
        sa.Column("role", sqlmodel.AutoString(), nullable=True),
        sa.Column("session_id", sqlmodel.AutoString(), nullable=True),
        sa.Column("address", sqlmodel.AutoString(), nullable=True),
        sa.Column("service", sqlmodel.AutoString(), nullable=False),
        sa.Column("action", sqlmodel.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.AutoString(), nullable=False),
        sa.Column("object_id", sqlmodel.AutoString(), nullable=True),
        sa.Column("outcome", sqlmodel.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.AutoString(), nullable=True),
        sa.Column("members", sqlmodel.AutoString(), nullable=True),
        sa.CheckConstraint("kind IN ('read', 'change')", name=op.f("ck_audit_events_kind_v1")),
        sa.CheckConstraint("role IN ('patient', 'doctor', 'lab', 'admin')", name=op.f("ck_audit_events_role_v1")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    op.create_index("ix_audit_events_at", "audit_events", ["at"], unique=False)
    op.create_index("ix_audit_events_account_id_id", "audit_events", ["account_id", "id"], unique=False)
    refused = sa.text("outcome <> 'ok'")
    op.create_index("ix_audit_events_refused", "audit_events", ["outcome", "id"], sqlite_where=refused, postgresql_where=refused)
    op.create_table(
        "audit_patients",
        sa.Column("event_id", big, nullable=False),
        sa.Column("patient_id", big, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_events.id"], name=op.f("fk_audit_patients_event_id_audit_events")),
        sa.PrimaryKeyConstraint("event_id", "patient_id", name=op.f("pk_audit_patients")),
    )
    op.create_index("ix_audit_patients_patient_id_event_id", "audit_patients", ["patient_id", "event_id"], unique=False)
    op.create_table(
        "audit_seals",
        sa.Column("number", big, autoincrement=False, nullable=False),
        sa.Column("event_id", big, nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sqlmodel.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_events.id"], name=op.f("fk_audit_seals_event_id_audit_events")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seals")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_seals_event_id")),
    )
    op.create_table(
        "chart_access",
        sa.Column("id", big, nullable=False),
        sa.Column("patient_id", big, nullable=False),
        sa.Column("doctor_id", big, nullable=False),
        sa.Column("reason", sqlmodel.AutoString(), nullable=False),
        sa.Column("opened_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("until", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.ForeignKeyConstraint(["doctor_id"], ["accounts.id"], name=op.f("fk_chart_access_doctor_id_accounts")),
        sa.ForeignKeyConstraint(["patient_id"], ["accounts.id"], name=op.f("fk_chart_access_patient_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chart_access")),
    )
    op.create_index(
        "ix_chart_access_doctor_id_until_patient_id", "chart_access", ["doctor_id", "until", "patient_id"], unique=False
    )
    op.create_index("ix_chart_access_patient_id_id", "chart_access", ["patient_id", "id"], unique=False)
    op.create_index("ix_accounts_date_of_birth", "accounts", ["date_of_birth"], unique=False)
    for statement in append_only.SQLITE if op.get_bind().dialect.name == "sqlite" else append_only.POSTGRESQL:
        op.execute(statement)
