"""Add the kinds of notice and the channel that a patient chose to notice_choices, and the channel of the latest attempt to notices."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0065"
branch_labels = None
depends_on = None
older_code_works = True  # older code inserts the default of each column


def upgrade() -> None:
    """Add the columns in place: a copy of the tables on SQLite would take long for large ones."""
    for name in ("results", "referrals", "refills"):
        op.add_column("notice_choices", sa.Column(name, sa.Boolean(), server_default=sa.true(), nullable=False))
    op.execute(
        "ALTER TABLE notice_choices ADD COLUMN channel VARCHAR DEFAULT 'email' NOT NULL "
        "CONSTRAINT ck_notice_choices_channel_v1 CHECK (channel IN ('email', 'text'))"
    )
    op.add_column("notices", sa.Column("channel", sa.String(), nullable=True))
