"""${message}."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import careplus_tables.columns

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
