"""Add signed anchors of the audit chain, and to each link how late it was."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from careplus_tables.columns import InstantColumn
from careplus_tables.migrations import append_only

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("audit_links", sa.Column("late_s", big, nullable=True))
    op.create_table(
        "audit_anchors",
        sa.Column("number", big, autoincrement=False, nullable=False),
        sa.Column("previous", big, nullable=False),
        sa.Column("link_number", big, nullable=False),
        sa.Column("link_mac", sa.LargeBinary(), nullable=False),
        sa.Column("at", InstantColumn(), nullable=False),
        sa.Column("reason", sqlmodel.AutoString(), nullable=True),
        sa.Column("key_id", sqlmodel.AutoString(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_anchors")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(append_only.postgresql_trigger("audit_anchors"))
        return
    for trigger in append_only.sqlite_triggers("audit_anchors", "number = NEW.number"):
        op.execute(trigger)
