"""Add the state of critical results, reports about them, and the mails that were queued.

Critical results that no doctor saw or released are open from their verification on. Others stay as they are: the action taken is
not known, and a call about a result of last year helps no patient.
"""

import sqlalchemy as sa
from alembic import op

import careplus_tables.columns

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

OPEN = "critical_since IS NOT NULL AND critical_closed_at IS NULL"


def upgrade() -> None:
    _add_state()
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "critical_communications",
        sa.Column("id", big, nullable=False),
        sa.Column("result_id", big, nullable=False),
        sa.Column("patient_id", big, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("by_id", big, nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("person_called", sa.String(), nullable=True),
        sa.Column("party", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('acknowledged', 'called', 'not_reached')", name=op.f("ck_critical_communications_kind_v1")),
        sa.CheckConstraint("party IN ('doctor', 'nurse', 'patient', 'other')", name=op.f("ck_critical_communications_party_v1")),
        *_refers("critical_communications", result_id="lab_results", patient_id="accounts", by_id="accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_critical_communications")),
    )
    op.create_index("ix_critical_communications_result_id", "critical_communications", ["result_id"], unique=False)
    op.create_table(
        "critical_notices",
        sa.Column("result_id", big, autoincrement=False, nullable=False),
        sa.Column("since", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.Column("account_id", big, autoincrement=False, nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("queued_at", careplus_tables.columns.InstantColumn(), nullable=False),
        sa.CheckConstraint("step IN ('responsible', 'doctors', 'administrators')", name=op.f("ck_critical_notices_step_v1")),
        *_refers("critical_notices", result_id="lab_results", account_id="accounts"),
        sa.PrimaryKeyConstraint("result_id", "since", "account_id", name=op.f("pk_critical_notices")),
    )


def _add_state() -> None:
    """Add the columns in place: a copy of the table on SQLite would take long for a large one."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    instant = "VARCHAR(20)" if is_sqlite else "TIMESTAMP WITH TIME ZONE"
    for column in (
        f"critical_since {instant}",
        f"critical_closed_at {instant}",
        f"critical_closed_by_id {'INTEGER' if is_sqlite else 'BIGINT'} "
        "CONSTRAINT fk_lab_results_critical_closed_by_id_accounts REFERENCES accounts (id)",
    ):
        op.execute(f"ALTER TABLE lab_results ADD COLUMN {column}")
    op.execute(
        "UPDATE lab_results SET critical_since = verified_at"
        " WHERE critical AND status = 'verified' AND verified_at IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM result_reviews WHERE result_reviews.result_id = lab_results.id)"
    )
    where = {"sqlite_where": sa.text(OPEN), "postgresql_where": sa.text(OPEN)}
    op.create_index("ix_lab_results_critical_since_id", "lab_results", ["critical_since", "id"], unique=False, **where)


def _refers(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}")) for column, to in columns.items()
    ]
