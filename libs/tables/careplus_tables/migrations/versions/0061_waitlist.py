"""Add the waitlist, and the statuses `offered` and `lapsed` of visits: an offer occupies its doctor's time alone."""

import sqlalchemy as sa
from alembic import op

from careplus_tables.columns import InstantColumn
from careplus_tables.migrations import merged_records, offers

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None
older_code_works = False  # it lists offers as visits

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = "status IN ('booked', 'confirmed', 'arrived', 'in_progress', 'completed', 'cancelled', 'no_show')"
AFTER = BEFORE.replace("'no_show'", "'no_show', 'offered', 'lapsed'")
OLD, NEW = "ck_appointments_status_v1", "ck_appointments_status_v2"
WAITS = sa.text("status = 'waiting'")


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        _widen_in_schema()
    else:
        op.drop_constraint(op.f(OLD), "appointments", type_="check")
        op.create_check_constraint(op.f(NEW), "appointments", AFTER)
    for statement in (*offers.SQLITE_DROP, *offers.SQLITE) if is_sqlite else offers.POSTGRESQL:
        op.execute(statement)
    _create_entries()
    op.create_table(
        "waitlist_offers",
        sa.Column("appointment_id", BIG, autoincrement=False, nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("doctor_id", BIG, nullable=False),
        sa.Column("starts_at", InstantColumn(), nullable=False),
        sa.Column("offered_until", InstantColumn(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointments.id"], name=op.f("fk_waitlist_offers_appointment_id_appointments")
        ),
        sa.ForeignKeyConstraint(["doctor_id"], ["accounts.id"], name=op.f("fk_waitlist_offers_doctor_id_accounts")),
        sa.ForeignKeyConstraint(["entry_id"], ["waitlist_entries.id"], name=op.f("fk_waitlist_offers_entry_id_waitlist_entries")),
        sa.PrimaryKeyConstraint("appointment_id", name=op.f("pk_waitlist_offers")),
        sa.UniqueConstraint("entry_id", "doctor_id", "starts_at", name=op.f("uq_waitlist_offers_entry_id_doctor_id_starts_at")),
    )
    op.create_index("ix_waitlist_offers_offered_until", "waitlist_offers", ["offered_until"])
    if not is_sqlite:
        op.execute(merged_records.trigger("waitlist_entries"))


def _create_entries() -> None:
    op.create_table(
        "waitlist_entries",
        sa.Column("id", BIG, nullable=False),
        sa.Column("patient_id", BIG, nullable=False),
        sa.Column("doctor_id", BIG, nullable=True),
        sa.Column("specialty", sa.String(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("weekdays", "from_time", "to_time")),
        sa.Column("instead_of_id", BIG, nullable=True),
        sa.Column("offer_id", BIG, nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("created_at", InstantColumn(), nullable=False),
        sa.CheckConstraint("status IN ('waiting', 'accepted', 'removed')", name=op.f("ck_waitlist_entries_status_v1")),
        sa.CheckConstraint(
            "added_by IN ('patient', 'doctor', 'lab', 'reception', 'admin')", name=op.f("ck_waitlist_entries_added_by_v1")
        ),
        sa.CheckConstraint("(doctor_id IS NULL) <> (specialty IS NULL)", name=op.f("ck_waitlist_entries_doctor_or_specialty_v1")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_waitlist_entries_days_run_forward_v1")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_waitlist_entries_{column}_{table}"))
            for column, table in (
                *(("patient_id", "accounts"), ("doctor_id", "accounts")),
                *(("instead_of_id", "appointments"), ("offer_id", "appointments")),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist_entries")),
        sa.UniqueConstraint("offer_id", name=op.f("uq_waitlist_entries_offer_id")),
    )
    for column in ("patient_id", "instead_of_id"):
        op.create_index(f"ix_waitlist_entries_{column}", "waitlist_entries", [column])
    for name, columns in (("doctor_id", ["doctor_id"]), ("specialty", ["specialty"]), ("created_at_id", ["created_at", "id"])):
        op.create_index(f"ix_waitlist_entries_{name}", "waitlist_entries", columns, sqlite_where=WAITS, postgresql_where=WAITS)


def _widen_in_schema() -> None:
    """Change the check in the text of the schema, as revision 0048 does: a copy of the table would lose its triggers."""
    version = op.get_bind().execute(sa.text("PRAGMA schema_version")).scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    where = "type = 'table' AND name = 'appointments'"
    for old, new in ((OLD, NEW), (BEFORE, AFTER)):
        texts = (text.replace("'", "''") for text in (old, new))
        op.execute("UPDATE sqlite_schema SET sql = replace(sql, '{}', '{}') WHERE {}".format(*texts, where))
    schema = op.get_bind().execute(sa.text(f"SELECT sql FROM sqlite_schema WHERE {where}")).scalar_one()
    assert AFTER in schema, "the schema of appointments is not the one that earlier migrations made"
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
