"""Add the check of a prescription's medicines at its writing, and the person that stopped it."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns in place: a copy of the table on SQLite would take long for a large one."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for column in (
        "medicine_check JSON",
        f"stopped_by_id {'INTEGER' if is_sqlite else 'BIGINT'} "
        "CONSTRAINT fk_prescriptions_stopped_by_id_accounts REFERENCES accounts (id)",
    ):
        op.execute(f"ALTER TABLE prescriptions ADD COLUMN {column}")
