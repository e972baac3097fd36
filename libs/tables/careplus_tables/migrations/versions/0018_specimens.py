"""Add specimens with accession numbers, and one or more for each present booking; add the priority of bookings.

The check character is a copy of `careplus_clinic.accessions` at this revision.
"""

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

import careplus_tables.columns

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BATCH = 5000
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
STATUSES = "status IN ('expected', 'collected', 'received', 'rejected')"
IS_LIVE = sa.text("status <> 'rejected'")
STATUS_OF = {"booked": "expected", "collected": "collected", "rejected": "rejected"}
"""The status of the specimens of a booking that is not cancelled; all other ones were received."""
INSERT = sa.text(
    "INSERT INTO specimens"
    " (booking_id, patient_id, accession, type, status, collected_at, rejection_reason, created_at)"
    " VALUES (:booking_id, :patient_id, :accession, :type, :status, :collected_at, :rejection_reason, :created_at)"
)


def upgrade() -> None:
    _create_specimens()
    _add_types()
    _add_priority()
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT b.id AS booking_id, b.patient_id, b.status, b.status_reason, b.collected_at, b.created_at, t.specimen_type"
            " FROM lab_bookings b JOIN lab_booking_tests t ON t.booking_id = b.id ORDER BY b.id, t.position"
        )
    ).mappings()
    types = {(row["booking_id"], row["specimen_type"]): row for row in rows}
    used: set[str] = set()
    found = [specimen | {"accession": _accession(used)} for row in types.values() for specimen in _specimens(row)]
    for start in range(0, len(found), BATCH):
        connection.execute(INSERT, found[start : start + BATCH])


def _create_specimens() -> None:
    big, instant = sa.BigInteger().with_variant(sa.Integer(), "sqlite"), careplus_tables.columns.InstantColumn()
    people = ("patient_id", "collected_by_id", "received_by_id", "rejected_by_id")
    op.create_table(
        "specimens",
        sa.Column("id", big, nullable=False),
        sa.Column("booking_id", big, nullable=False),
        sa.Column("patient_id", big, nullable=False),
        sa.Column("accession", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("collected_at", instant, nullable=True),
        sa.Column("collected_by_id", big, nullable=True),
        sa.Column("received_at", instant, nullable=True),
        sa.Column("received_by_id", big, nullable=True),
        sa.Column("rejected_at", instant, nullable=True),
        sa.Column("rejected_by_id", big, nullable=True),
        sa.Column("rejection_reason", sa.String(), nullable=True),
        sa.Column("created_at", instant, nullable=False),
        sa.CheckConstraint(STATUSES, name=op.f("ck_specimens_status_v1")),
        sa.ForeignKeyConstraint(["booking_id"], ["lab_bookings.id"], name=op.f("fk_specimens_booking_id_lab_bookings")),
        *(sa.ForeignKeyConstraint([name], ["accounts.id"], name=op.f(f"fk_specimens_{name}_accounts")) for name in people),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_specimens")),
        sa.UniqueConstraint("accession", name=op.f("uq_specimens_accession")),
    )
    op.create_index("ix_specimens_booking_id_id", "specimens", ["booking_id", "id"], unique=False)
    live = {"sqlite_where": IS_LIVE, "postgresql_where": IS_LIVE}
    op.create_index("uq_specimens_booking_id_type", "specimens", ["booking_id", "type"], unique=True, **live)


def _add_types() -> None:
    """Copy the specimen of each booked test from the catalogue as it is now."""
    op.add_column("lab_booking_tests", sa.Column("specimen_type", sa.String(), nullable=True))
    op.execute(
        "UPDATE lab_booking_tests SET specimen_type ="
        " (SELECT specimen FROM lab_tests WHERE lab_tests.code = lab_booking_tests.test_code)"
    )
    with op.batch_alter_table("lab_booking_tests", schema=None) as batch_op:
        batch_op.alter_column("specimen_type", existing_type=sa.String(), nullable=False)


def _add_priority() -> None:
    """Add the column in place, as 0010 does, unless an earlier revision has added it."""
    if "priority" in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("lab_bookings")}:
        return
    check = "CONSTRAINT ck_lab_bookings_priority_v1 CHECK (priority IN ('routine', 'stat'))"
    op.execute(f"ALTER TABLE lab_bookings ADD COLUMN priority VARCHAR DEFAULT 'routine' NOT NULL {check}")


def _specimens(booking: Any) -> list[dict[str, Any]]:
    """Return the specimens of one type: after a rejection also the expected one.

    The reason of a cancellation took the place of that of a rejection, which is not known any more.
    """
    status = STATUS_OF.get(booking["status"], "received")
    if booking["status"] == "cancelled":
        status = "expected" if booking["collected_at"] is None else "rejected"
    of_booking = {name: booking[name] for name in ("booking_id", "patient_id", "created_at")}
    first = of_booking | {
        "type": booking["specimen_type"],
        "status": status,
        "collected_at": booking["collected_at"],
        "rejection_reason": booking["status_reason"] if booking["status"] == "rejected" else None,
    }
    again = first | {"status": "expected", "collected_at": None, "rejection_reason": None}
    return [first, again] if status == "rejected" else [first]


def _accession(used: set[str]) -> str:
    """Return a number that none of the others has."""
    while True:
        body = "".join(secrets.choice(ALPHABET) for _ in range(8))
        if body not in used:
            used.add(body)
            return body + _check(body)


def _check(body: str) -> str:
    modulus = len(ALPHABET)
    carried = modulus
    for character in body:
        carried = ((carried + ALPHABET.index(character)) % modulus or modulus) * 2 % (modulus + 1)
    return ALPHABET[(modulus + 1 - carried) % modulus]
