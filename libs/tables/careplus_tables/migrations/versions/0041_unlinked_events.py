"""On PostgreSQL, queue each audit event for the chain: a transaction that commits late was never linked.

The queue begins with all events that have no link; auth links the old ones with a late mark.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

QUEUE = (
    """
CREATE FUNCTION queue_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_unlinked (event_id) VALUES (NEW.id);
  RETURN NULL;
END $$""",
    # locks the table until the migration commits, so no event comes between the trigger and the rows below
    "CREATE TRIGGER queue_event AFTER INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION queue_event()",
    "INSERT INTO audit_unlinked SELECT id FROM audit_events WHERE id NOT IN (SELECT event_id FROM audit_links)",
)


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "audit_unlinked",
        sa.Column("event_id", big, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_unlinked")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in QUEUE:
            op.execute(statement)
