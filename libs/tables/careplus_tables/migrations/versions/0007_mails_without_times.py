"""When a mail was sent or given up is forgotten: it was written and never read."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("sent_at", "given_up_at"):
        op.drop_column("mails", name)
