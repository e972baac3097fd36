"""Add comparators, the time that orders results, and the person who withdrew a laboratory booking."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(20), "sqlite")
ROLES = "cancelled_by IN ('patient', 'doctor', 'lab', 'admin')"


def upgrade() -> None:
    with op.batch_alter_table("observations", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_observations_comparator_v1"), type_="check")
        batch_op.create_check_constraint(op.f("ck_observations_comparator_v2"), "comparator IN ('<', '<=', '>=', '>')")
    op.add_column("lab_results", sa.Column("specimen_at", INSTANT, nullable=True))
    op.execute("UPDATE lab_results SET specimen_at = coalesce(collected_at, entered_at)")
    op.drop_index("ix_lab_results_patient_id_status_id", table_name="lab_results")
    op.drop_index("ix_lab_results_status_id", table_name="lab_results")
    with op.batch_alter_table("lab_results", schema=None) as batch_op:
        batch_op.alter_column("specimen_at", existing_type=INSTANT, nullable=False)
    columns = ["patient_id", "status", "specimen_at", "id"]
    op.create_index("ix_lab_results_patient_id_status_specimen_at_id", "lab_results", columns, unique=False)
    op.create_index("ix_lab_results_status_specimen_at_id", "lab_results", columns[1:], unique=False)
    _add_cancellations()


def _add_cancellations() -> None:
    """Add the columns in place: a copy of the table on SQLite would lose its triggers, and break the triggers that read it."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for column in (
        f"cancelled_by VARCHAR CONSTRAINT ck_lab_bookings_cancelled_by_v1 CHECK ({ROLES})",
        f"cancelled_by_id {'INTEGER' if is_sqlite else 'BIGINT'} "
        "CONSTRAINT fk_lab_bookings_cancelled_by_id_accounts REFERENCES accounts (id)",
        f"cancelled_at {'VARCHAR(20)' if is_sqlite else 'TIMESTAMP WITH TIME ZONE'}",
    ):
        op.execute(f"ALTER TABLE lab_bookings ADD COLUMN {column}")
    op.create_index("ix_lab_bookings_cancelled_at_id", "lab_bookings", ["cancelled_at", "id"], unique=False)
    # until now only patients could cancel; the time is not known
    op.execute("UPDATE lab_bookings SET cancelled_by = 'patient', cancelled_by_id = patient_id WHERE status = 'cancelled'")
