"""Add certificates, the chart that is enclosed with a referral, and the referral that a visit answers."""

import sqlalchemy as sa
from alembic import op

import careplus_tables.columns

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

HAS_REFERRAL = "referral_id IS NOT NULL"


def upgrade() -> None:
    op.add_column("referrals", sa.Column("enclosed", sa.JSON(), nullable=True))
    # in place: a copy of the table on SQLite would lose its triggers
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE appointments ADD COLUMN referral_id {kind}"
        " CONSTRAINT fk_appointments_referral_id_referrals REFERENCES referrals (id)"
    )
    where = {"sqlite_where": sa.text(HAS_REFERRAL), "postgresql_where": sa.text(HAS_REFERRAL)}
    op.create_index("ix_appointments_referral_id", "appointments", ["referral_id"], unique=False, **where)
    op.create_index("ix_appointments_doctor_id_referral_id", "appointments", ["doctor_id", "referral_id"], unique=False, **where)
    _create_certificates()


def _create_certificates() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    instant = careplus_tables.columns.InstantColumn()
    op.create_table(
        "certificates",
        sa.Column("id", big, nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("patient_id", big, nullable=False),
        sa.Column("doctor_id", big, nullable=False),
        sa.Column("appointment_id", big, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("present_from", sa.String(), nullable=True),
        sa.Column("present_until", sa.String(), nullable=True),
        sa.Column("statement", sa.String(), nullable=True),
        sa.Column("diagnosis", sa.String(), nullable=True),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("voided_at", instant, nullable=True),
        sa.Column("voided_by_id", big, nullable=True),
        sa.Column("void_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('unable_to_work', 'attendance', 'statement')", name=op.f("ck_certificates_kind_v1")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_certificates_runs_forward_v1")),
        sa.CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name=op.f("ck_certificates_void_has_a_reason_v1")),
        *_refers(patient_id="accounts", doctor_id="accounts", appointment_id="appointments", voided_by_id="accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("reference", name=op.f("uq_certificates_reference")),
    )
    op.create_index("ix_certificates_patient_id_id", "certificates", ["patient_id", "id"], unique=False)
    op.create_index("ix_certificates_doctor_id_id", "certificates", ["doctor_id", "id"], unique=False)


def _refers(**columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_certificates_{column}_{to}"))
        for column, to in columns.items()
    ]
