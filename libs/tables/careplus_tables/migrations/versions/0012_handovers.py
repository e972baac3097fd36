"""Add the handovers of doctors that can no longer act, and the doctor that signed notes."""

import sqlalchemy as sa
from alembic import op

import careplus_tables.columns
from careplus_tables.migrations import departures

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WORK = (
    "SELECT id FROM doctors",
    "SELECT doctor_id FROM appointments",
    "SELECT ordered_by_id FROM lab_bookings",
    "SELECT doctor_id FROM prescriptions",
    "SELECT from_doctor_id FROM referrals",
    "SELECT to_doctor_id FROM referrals",
    "SELECT accepted_by_id FROM referrals",
)
"""Every column that names a doctor with work."""


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "handovers",
        sa.Column("doctor_id", big, autoincrement=False, nullable=False),
        sa.Column("colleague_id", big, nullable=True),
        sa.Column("left_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.ForeignKeyConstraint(["doctor_id"], ["accounts.id"], name=op.f("fk_handovers_doctor_id_accounts")),
        sa.ForeignKeyConstraint(["colleague_id"], ["accounts.id"], name=op.f("fk_handovers_colleague_id_accounts")),
        sa.PrimaryKeyConstraint("doctor_id", name=op.f("pk_handovers")),
    )
    op.create_index("ix_handovers_colleague_id", "handovers", ["colleague_id"], unique=False)
    sqlite = op.get_bind().dialect.name == "sqlite"
    at = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')" if sqlite else "date_trunc('second', now())"
    is_doctor = "role = 'doctor'"
    # doctors that left before: the time at which they left is not known
    op.execute(
        f"INSERT INTO handovers (doctor_id, left_at) SELECT id, {at} FROM accounts WHERE NOT ({is_doctor} AND active)"
        f" AND ({is_doctor} OR id IN ({' UNION '.join(WORK)}))"
    )
    for statement in departures.SQLITE if sqlite else departures.POSTGRESQL:
        op.execute(statement)
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("signed_by_id", big, nullable=True))
        batch_op.create_foreign_key(op.f("fk_notes_signed_by_id_accounts"), "accounts", ["signed_by_id"], ["id"])
    op.execute("UPDATE notes SET signed_by_id = author_id WHERE status = 'signed'")
