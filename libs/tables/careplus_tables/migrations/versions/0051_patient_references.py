"""Give each account a reference that people read aloud, and a patient a person to call."""

import sqlalchemy as sa
from alembic import op

from careplus_tables.references import new_patient_reference

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None
older_code_works = False  # it adds accounts without a reference

COLUMNS = ("reference", "contact_name", "contact_phone", "contact_relation")


def upgrade() -> None:
    for name in COLUMNS:
        # in place: a copy of the table on SQLite would lose its triggers
        op.add_column("accounts", sa.Column(name, sa.String(), nullable=True))
    connection = op.get_bind()
    accounts = sa.table("accounts", sa.column("id", sa.BigInteger()), sa.column("reference", sa.String()))
    ids = connection.execute(sa.select(accounts.c.id)).scalars().all()
    rows = [{"account": id_, "code": new_patient_reference()} for id_ in ids]
    if rows:
        change = sa.update(accounts).where(accounts.c.id == sa.bindparam("account")).values(reference=sa.bindparam("code"))
        connection.execute(change, rows)
    op.create_index(op.f("ix_accounts_reference"), "accounts", ["reference"], unique=True)
