"""Drop the times of sent and abandoned mails: no code reads them."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("sent_at", "given_up_at"):
        op.drop_column("mails", name)
