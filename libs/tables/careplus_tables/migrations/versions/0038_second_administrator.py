"""Add the approvals of staff accounts, invitations without a code, versions of reviews, and the mark of referrals."""

import sqlalchemy as sa
from alembic import op

from careplus_tables.columns import InstantColumn

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # in place: a copy of the table on SQLite would lose its triggers
    op.add_column("referrals", sa.Column("emergency", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("access_reviews", sa.Column("version", sa.Integer(), server_default=sa.text("2"), nullable=False))
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.alter_column("code_hash", existing_type=sa.String(), nullable=True)
    op.create_table(
        "account_approvals",
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("colleague_id", BIG, nullable=True),
        sa.Column("asked_by_id", BIG, nullable=False),
        sa.Column("asked_at", InstantColumn(), nullable=False),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        sa.Column("decided_by_id", BIG, nullable=True),
        sa.Column("decided_at", InstantColumn(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('invitation', 'role')", name=op.f("ck_account_approvals_kind_v1")),
        sa.CheckConstraint("role IN ('patient', 'doctor', 'lab', 'admin')", name=op.f("ck_account_approvals_role_v1")),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'declined', 'withdrawn')", name=op.f("ck_account_approvals_state_v1")
        ),
        sa.CheckConstraint(
            "state <> 'approved' OR decided_by_id <> asked_by_id", name=op.f("ck_account_approvals_second_person_v1")
        ),
        *(
            sa.ForeignKeyConstraint([column], ["accounts.id"], name=op.f(f"fk_account_approvals_{column}_accounts"))
            for column in ("account_id", "colleague_id", "asked_by_id", "decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_approvals")),
    )
    op.create_index(op.f("ix_account_approvals_account_id_id"), "account_approvals", ["account_id", "id"])
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        op.f("uq_account_approvals_waiting"),
        "account_approvals",
        ["account_id"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
