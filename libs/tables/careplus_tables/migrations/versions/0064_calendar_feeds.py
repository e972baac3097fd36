"""Add the table calendar_feeds."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import careplus_tables.columns

revision = "0064"
down_revision = "0061"
branch_labels = None
depends_on = None
older_code_works = True  # a table that older code does not know


def upgrade() -> None:
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sqlmodel.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.AutoString(), nullable=False),
        sa.Column("detail", sqlmodel.AutoString(), nullable=False),
        sa.Column("token_hash", sqlmodel.AutoString(), nullable=False),
        sa.Column("created_at", careplus_tables.columns.InstantColumn(timezone=True), nullable=False),
        sa.Column("revoked_at", careplus_tables.columns.InstantColumn(timezone=True), nullable=True),
        sa.CheckConstraint("detail IN ('names', 'busy')", name=op.f("ck_calendar_feeds_detail_v1")),
        sa.CheckConstraint("role IN ('patient', 'doctor', 'lab', 'reception', 'admin')", name=op.f("ck_calendar_feeds_role_v1")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_calendar_feeds_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feeds_token_hash")),
    )
    with op.batch_alter_table("calendar_feeds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feeds_account_id"), ["account_id"], unique=False)
