"""Add requests to renew prescriptions; add the certainty of allergies and the day of the first reaction."""

import sqlalchemy as sa
from alembic import op

import careplus_tables.columns

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("status = 'open'")
STATUSES = "status IN ('open', 'prescribed', 'declined', 'visit_needed', 'withdrawn')"


def upgrade() -> None:
    big, instant = sa.BigInteger().with_variant(sa.Integer(), "sqlite"), careplus_tables.columns.InstantColumn()
    refers = {
        "prescription_id": "prescriptions",
        "patient_id": "accounts",
        "doctor_id": "accounts",
        "answered_by_id": "accounts",
        "renewed_as_id": "prescriptions",
    }
    op.create_table(
        "refills",
        sa.Column("id", big, nullable=False),
        sa.Column("prescription_id", big, nullable=False),
        sa.Column("patient_id", big, nullable=False),
        sa.Column("doctor_id", big, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("answered_at", instant, nullable=True),
        sa.Column("answered_by_id", big, nullable=True),
        sa.Column("renewed_as_id", big, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(STATUSES, name=op.f("ck_refills_status_v1")),
        *(
            sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_refills_{column}_{to}"))
            for column, to in refers.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refills")),
    )
    op.create_table(
        "refill_items",
        sa.Column("refill_id", big, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["refill_id"], ["refills.id"], name=op.f("fk_refill_items_refill_id_refills")),
        sa.PrimaryKeyConstraint("refill_id", "position", name=op.f("pk_refill_items")),
    )
    _add_indexes()
    # in place: a copy of the table on SQLite would take long for a large one
    check = "CONSTRAINT ck_allergies_certainty_v1 CHECK (certainty IN ('confirmed', 'suspected'))"
    op.execute(f"ALTER TABLE allergies ADD COLUMN certainty VARCHAR {check}")
    op.execute("ALTER TABLE allergies ADD COLUMN onset DATE")


def _add_indexes() -> None:
    where = {"sqlite_where": IS_OPEN, "postgresql_where": IS_OPEN}
    op.create_index("uq_refills_open_prescription_id", "refills", ["prescription_id"], unique=True, **where)
    op.create_index("ix_refills_open_id", "refills", ["id"], unique=False, **where)
    for columns in (["prescription_id"], ["patient_id", "id"], ["doctor_id", "status", "id"], ["answered_by_id", "id"]):
        op.create_index(f"ix_refills_{'_'.join(columns)}", "refills", columns, unique=False)
