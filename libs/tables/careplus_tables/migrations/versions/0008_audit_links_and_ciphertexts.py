"""Rename the audit chain's table to audit_links and encrypted columns to ciphertext; "seal" stood for both."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from careplus_tables.migrations import append_only

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMNS = {
    "idempotency_keys": ("sealed", "ciphertext"),
    "mails": ("sealed", "ciphertext"),
    "second_factors": ("sealed_secret", "secret_ciphertext"),
}
CONSTRAINTS = {
    "pk_audit_seals": "pk_audit_links",
    "uq_audit_seals_event_id": "uq_audit_links_event_id",
    "fk_audit_seals_event_id_audit_events": "fk_audit_links_event_id_audit_events",
}


def upgrade() -> None:
    # indexes on a renamed column follow it
    for table, (old, new) in COLUMNS.items():
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    if op.get_bind().dialect.name == "postgresql":
        # so does the append-only trigger of a renamed table
        op.rename_table("audit_seals", "audit_links")
        for old, new in CONSTRAINTS.items():
            op.execute(f"ALTER TABLE audit_links RENAME CONSTRAINT {old} TO {new}")
        return
    # SQLite cannot rename constraints; dropping the old table drops its triggers
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "audit_links",
        sa.Column("number", big, autoincrement=False, nullable=False),
        sa.Column("event_id", big, nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sqlmodel.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_events.id"], name=op.f("fk_audit_links_event_id_audit_events")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_links")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_links_event_id")),
    )
    op.execute("INSERT INTO audit_links SELECT number, event_id, mac, key_id FROM audit_seals ORDER BY number")
    op.drop_table("audit_seals")
    for trigger in append_only.sqlite_triggers("audit_links", append_only.TABLES["audit_seals"]):
        op.execute(trigger)
