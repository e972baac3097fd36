"""Keep the marks of each doctor apart; add the order of the inbox and the release policy of tests."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(20), "sqlite")
INBOX = ["ordered_by_id", "urgency", "specimen_at", "patient_id", "id", "status", "verified_at"]
POLICIES = "release_policy IN ('at_once', 'after_doctor', 'after_days')"


def upgrade() -> None:
    _add_reviews()
    _add_inbox()
    # in place: a copy of the table on SQLite would lose its triggers
    policy = f"VARCHAR DEFAULT 'after_doctor' NOT NULL CONSTRAINT ck_lab_tests_release_policy_v1 CHECK ({POLICIES})"
    op.execute(f"ALTER TABLE lab_tests ADD COLUMN release_policy {policy}")
    op.execute("ALTER TABLE lab_tests ADD COLUMN release_after_days INTEGER")


def _add_reviews() -> None:
    """Move the only mark of a result into its own row. It was set after the verification, and counts for that doctor."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "result_reviews",
        sa.Column("result_id", big, autoincrement=False, nullable=False),
        sa.Column("doctor_id", big, autoincrement=False, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("verified_at", INSTANT, nullable=False),
        sa.Column("result_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["doctor_id"], ["accounts.id"], name=op.f("fk_result_reviews_doctor_id_accounts")),
        sa.ForeignKeyConstraint(["result_id"], ["lab_results.id"], name=op.f("fk_result_reviews_result_id_lab_results")),
        sa.PrimaryKeyConstraint("result_id", "doctor_id", name=op.f("pk_result_reviews")),
    )
    op.execute(
        "INSERT INTO result_reviews (result_id, doctor_id, seen_at, verified_at, result_version) "
        "SELECT id, seen_by_id, seen_at, verified_at, version FROM lab_results "
        "WHERE seen_at IS NOT NULL AND seen_by_id IS NOT NULL AND verified_at IS NOT NULL"
    )


def _add_inbox() -> None:
    """Add the ordering doctor and the class of each result, and drop the columns of the only mark."""
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(f"ALTER TABLE lab_results ADD COLUMN ordered_by_id {kind}")
    op.execute("ALTER TABLE lab_results ADD COLUMN urgency INTEGER DEFAULT 0 NOT NULL")
    op.execute(
        "UPDATE lab_results SET urgency = CASE WHEN critical THEN 2 WHEN outside_range > 0 THEN 1 ELSE 0 END, "
        "ordered_by_id = (SELECT ordered_by_id FROM lab_bookings WHERE lab_bookings.id = lab_results.booking_id)"
    )
    with op.batch_alter_table("lab_results", schema=None) as batch_op:
        batch_op.alter_column("urgency", existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        batch_op.create_foreign_key(op.f("fk_lab_results_ordered_by_id_accounts"), "accounts", ["ordered_by_id"], ["id"])
        batch_op.drop_column("seen_by_id")
        batch_op.drop_column("seen_at")
    op.create_index("ix_lab_results_inbox", "lab_results", INBOX, unique=False)
