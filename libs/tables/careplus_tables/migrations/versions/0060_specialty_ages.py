"""Add the age limits of specialties."""

import sqlalchemy as sa
from alembic import op

from careplus_tables.columns import KeyText

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None
older_code_works = True  # older code books without the limits


def upgrade() -> None:
    op.create_table(
        "specialty_age_plans",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_specialty_age_plans")),
    )
    op.create_table(
        "specialty_ages",
        sa.Column("code", KeyText, nullable=False),
        sa.Column("min_age", sa.Integer(), nullable=True),
        sa.Column("max_age", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_specialty_ages")),
    )
