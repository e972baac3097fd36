"""Add the visit type that an entry of the waitlist waits for."""

from alembic import op

revision = "0073"
down_revision = "0071"
branch_labels = None
depends_on = None
older_code_works = True  # its entries wait for no type; it offers the type that is booked by default


def upgrade() -> None:
    # not by a copy of the table, which would take its partial indexes apart
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE waitlist_entries ADD COLUMN visit_type_id {kind}"
        " CONSTRAINT fk_waitlist_entries_visit_type_id_visit_types REFERENCES visit_types (id)"
    )
