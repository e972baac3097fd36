"""Add note templates, and the time at which a patient arrived for a visit."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True).with_variant(sa.String(20), "sqlite")
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    # unknown for arrivals before this revision
    op.add_column("appointments", sa.Column("arrived_at", instant, nullable=True))
    op.create_table(
        "note_templates",
        sa.Column("id", big, nullable=False),
        sa.Column("owner_id", big, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("edited_by_id", big, nullable=False),
        sa.Column("edited_at", instant, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('template', 'block')", name=op.f("ck_note_templates_kind_v1")),
        sa.ForeignKeyConstraint(["owner_id"], ["accounts.id"], name=op.f("fk_note_templates_owner_id_accounts")),
        sa.ForeignKeyConstraint(["edited_by_id"], ["accounts.id"], name=op.f("fk_note_templates_edited_by_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_templates")),
    )
    op.create_index(op.f("ix_note_templates_owner_id"), "note_templates", ["owner_id"])
