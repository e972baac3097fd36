"""Put results that were corrected from a critical value on top of the doctor's inbox."""

from alembic import op

revision = "0026"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE lab_results SET urgency = 2 WHERE critical_since IS NOT NULL AND urgency <> 2")
