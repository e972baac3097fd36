"""Add the table linked_records, and the session of the work account to sessions."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import careplus_tables.columns

revision = "0069"
down_revision = "0067"
branch_labels = None
depends_on = None
older_code_works = True  # a table and a nullable column that older code does not know


def upgrade() -> None:
    op.create_table(
        "linked_records",
        sa.Column("work_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("linked_at", careplus_tables.columns.InstantColumn(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_account_id"], ["accounts.id"], name=op.f("fk_linked_records_record_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(["work_account_id"], ["accounts.id"], name=op.f("fk_linked_records_work_account_id_accounts")),
        sa.PrimaryKeyConstraint("work_account_id", name=op.f("pk_linked_records")),
        sa.UniqueConstraint("record_account_id", name=op.f("uq_linked_records_record_account_id")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("work_session_id", sqlmodel.AutoString(), nullable=True))
        batch_op.create_index(
            "ix_sessions_work_session_id",
            ["work_session_id"],
            unique=False,
            sqlite_where=sa.text("work_session_id IS NOT NULL"),
            postgresql_where=sa.text("work_session_id IS NOT NULL"),
        )
