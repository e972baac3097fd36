"""Keep the changes of allergies, problems and comments, and the names at the time of signing."""

import sqlalchemy as sa
from alembic import op

import careplus_tables.columns
from careplus_tables.migrations.append_only import postgresql_trigger, sqlite_triggers

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SIGNED = {
    "notes": {"author_name": "author_id", "signed_by_name": "signed_by_id"},
    "addenda": {"by_name": "by_id"},
    "prescriptions": {"doctor_name": "doctor_id", "stopped_by_name": "stopped_by_id"},
    "lab_results": {f"{act}_by_name": f"{act}_by_id" for act in ("ordered", "verified", "released", "corrected")},
    "result_versions": {"verified_by_name": "verified_by_id", "replaced_by_name": "replaced_by_id"},
}
"""The columns of names, with the column of the person."""
UNSIGNED = {"notes": "status = 'signed'", "lab_results": "verified_at IS NOT NULL"}
"""Conditions of the rows that are signed, where not all are."""
SAME = {
    "chart_changes": "id = NEW.id OR (patient_id = NEW.patient_id AND version = NEW.version)",
    "result_comments": "result_id = NEW.result_id AND version = NEW.version",
}
"""The conditions under which a new row would replace a present one."""


def upgrade() -> None:
    for table, columns in SIGNED.items():
        for name in columns:
            # in place: a copy of the table on SQLite would lose its triggers
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} VARCHAR")
        names = ", ".join(f"{name} = {_present_name(table, person)}" for name, person in columns.items())
        op.execute(f"UPDATE {table} SET {names} WHERE {UNSIGNED.get(table, 'TRUE')}")
    _create_chart_changes()
    _create_comments()
    op.execute(
        "INSERT INTO result_comments (result_id, version, patient_id, text)"
        " SELECT id, version, patient_id, comment FROM lab_results WHERE comment <> ''"
    )
    for table, is_same in SAME.items():
        _refuse_changes(table, is_same)


def _present_name(table: str, person: str) -> str:
    return (
        "(SELECT coalesce(doctors.full_name, accounts.full_name) FROM accounts LEFT JOIN doctors ON doctors.id = accounts.id"
        f" WHERE accounts.id = {table}.{person})"
    )


def _create_chart_changes() -> None:
    op.create_table(
        "chart_changes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("patient_id", BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("changed_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("changed_by_id", BIG, nullable=False),
        sa.Column("changed_by_name", sa.String(), nullable=False),
        sa.CheckConstraint("part IN ('allergies', 'problems')", name=op.f("ck_chart_changes_part_v1")),
        sa.ForeignKeyConstraint(["patient_id"], ["charts.patient_id"], name=op.f("fk_chart_changes_patient_id_charts")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["accounts.id"], name=op.f("fk_chart_changes_changed_by_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chart_changes")),
        sa.UniqueConstraint("patient_id", "version", name=op.f("uq_chart_changes_patient_id_version")),
    )


def _create_comments() -> None:
    op.create_table(
        "result_comments",
        sa.Column("result_id", BIG, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("patient_id", BIG, nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("was_released", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("at", careplus_tables.columns.InstantColumn(), nullable=True),
        sa.Column("by_id", BIG, nullable=True),
        sa.Column("by_name", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["result_id"], ["lab_results.id"], name=op.f("fk_result_comments_result_id_lab_results")),
        sa.ForeignKeyConstraint(["patient_id"], ["accounts.id"], name=op.f("fk_result_comments_patient_id_accounts")),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_result_comments_by_id_accounts")),
        sa.PrimaryKeyConstraint("result_id", "version", name=op.f("pk_result_comments")),
    )


def _refuse_changes(table: str, is_same: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in sqlite_triggers(table, is_same):
            op.execute(trigger)
    else:
        op.execute(postgresql_trigger(table))
