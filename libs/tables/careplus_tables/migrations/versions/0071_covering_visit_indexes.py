"""Let the indexes of a doctor's and a patient's visits decide care, without reading the visits."""

from alembic import op

revision = "0071"
down_revision = "0069"
branch_labels = None
depends_on = None
older_code_works = True  # older code uses the new indexes like the ones before


def upgrade() -> None:
    op.create_index("ix_appointments_of_doctor", "appointments", ["doctor_id", "starts_at", "id", "status", "patient_id"])
    op.create_index("ix_appointments_of_patient", "appointments", ["patient_id", "starts_at", "id", "status", "doctor_id"])
    op.drop_index("ix_appointments_doctor_id_starts_at_id", "appointments")
    op.drop_index("ix_appointments_patient_id_starts_at_id", "appointments")
