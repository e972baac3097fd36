"""Add confirmed e-mail addresses, consents, and the history of legal details."""

import sqlalchemy as sa
from alembic import op

from careplus_tables.migrations.append_only import sqlite_triggers

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(20), "sqlite")
APPENDED = ("consents", "legal_changes")


def upgrade() -> None:
    _confirm_invited_people()
    _create_confirmations()
    _create_consents()
    _create_legal_changes()
    _refuse_changes()


def _confirm_invited_people() -> None:
    """Mark two kinds of address as confirmed: of accounts with an accepted invitation, and of staff."""
    op.add_column("accounts", sa.Column("email_confirmed_at", INSTANT, nullable=True))
    op.execute(
        "UPDATE accounts SET email_confirmed_at = (SELECT MAX(accepted_at) FROM invitations WHERE account_id = accounts.id)"
        " WHERE password_hash IS NOT NULL"
    )
    op.execute(
        "UPDATE accounts SET email_confirmed_at = created_at"
        " WHERE email_confirmed_at IS NULL AND role <> 'patient' AND password_hash IS NOT NULL"
    )


def _create_confirmations() -> None:
    op.create_table(
        "email_confirmations",
        sa.Column("account_id", BIG, autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_email_confirmations_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_email_confirmations")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_email_confirmations_code_hash")),
    )
    op.create_index(op.f("ix_email_confirmations_expires_at"), "email_confirmations", ["expires_at"])


def _create_consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text_version", sa.Date(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('privacy_notice')", name=op.f("ck_consents_kind_v1")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_consents_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_account_id_id", "consents", ["account_id", "id"])


def _create_legal_changes() -> None:
    sexes = "('female', 'male', 'other', 'unknown')"
    op.create_table(
        "legal_changes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("changed_by_id", BIG, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("old_full_name", sa.String(), nullable=False),
        sa.Column("old_date_of_birth", sa.Date(), nullable=True),
        sa.Column("old_sex", sa.String(), nullable=False),
        sa.Column("new_full_name", sa.String(), nullable=False),
        sa.Column("new_date_of_birth", sa.Date(), nullable=True),
        sa.Column("new_sex", sa.String(), nullable=False),
        sa.CheckConstraint(f"old_sex IN {sexes}", name=op.f("ck_legal_changes_old_sex_v1")),
        sa.CheckConstraint(f"new_sex IN {sexes}", name=op.f("ck_legal_changes_new_sex_v1")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_legal_changes_account_id_accounts")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["accounts.id"], name=op.f("fk_legal_changes_changed_by_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_changes")),
    )
    op.create_index("ix_legal_changes_account_id_id", "legal_changes", ["account_id", "id"])


def _refuse_changes() -> None:
    """Make the rows permanent; PostgreSQL has the function since 0005."""
    for table in APPENDED:
        if op.get_bind().dialect.name == "sqlite":
            for trigger in sqlite_triggers(table, "id = NEW.id"):
                op.execute(trigger)
        else:
            op.execute(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
            )
