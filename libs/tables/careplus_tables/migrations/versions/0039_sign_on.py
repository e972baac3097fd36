"""Add identities of the hospital's identity provider, used states of sign-ons, and the second factor of the provider."""

import sqlalchemy as sa
from alembic import op

from careplus_tables.columns import InstantColumn

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_identities",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("linked_at", InstantColumn(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_provider_identities_account_id_accounts")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_provider_identities")),
        sa.UniqueConstraint("account_id", "issuer", name=op.f("uq_provider_identities_account_id_issuer")),
    )
    op.create_table(
        "used_states",
        sa.Column("state_hash", sa.String(), nullable=False),
        sa.Column("expires_at", InstantColumn(), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_used_states")),
    )
    op.create_index(op.f("ix_used_states_expires_at"), "used_states", ["expires_at"])
    op.add_column("sessions", sa.Column("provider_factor", sa.Boolean(), server_default=sa.false(), nullable=False))
