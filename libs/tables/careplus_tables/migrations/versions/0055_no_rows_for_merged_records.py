"""Let PostgreSQL refuse a new row of a record that another transaction has merged meanwhile."""

from alembic import op

from careplus_tables.migrations.merged_records import POSTGRESQL

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None
older_code_works = True


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in POSTGRESQL:
            op.execute(statement)
