"""Add the priority of laboratory bookings, the time by which results are expected, and the repeat intervals of tests."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

REPEAT_AFTER_DAYS = {
    30: ("FERRITIN", "IRON"),
    42: ("TSH", "THYROID", "FT3", "FT4", "PSA", "CALPRO"),
    90: ("HBA1C", "LIPID", "APOB", "VITD", "B12", "FOLATE", "UACR"),
    180: ("CELIAC",),
    365: ("TPOAB", "LPA", "RF", "CCP", "ANA"),
}
"""As in the catalogue that fills a new database."""
HAS_SPECIMEN = "status IN ('collected', 'received', 'in_progress', 'resulted', 'verified')"


def upgrade() -> None:
    op.add_column("lab_tests", sa.Column("repeat_after_days", sa.Integer(), nullable=True))
    op.add_column("lab_tests", sa.Column("stat_minutes", sa.Integer(), nullable=True))
    tests = sa.table("lab_tests", sa.column("code"), sa.column("repeat_after_days"))
    for days, codes in REPEAT_AFTER_DAYS.items():
        op.execute(tests.update().where(tests.c.code.in_(codes)).values(repeat_after_days=days))
    _add_priority()
    op.execute(
        "UPDATE lab_bookings SET turnaround_minutes = (SELECT max(lab_tests.turnaround_hours) * 60 FROM lab_booking_tests "
        "JOIN lab_tests ON lab_tests.code = lab_booking_tests.test_code WHERE lab_booking_tests.booking_id = lab_bookings.id)"
    )
    op.execute(f"UPDATE lab_bookings SET expected_by = {_expected_by()} WHERE collected_at IS NOT NULL AND {HAS_SPECIMEN}")


def _add_priority() -> None:
    """Add the columns in place: a copy of the table on SQLite would lose its triggers, and break the triggers that read it."""
    instant = "VARCHAR(20)" if _is_sqlite() else "TIMESTAMP WITH TIME ZONE"
    for column in (
        "priority VARCHAR DEFAULT 'routine' NOT NULL CONSTRAINT ck_lab_bookings_priority_v1 CHECK (priority IN ('routine', 'stat'))",
        "turnaround_minutes INTEGER",
        f"expected_by {instant}",
    ):
        op.execute(f"ALTER TABLE lab_bookings ADD COLUMN {column}")


def _expected_by() -> str:
    if _is_sqlite():
        return "strftime('%Y-%m-%dT%H:%M:%SZ', collected_at, '+' || turnaround_minutes || ' minutes')"
    return "collected_at + turnaround_minutes * interval '1 minute'"


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
