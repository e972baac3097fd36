"""Add screens, and the code of each visit with which its patient checks in."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from careplus_tables.columns import InstantColumn
from careplus_tables.references import new_check_in_code

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None
older_code_works = True  # its visits have no code, and their patients go to the desk


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "screens",
        sa.Column("id", big, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_by_id", big, nullable=False),
        sa.Column("created_at", InstantColumn(), nullable=False),
        sa.Column("last_seen_at", InstantColumn(), nullable=True),
        sa.Column("revoked_at", InstantColumn(), nullable=True),
        sa.CheckConstraint("language IN ('en', 'de', 'both')", name=op.f("ck_screens_language_v1")),
        sa.ForeignKeyConstraint(["created_by_id"], ["accounts.id"], name=op.f("fk_screens_created_by_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_screens_token_hash")),
    )
    op.create_table(
        "screen_doctors",
        sa.Column("screen_id", big, nullable=False),
        sa.Column("doctor_id", big, nullable=False),
        sa.ForeignKeyConstraint(["screen_id"], ["screens.id"], name=op.f("fk_screen_doctors_screen_id_screens")),
        sa.ForeignKeyConstraint(["doctor_id"], ["accounts.id"], name=op.f("fk_screen_doctors_doctor_id_accounts")),
        sa.PrimaryKeyConstraint("screen_id", "doctor_id", name=op.f("pk_screen_doctors")),
    )
    op.add_column("appointments", sa.Column("check_in_code", sa.String(), nullable=True))
    _give_codes()
    op.create_index("ix_appointments_check_in_code", "appointments", ["check_in_code"], unique=True)


def _give_codes() -> None:
    """Give a code to each visit that is not over."""
    columns = (sa.column("id", sa.BigInteger()), sa.column("ends_at", InstantColumn()), sa.column("check_in_code", sa.String()))
    visits, connection = sa.table("appointments", *columns), op.get_bind()
    ahead = sa.select(visits.c.id).where(visits.c.ends_at > datetime.now(UTC).replace(microsecond=0) - timedelta(days=1))
    rows = [{"visit": id_, "code": new_check_in_code()} for id_ in connection.execute(ahead).scalars().all()]
    if rows:
        change = sa.update(visits).where(visits.c.id == sa.bindparam("visit")).values(check_in_code=sa.bindparam("code"))
        connection.execute(change, rows)
