"""Add devices of sessions, second factors, password reset links, mails and counted attempts."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import careplus_tables.columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("second_factor", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_used_at", careplus_tables.columns.InstantColumn(), nullable=True))
        batch_op.add_column(sa.Column("user_agent", sqlmodel.AutoString(), nullable=True))
        batch_op.add_column(sa.Column("address", sqlmodel.AutoString(), nullable=True))
        batch_op.add_column(sa.Column("with_second_factor", sa.Boolean(), nullable=False, server_default=sa.false()))
    # the update ends no session
    op.execute("UPDATE sessions SET last_used_at = created_at")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.alter_column("last_used_at", existing_type=careplus_tables.columns.InstantColumn(), nullable=False)
        batch_op.drop_index("ix_sessions_account_id")
        batch_op.create_index("ix_sessions_account_id_created_at_id", ["account_id", "created_at", "id"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("key", sqlmodel.AutoString(), nullable=False),
        sa.Column("tried", sa.Integer(), nullable=False),
        sa.Column("counted_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("open_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("forgotten_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempts")),
    )
    op.create_index("ix_attempts_forgotten_at", "attempts", ["forgotten_at"], unique=False)
    op.create_table(
        "mails",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sqlmodel.AutoString(), nullable=False),
        sa.Column("sealed", sqlmodel.AutoString(), nullable=True),
        sa.Column("created_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("due_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", careplus_tables.columns.InstantColumn(), nullable=True),
        sa.Column("given_up_at", careplus_tables.columns.InstantColumn(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
    )
    op.create_index("ix_mails_created_at", "mails", ["created_at"], unique=False)
    waits = sa.text("sealed IS NOT NULL")
    op.create_index("ix_mails_due_at", "mails", ["due_at"], unique=False, sqlite_where=waits, postgresql_where=waits)
    op.create_table(
        "password_resets",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("code_hash", sqlmodel.AutoString(), nullable=False),
        sa.Column("expires_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_password_resets_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_password_resets")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_password_resets_code_hash")),
    )
    op.create_index("ix_password_resets_expires_at", "password_resets", ["expires_at"], unique=False)
    op.create_table(
        "second_factors",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("sealed_secret", sqlmodel.AutoString(), nullable=False),
        sa.Column("confirmed_at", careplus_tables.columns.InstantColumn(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_second_factors_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("code_hash", sqlmodel.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["second_factors.account_id"], name=op.f("fk_recovery_codes_account_id_second_factors")
        ),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_recovery_codes")),
    )
