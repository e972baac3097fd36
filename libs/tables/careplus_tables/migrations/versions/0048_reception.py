"""Let accounts, events and visits have the role `reception`, and patients no e-mail address."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0045"
branch_labels = None
depends_on = None
older_code_works = False  # code before this revision does not know the role

COLUMNS = (
    ("accounts", "role"),
    ("account_approvals", "role"),
    ("audit_events", "role"),
    ("appointments", "cancelled_by"),
    ("appointments", "booked_by"),
    ("lab_bookings", "cancelled_by"),
)
BEFORE = "IN ('patient', 'doctor', 'lab', 'admin')"
AFTER = "IN ('patient', 'doctor', 'lab', 'reception', 'admin')"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _widen_in_schema()
        return
    for table, column in COLUMNS:
        op.drop_constraint(op.f(f"ck_{table}_{column}_v1"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{column}_v2"), table, f"{column} {AFTER}")
    op.alter_column("accounts", "email", nullable=True)


def _widen_in_schema() -> None:
    """Change the constraints in the text of the schema; all present rows keep the wider ones.

    A copy of each table would lose its triggers, and would copy the whole audit trail. SQLite documents this way for CHECK and
    NOT NULL constraints: "Making Other Kinds Of Table Schema Changes" in lang_altertable.html.
    """
    version = op.get_bind().execute(sa.text("PRAGMA schema_version")).scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    for table, column in COLUMNS:
        old, new = (f"ck_{table}_{column}_v{number}" for number in (1, 2))
        where = f"type = 'table' AND name = '{table}'"
        op.execute(f"UPDATE sqlite_schema SET sql = replace(sql, '{old}', '{new}') WHERE {where}")
        checks = (f"{column} {text}".replace("'", "''") for text in (BEFORE, AFTER))
        op.execute("UPDATE sqlite_schema SET sql = replace(sql, '{}', '{}') WHERE {}".format(*checks, where))
    op.execute(
        "UPDATE sqlite_schema SET sql = replace(sql, 'email VARCHAR NOT NULL', 'email VARCHAR') "
        "WHERE type = 'table' AND name = 'accounts'"
    )
    tables = op.get_bind().execute(sa.text("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")).all()
    texts = {table.name: table.sql for table in tables}
    for table, column in COLUMNS:
        assert f"{column} {AFTER}" in texts[table], f"the schema of {table} is not the one that earlier migrations made"
    assert "email VARCHAR NOT NULL" not in texts["accounts"]
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
