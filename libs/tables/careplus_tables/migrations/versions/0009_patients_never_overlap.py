"""Refuse two appointments of one patient at one time, also of a doctor and the laboratory, with an error of their own.

Rows that overlap already stay; the triggers check new and changed ones.
"""

from alembic import op

from careplus_tables.migrations import patient_overlaps

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        # the second guard of two visits; its name tells this error from that of the doctor's time
        op.execute("ALTER TABLE appointments RENAME CONSTRAINT slot_taken_patient TO patient_busy")
        for statement in patient_overlaps.POSTGRESQL:
            op.execute(statement)
        return
    for event in ("insert", "update"):
        op.execute(f"DROP TRIGGER {event}_appointment_patient_overlap")
    for statement in patient_overlaps.SQLITE:
        op.execute(statement)
