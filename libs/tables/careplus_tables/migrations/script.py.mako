"""${message}."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import careplus_tables.columns

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None
older_code_works = False  # True if processes of the revision before go on working while and after it is migrated


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
