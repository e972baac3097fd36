"""Add the visit's times, the outcome of sending and the caller to notices; add the table notice_choices."""

import sqlalchemy as sa
from alembic import op

from careplus_tables.columns import InstantColumn

revision = "0057"
down_revision = "0055"
branch_labels = None
depends_on = None
older_code_works = False  # it replaces a constraint of notices


def upgrade() -> None:
    """Add the columns in place: a copy of the table on SQLite would take long for a large one."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    for name in ("visit_at", "before_at", "sent_at", "called_at"):
        op.add_column("notices", sa.Column(name, InstantColumn(), nullable=True))
    op.add_column("notices", sa.Column("own", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("notices", sa.Column("failure", sa.String(), nullable=True))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(
        f"ALTER TABLE notices ADD COLUMN called_by_id {'INTEGER' if is_sqlite else 'BIGINT'} "
        "CONSTRAINT fk_notices_called_by_id_accounts REFERENCES accounts (id)"
    )
    op.create_index("ix_notices_kind_record_id", "notices", ["kind", "record_id"])
    op.create_table(
        "notice_choices",
        sa.Column("account_id", big, autoincrement=False, nullable=False),
        sa.Column("reminder", sa.String(), nullable=False),
        sa.Column("own_bookings", sa.Boolean(), nullable=False),
        sa.CheckConstraint("reminder IN ('off', '24h', '48h')", name=op.f("ck_notice_choices_reminder_v1")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_notice_choices_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_notice_choices")),
    )
