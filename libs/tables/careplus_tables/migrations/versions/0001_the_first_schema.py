"""Create the first schema."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import careplus_tables.columns
from careplus_tables.migrations import overlaps

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sqlmodel.AutoString(), nullable=False),
        sa.Column("password_hash", sqlmodel.AutoString(), nullable=True),
        sa.Column("full_name", sqlmodel.AutoString(), nullable=False),
        sa.Column("role", sqlmodel.AutoString(), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("sex", sqlmodel.AutoString(), nullable=False),
        sa.Column("phone", sqlmodel.AutoString(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("role IN ('patient', 'doctor', 'lab', 'admin')", name=op.f("ck_accounts_role_v1")),
        sa.CheckConstraint("sex IN ('female', 'male', 'other', 'unknown')", name=op.f("ck_accounts_sex_v1")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
    )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.create_index("ix_accounts_role_id", ["role", "id"], unique=False)

    op.create_table(
        "analytes",
        sa.Column("code", sqlmodel.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.AutoString(), nullable=False),
        sa.Column("loinc", sqlmodel.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.AutoString(), nullable=False),
        sa.Column("unit", sqlmodel.AutoString(), nullable=True),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("plain", sqlmodel.AutoString(), nullable=False),
        sa.Column("usual", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('quantity', 'text')", name=op.f("ck_analytes_kind_v1")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_analytes")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("key_hash", sqlmodel.AutoString(), nullable=False),
        sa.Column("request_hash", sqlmodel.AutoString(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sqlmodel.AutoString(), nullable=False),
        sa.Column("etag", sqlmodel.AutoString(), nullable=True),
        sa.Column("expires_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "key_hash", name=op.f("pk_idempotency_keys")),
    )
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_keys_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "lab_tests",
        sa.Column("code", sqlmodel.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.AutoString(), nullable=False),
        sa.Column("loinc", sqlmodel.AutoString(), nullable=True),
        sa.Column("category", sqlmodel.AutoString(), nullable=False),
        sa.Column("specimen", sqlmodel.AutoString(), nullable=False),
        sa.Column("preparation", sqlmodel.AutoString(), nullable=False),
        sa.Column("plain", sqlmodel.AutoString(), nullable=False),
        sa.Column("turnaround_hours", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sqlmodel.AutoString(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_lab_tests")),
    )
    op.create_table(
        "appointments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sqlmodel.AutoString(), nullable=False),
        sa.Column("patient_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("doctor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("ends_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("status", sqlmodel.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.AutoString(), nullable=True),
        sa.Column("place", sqlmodel.AutoString(), nullable=True),
        sa.Column("note", sqlmodel.AutoString(), nullable=True),
        sa.Column("cancelled_by", sqlmodel.AutoString(), nullable=True),
        sa.Column("cancel_reason", sqlmodel.AutoString(), nullable=True),
        sa.Column("created_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("cancelled_by IN ('patient', 'doctor', 'lab', 'admin')", name=op.f("ck_appointments_cancelled_by_v1")),
        sa.CheckConstraint(
            "status IN ('booked', 'confirmed', 'arrived', 'in_progress', 'completed', 'cancelled', 'no_show')",
            name=op.f("ck_appointments_status_v1"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_appointments_runs_forward_v1")),
        sa.ForeignKeyConstraint(["doctor_id"], ["accounts.id"], name=op.f("fk_appointments_doctor_id_accounts")),
        sa.ForeignKeyConstraint(["patient_id"], ["accounts.id"], name=op.f("fk_appointments_patient_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
        sa.UniqueConstraint("reference", name=op.f("uq_appointments_reference")),
    )
    with op.batch_alter_table("appointments", schema=None) as batch_op:
        batch_op.create_index("ix_appointments_doctor_id_starts_at_id", ["doctor_id", "starts_at", "id"], unique=False)
        batch_op.create_index("ix_appointments_patient_id_starts_at_id", ["patient_id", "starts_at", "id"], unique=False)
        batch_op.create_index("ix_appointments_starts_at_ends_at_status", ["starts_at", "ends_at", "status"], unique=False)

    op.create_table(
        "availability",
        sa.Column("doctor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("place", sqlmodel.AutoString(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["doctor_id"], ["accounts.id"], name=op.f("fk_availability_doctor_id_accounts")),
        sa.PrimaryKeyConstraint("doctor_id", name=op.f("pk_availability")),
    )
    op.create_table(
        "doctors",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("full_name", sqlmodel.AutoString(), nullable=False),
        sa.Column("specialty", sqlmodel.AutoString(), nullable=False),
        sa.Column("bio", sqlmodel.AutoString(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("phone", sqlmodel.AutoString(), nullable=True),
        sa.Column("room", sqlmodel.AutoString(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["accounts.id"], name=op.f("fk_doctors_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doctors")),
    )
    with op.batch_alter_table("doctors", schema=None) as batch_op:
        batch_op.create_index("ix_doctors_full_name_id", ["full_name", "id"], unique=False)
        batch_op.create_index("ix_doctors_specialty", ["specialty"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code_hash", sqlmodel.AutoString(), nullable=False),
        sa.Column("created_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("expires_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("accepted_at", careplus_tables.columns.InstantColumn(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_invitations_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitations_code_hash")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_account_id"), ["account_id"], unique=False)

    op.create_table(
        "lab_test_analytes",
        sa.Column("test_code", sqlmodel.AutoString(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("analyte_code", sqlmodel.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["analyte_code"], ["analytes.code"], name=op.f("fk_lab_test_analytes_analyte_code_analytes")),
        sa.ForeignKeyConstraint(["test_code"], ["lab_tests.code"], name=op.f("fk_lab_test_analytes_test_code_lab_tests")),
        sa.PrimaryKeyConstraint("test_code", "position", name=op.f("pk_lab_test_analytes")),
    )
    op.create_table(
        "open_hours",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("doctor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weekday", sqlmodel.AutoString(), nullable=False),
        sa.Column("starts", sqlmodel.AutoString(), nullable=False),
        sa.Column("ends", sqlmodel.AutoString(), nullable=False),
        sa.CheckConstraint("weekday IN ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')", name=op.f("ck_open_hours_weekday_v1")),
        sa.CheckConstraint("ends > starts", name=op.f("ck_open_hours_runs_forward_v1")),
        sa.ForeignKeyConstraint(["doctor_id"], ["accounts.id"], name=op.f("fk_open_hours_doctor_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_hours")),
    )
    with op.batch_alter_table("open_hours", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_open_hours_doctor_id"), ["doctor_id"], unique=False)

    op.create_table(
        "reference_ranges",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("analyte_code", sqlmodel.AutoString(), nullable=False),
        sa.Column("sex", sqlmodel.AutoString(), nullable=True),
        sa.Column("age_from_days", sa.Integer(), nullable=False),
        sa.Column("age_to_days", sa.Integer(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("critical_low", sa.Float(), nullable=True),
        sa.Column("critical_high", sa.Float(), nullable=True),
        sa.CheckConstraint("sex IN ('female', 'male', 'other', 'unknown')", name=op.f("ck_reference_ranges_sex_v1")),
        sa.ForeignKeyConstraint(["analyte_code"], ["analytes.code"], name=op.f("fk_reference_ranges_analyte_code_analytes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_ranges")),
    )
    with op.batch_alter_table("reference_ranges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reference_ranges_analyte_code"), ["analyte_code"], unique=False)

    op.create_table(
        "referrals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sqlmodel.AutoString(), nullable=False),
        sa.Column("patient_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_doctor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_doctor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("accepted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to_specialty", sqlmodel.AutoString(), nullable=True),
        sa.Column("to_external", sqlmodel.AutoString(), nullable=True),
        sa.Column("reason", sqlmodel.AutoString(), nullable=False),
        sa.Column("urgency", sqlmodel.AutoString(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("status", sqlmodel.AutoString(), nullable=False),
        sa.Column("note", sqlmodel.AutoString(), nullable=True),
        sa.Column("created_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('sent', 'accepted', 'declined', 'booked', 'seen', 'closed', 'cancelled')",
            name=op.f("ck_referrals_status_v1"),
        ),
        sa.CheckConstraint("urgency IN ('routine', 'urgent', 'emergency')", name=op.f("ck_referrals_urgency_v1")),
        sa.CheckConstraint(
            "CASE WHEN to_doctor_id IS NULL THEN 0 ELSE 1 END + CASE WHEN to_specialty IS NULL THEN 0 ELSE 1 END + CASE WHEN to_external IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_referrals_one_target_v1"),
        ),
        sa.ForeignKeyConstraint(["accepted_by_id"], ["accounts.id"], name=op.f("fk_referrals_accepted_by_id_accounts")),
        sa.ForeignKeyConstraint(["from_doctor_id"], ["accounts.id"], name=op.f("fk_referrals_from_doctor_id_accounts")),
        sa.ForeignKeyConstraint(["patient_id"], ["accounts.id"], name=op.f("fk_referrals_patient_id_accounts")),
        sa.ForeignKeyConstraint(["to_doctor_id"], ["accounts.id"], name=op.f("fk_referrals_to_doctor_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
        sa.UniqueConstraint("reference", name=op.f("uq_referrals_reference")),
    )
    with op.batch_alter_table("referrals", schema=None) as batch_op:
        batch_op.create_index("ix_referrals_accepted_by_id_id", ["accepted_by_id", "id"], unique=False)
        batch_op.create_index("ix_referrals_from_doctor_id_id", ["from_doctor_id", "id"], unique=False)
        batch_op.create_index("ix_referrals_patient_id_id", ["patient_id", "id"], unique=False)
        batch_op.create_index("ix_referrals_to_doctor_id_id", ["to_doctor_id", "id"], unique=False)
        batch_op.create_index("ix_referrals_to_specialty_id", ["to_specialty", "id"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("id", sqlmodel.AutoString(), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("expires_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("ended_at", careplus_tables.columns.InstantColumn(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sessions_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "time_off",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("doctor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("ends_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("reason", sqlmodel.AutoString(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_time_off_runs_forward_v1")),
        sa.ForeignKeyConstraint(["doctor_id"], ["accounts.id"], name=op.f("fk_time_off_doctor_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_off")),
    )
    with op.batch_alter_table("time_off", schema=None) as batch_op:
        batch_op.create_index("ix_time_off_doctor_id_ends_at", ["doctor_id", "ends_at"], unique=False)

    op.create_table(
        "lab_bookings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sqlmodel.AutoString(), nullable=False),
        sa.Column("patient_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("appointment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("starts_at", careplus_tables.columns.InstantColumn(), nullable=True),
        sa.Column("window_starts_at", careplus_tables.columns.InstantColumn(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("status", sqlmodel.AutoString(), nullable=False),
        sa.Column("status_reason", sqlmodel.AutoString(), nullable=True),
        sa.Column("note", sqlmodel.AutoString(), nullable=True),
        sa.Column("collected_at", careplus_tables.columns.InstantColumn(), nullable=True),
        sa.Column("verified_at", careplus_tables.columns.InstantColumn(), nullable=True),
        sa.Column("created_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('booked', 'collected', 'received', 'rejected', 'in_progress', 'resulted', 'verified', 'cancelled')",
            name=op.f("ck_lab_bookings_status_v1"),
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointments.id"], name=op.f("fk_lab_bookings_appointment_id_appointments")
        ),
        sa.ForeignKeyConstraint(["ordered_by_id"], ["accounts.id"], name=op.f("fk_lab_bookings_ordered_by_id_accounts")),
        sa.ForeignKeyConstraint(["patient_id"], ["accounts.id"], name=op.f("fk_lab_bookings_patient_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_bookings")),
        sa.UniqueConstraint("reference", name=op.f("uq_lab_bookings_reference")),
        sa.UniqueConstraint("window_starts_at", "place", name=op.f("uq_lab_bookings_window_starts_at_place")),
    )
    with op.batch_alter_table("lab_bookings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lab_bookings_ordered_by_id"), ["ordered_by_id"], unique=False)
        batch_op.create_index("ix_lab_bookings_patient_id_id", ["patient_id", "id"], unique=False)
        batch_op.create_index("ix_lab_bookings_status_starts_at_id", ["status", "starts_at", "id"], unique=False)

    op.create_table(
        "prescriptions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sqlmodel.AutoString(), nullable=False),
        sa.Column("patient_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("doctor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appointment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("notes", sqlmodel.AutoString(), nullable=True),
        sa.Column("status", sqlmodel.AutoString(), nullable=False),
        sa.Column("created_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("stopped_at", careplus_tables.columns.InstantColumn(), nullable=True),
        sa.Column("stop_reason", sqlmodel.AutoString(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'stopped')", name=op.f("ck_prescriptions_status_v1")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointments.id"], name=op.f("fk_prescriptions_appointment_id_appointments")
        ),
        sa.ForeignKeyConstraint(["doctor_id"], ["accounts.id"], name=op.f("fk_prescriptions_doctor_id_accounts")),
        sa.ForeignKeyConstraint(["patient_id"], ["accounts.id"], name=op.f("fk_prescriptions_patient_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prescriptions")),
        sa.UniqueConstraint("reference", name=op.f("uq_prescriptions_reference")),
    )
    with op.batch_alter_table("prescriptions", schema=None) as batch_op:
        batch_op.create_index("ix_prescriptions_doctor_id_id", ["doctor_id", "id"], unique=False)
        batch_op.create_index("ix_prescriptions_patient_id_id", ["patient_id", "id"], unique=False)

    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", sqlmodel.AutoString(), nullable=False),
        sa.Column("session_id", sqlmodel.AutoString(), nullable=False),
        sa.Column("expires_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("used_at", careplus_tables.columns.InstantColumn(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_refresh_tokens_session_id_sessions")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_refresh_tokens")),
    )
    with op.batch_alter_table("refresh_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refresh_tokens_session_id"), ["session_id"], unique=False)

    op.create_table(
        "lab_booking_tests",
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("test_code", sqlmodel.AutoString(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sqlmodel.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["lab_bookings.id"], name=op.f("fk_lab_booking_tests_booking_id_lab_bookings")),
        sa.ForeignKeyConstraint(["test_code"], ["lab_tests.code"], name=op.f("fk_lab_booking_tests_test_code_lab_tests")),
        sa.PrimaryKeyConstraint("booking_id", "test_code", name=op.f("pk_lab_booking_tests")),
    )
    op.create_table(
        "lab_results",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("patient_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("test_code", sqlmodel.AutoString(), nullable=False),
        sa.Column("status", sqlmodel.AutoString(), nullable=False),
        sa.Column("outside_range", sa.Integer(), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("note", sqlmodel.AutoString(), nullable=True),
        sa.Column("comment", sqlmodel.AutoString(), nullable=True),
        sa.Column("collected_at", careplus_tables.columns.InstantColumn(), nullable=True),
        sa.Column("entered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entered_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("verified_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verified_at", careplus_tables.columns.InstantColumn(), nullable=True),
        sa.Column("seen_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seen_at", careplus_tables.columns.InstantColumn(), nullable=True),
        sa.Column("released_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("released_at", careplus_tables.columns.InstantColumn(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('resulted', 'verified', 'released')", name=op.f("ck_lab_results_status_v1")),
        sa.ForeignKeyConstraint(["booking_id"], ["lab_bookings.id"], name=op.f("fk_lab_results_booking_id_lab_bookings")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["accounts.id"], name=op.f("fk_lab_results_entered_by_id_accounts")),
        sa.ForeignKeyConstraint(["patient_id"], ["accounts.id"], name=op.f("fk_lab_results_patient_id_accounts")),
        sa.ForeignKeyConstraint(["released_by_id"], ["accounts.id"], name=op.f("fk_lab_results_released_by_id_accounts")),
        sa.ForeignKeyConstraint(["seen_by_id"], ["accounts.id"], name=op.f("fk_lab_results_seen_by_id_accounts")),
        sa.ForeignKeyConstraint(["test_code"], ["lab_tests.code"], name=op.f("fk_lab_results_test_code_lab_tests")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["accounts.id"], name=op.f("fk_lab_results_verified_by_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_results")),
        sa.UniqueConstraint("booking_id", "test_code", name=op.f("uq_lab_results_booking_id_test_code")),
    )
    with op.batch_alter_table("lab_results", schema=None) as batch_op:
        batch_op.create_index("ix_lab_results_patient_id_status_id", ["patient_id", "status", "id"], unique=False)
        batch_op.create_index("ix_lab_results_status_id", ["status", "id"], unique=False)

    op.create_table(
        "prescription_items",
        sa.Column("prescription_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("medicine", sqlmodel.AutoString(), nullable=False),
        sa.Column("dose", sqlmodel.AutoString(), nullable=False),
        sa.Column("route", sqlmodel.AutoString(), nullable=False),
        sa.Column("frequency", sqlmodel.AutoString(), nullable=False),
        sa.Column("duration_days", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("instructions", sqlmodel.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(
            ["prescription_id"], ["prescriptions.id"], name=op.f("fk_prescription_items_prescription_id_prescriptions")
        ),
        sa.PrimaryKeyConstraint("prescription_id", "position", name=op.f("pk_prescription_items")),
    )
    op.create_table(
        "observations",
        sa.Column("result_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("patient_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("analyte_code", sqlmodel.AutoString(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("comparator", sqlmodel.AutoString(), nullable=True),
        sa.Column("text", sqlmodel.AutoString(), nullable=True),
        sa.Column("unit", sqlmodel.AutoString(), nullable=True),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("has_range", sa.Boolean(), nullable=False),
        sa.Column("range_sex", sqlmodel.AutoString(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("critical_low", sa.Float(), nullable=True),
        sa.Column("critical_high", sa.Float(), nullable=True),
        sa.Column("usual", sa.JSON(), nullable=False),
        sa.Column("flag", sqlmodel.AutoString(), nullable=False),
        sa.CheckConstraint("comparator IN ('<', '>')", name=op.f("ck_observations_comparator_v1")),
        sa.CheckConstraint(
            "flag IN ('normal', 'low', 'high', 'critical_low', 'critical_high', 'abnormal', 'indeterminate', 'no_range')",
            name=op.f("ck_observations_flag_v1"),
        ),
        sa.ForeignKeyConstraint(["analyte_code"], ["analytes.code"], name=op.f("fk_observations_analyte_code_analytes")),
        sa.ForeignKeyConstraint(["patient_id"], ["accounts.id"], name=op.f("fk_observations_patient_id_accounts")),
        sa.ForeignKeyConstraint(["result_id"], ["lab_results.id"], name=op.f("fk_observations_result_id_lab_results")),
        sa.PrimaryKeyConstraint("result_id", "position", name=op.f("pk_observations")),
    )
    with op.batch_alter_table("observations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_observations_patient_id_analyte_code_result_id", ["patient_id", "analyte_code", "result_id"], unique=False
        )

    for statement in overlaps.SQLITE if op.get_bind().dialect.name == "sqlite" else overlaps.POSTGRESQL:
        op.execute(statement)
