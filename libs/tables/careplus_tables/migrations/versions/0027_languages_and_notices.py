"""Add the language of accounts, and the outbox of notices.

Accounts before this revision are told in English until their owner chooses a language.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # in place: a copy of the table on SQLite would lose its triggers
    op.execute(
        "ALTER TABLE accounts ADD COLUMN language VARCHAR DEFAULT 'en' NOT NULL "
        "CONSTRAINT ck_accounts_language_v1 CHECK (language IN ('en', 'de'))"
    )
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    instant = sa.DateTime(timezone=True).with_variant(sa.String(20), "sqlite")
    op.create_table(
        "notices",
        sa.Column("id", big, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account_id", big, nullable=False),
        sa.Column("record_id", big, nullable=False),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("due_at", instant, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed', 'withdrawn', 'no_address')", name=op.f("ck_notices_state_v1")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_notices_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_notices_key")),
    )
    op.create_index("ix_notices_state_due_at", "notices", ["state", "due_at"])
    op.create_index("ix_notices_account_id", "notices", ["account_id"])
