"""Keep the versions of a result that corrections replace, and the facts about the patient that its flags missed."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(20), "sqlite")
FLAGS = "'normal', 'low', 'high', 'critical_low', 'critical_high', 'abnormal', 'indeterminate', 'no_range'"


def upgrade() -> None:
    _add_columns()
    op.create_table(
        "result_versions",
        sa.Column("result_id", BIG, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("patient_id", BIG, nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("outside_range", sa.Integer(), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("entered_by_id", BIG, nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("verified_by_id", BIG, nullable=True),
        sa.Column("verified_at", INSTANT, nullable=True),
        sa.Column("released_at", INSTANT, nullable=True),
        sa.Column("replaced_by_id", BIG, nullable=False),
        sa.Column("replaced_at", INSTANT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        *(_reference("result_versions", name) for name in ("entered_by_id", "patient_id", "replaced_by_id", "verified_by_id")),
        _reference("result_versions", "result_id", "lab_results"),
        sa.PrimaryKeyConstraint("result_id", "version", name=op.f("pk_result_versions")),
    )
    _create_observations()
    op.create_table(
        "proposed_corrections",
        sa.Column("result_id", BIG, nullable=False),
        sa.Column("patient_id", BIG, nullable=False),
        sa.Column("proposed_by_id", BIG, nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("observations", sa.JSON(), nullable=False),
        *(_reference("proposed_corrections", name) for name in ("patient_id", "proposed_by_id")),
        _reference("proposed_corrections", "result_id", "lab_results"),
        sa.PrimaryKeyConstraint("result_id", name=op.f("pk_proposed_corrections")),
    )


def _create_observations() -> None:
    op.create_table(
        "version_observations",
        sa.Column("result_id", BIG, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("patient_id", BIG, nullable=False),
        sa.Column("analyte_code", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("comparator", "text", "unit")),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("has_range", sa.Boolean(), nullable=False),
        sa.Column("range_sex", sa.String(), nullable=True),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("low", "high", "critical_low", "critical_high")),
        sa.Column("usual", sa.JSON(), nullable=False),
        sa.Column("flag", sa.String(), nullable=False),
        sa.Column("missing", sa.JSON(), server_default="[]", nullable=False),
        sa.CheckConstraint("comparator IN ('<', '<=', '>=', '>')", name=op.f("ck_version_observations_comparator_v1")),
        sa.CheckConstraint(f"flag IN ({FLAGS})", name=op.f("ck_version_observations_flag_v1")),
        _reference("version_observations", "analyte_code", "analytes", "code"),
        _reference("version_observations", "patient_id"),
        sa.ForeignKeyConstraint(
            ["result_id", "version"],
            ["result_versions.result_id", "result_versions.version"],
            name=op.f("fk_version_observations_result_id_version_result_versions"),
        ),
        sa.PrimaryKeyConstraint("result_id", "version", "position", name=op.f("pk_version_observations")),
    )


def _add_columns() -> None:
    """Add the columns in place: a copy of the table on SQLite would lose its triggers, and break the triggers that read it."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    instant = "VARCHAR(20)" if is_sqlite else "TIMESTAMP WITH TIME ZONE"
    for column in (
        f"corrected_by_id {'INTEGER' if is_sqlite else 'BIGINT'} "
        "CONSTRAINT fk_lab_results_corrected_by_id_accounts REFERENCES accounts (id)",
        f"corrected_at {instant}",
        "correction_reason VARCHAR",
        f"correction_waits_since {instant}",
    ):
        op.execute(f"ALTER TABLE lab_results ADD COLUMN {column}")
    # the flags of present values stay as they were entered
    op.add_column("observations", sa.Column("missing", sa.JSON(), server_default="[]", nullable=False))


def _reference(table: str, column: str, to: str = "accounts", key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.{key}"], name=op.f(f"fk_{table}_{column}_{to}"))
