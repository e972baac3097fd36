"""Add fasting, times of day and tests by order only to the laboratory's catalogue, its hours, and versions of ranges."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

FASTING = "Do not eat or drink anything but water for 8 hours before the sample."
MORNING = "Come between 7 and 10 in the morning. "
MOVED = {
    "Eat normally for 3 days, then only water for 8 hours before. Stay seated and do not smoke during the 2 hours of the test.": (
        "Eat normally for 3 days before. Stay seated and do not smoke during the 2 hours of the test."
    ),
    "Come in the morning with an empty stomach, and do not take iron tablets for 24 hours before.": (
        "Do not take iron tablets for 24 hours before."
    ),
}
"""Texts of the first catalogue that named a fast."""
BY_ORDER = ("ABG", "LACT", "ICA", "TNT", "TNI", "PCT", "TYSC", "DAT")


def upgrade() -> None:
    op.add_column("lab_tests", sa.Column("by_order_only", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("lab_tests", sa.Column("fasting_hours", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("lab_tests", sa.Column("collect_from", sa.String(), nullable=True))
    op.add_column("lab_tests", sa.Column("collect_until", sa.String(), nullable=True))
    _move_preparations()
    _create_hours()
    _create_versions()


def _create_versions() -> None:
    """Make the present ranges version 1, valid from the beginning."""
    instant = sa.DateTime(timezone=True).with_variant(sa.String(20), "sqlite")
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "analyte_versions",
        sa.Column("analyte_code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("edited_by_id", big, nullable=True),
        sa.Column("edited_at", instant, nullable=True),
        sa.ForeignKeyConstraint(["analyte_code"], ["analytes.code"], name=op.f("fk_analyte_versions_analyte_code_analytes")),
        sa.ForeignKeyConstraint(["edited_by_id"], ["accounts.id"], name=op.f("fk_analyte_versions_edited_by_id_accounts")),
        sa.PrimaryKeyConstraint("analyte_code", "number", name=op.f("pk_analyte_versions")),
    )
    op.add_column("reference_ranges", sa.Column("number", sa.Integer(), nullable=False, server_default="1"))
    op.execute(
        "INSERT INTO analyte_versions (analyte_code, number, unit, source) "
        "SELECT code, 1, unit, 'Catalogue of the installation' FROM analytes"
    )


def _create_hours() -> None:
    """Create the tables empty: the hours of the settings apply until an administrator stores others."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "lab_schedules",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_schedules")),
    )
    op.create_table(
        "lab_hours",
        sa.Column("id", big, nullable=False),
        sa.Column("weekday", sa.String(), nullable=False),
        sa.Column("opens", sa.String(), nullable=False),
        sa.Column("closes", sa.String(), nullable=False),
        sa.CheckConstraint("weekday IN ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')", name=op.f("ck_lab_hours_weekday_v1")),
        sa.CheckConstraint("closes > opens", name=op.f("ck_lab_hours_runs_forward_v1")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_hours")),
    )
    op.create_table(
        "lab_closures",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_lab_closures")),
    )


def _move_preparations() -> None:
    """Move fasts and times of day from the texts of the first catalogue; a text that was edited stays as it is."""
    tests = sa.table(
        "lab_tests",
        *(sa.column(name) for name in ("code", "preparation", "fasting_hours", "collect_from", "collect_until")),
        sa.column("by_order_only", sa.Boolean()),
    )
    morning = {"collect_from": "07:00", "collect_until": "10:00"}
    text = tests.c.preparation
    op.execute(sa.update(tests).where(text == FASTING, tests.c.code.in_(["INSULIN", "CPEP"])).values(morning))
    op.execute(sa.update(tests).where(text == FASTING).values(preparation="", fasting_hours=8))
    for old, new in MOVED.items():
        op.execute(sa.update(tests).where(text == old).values(preparation=new, fasting_hours=8, **morning))
    starts = text.startswith(MORNING, autoescape=True)
    op.execute(sa.update(tests).where(starts, tests.c.code == "CORT").values(collect_from="07:00", collect_until="09:00"))
    op.execute(sa.update(tests).where(starts, tests.c.code != "CORT").values(morning))
    op.execute(sa.update(tests).where(starts).values(preparation=sa.func.substr(text, len(MORNING) + 1)))
    op.execute(sa.update(tests).where(tests.c.code.in_(BY_ORDER)).values(by_order_only=sa.true()))
