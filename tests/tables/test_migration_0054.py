"""Migrations 0054 and 0055 compute the keys of present accounts as the application does, and refuse rows of merged records."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from careplus_clinic.search_keys import likeness_key, phone_key
from careplus_tables.registry import METADATA
from tests.tables.migrated import upgraded
from tests.tables.test_migration_0010 import insert
from tests.tables.test_patient_times import NOON, add_accounts

NAMES = ("Dr Anna Maria Schmidt", "Schmitt, Anna", "Zoë O'Hara-Łuczak", "李雷", "Müller")
PHONES = ("+49 30 5550 7788", "(030) 5550-7788", None, "112", "030 55507788 ext. 4")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the engine of a database that was filled at revision 0048 and upgraded."""
    with upgraded(request, tmp_path_factory, "0048", fill_0048) as engine:
        yield engine


def fill_0048(connection: sa.Connection) -> None:
    """Insert accounts with several spellings of names and phones."""
    add_accounts(connection)
    accounts = sa.table("accounts", sa.column("id"), sa.column("full_name"), sa.column("phone"))
    for id_, (name, phone) in enumerate(zip(NAMES, PHONES, strict=True), start=1):
        connection.execute(sa.update(accounts).where(accounts.c.id == id_).values(full_name=name, phone=phone))


def test_keys_are_those_of_the_application(engine: sa.Engine) -> None:
    table = METADATA.tables["accounts"]
    query = sa.select(table.c.full_name, table.c.phone, table.c.likeness_key, table.c.phone_key)
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    assert {name for name, *_ in rows} & set(NAMES)
    assert [(likeness_key(name), phone_key(phone)) for name, phone, *_ in rows] == [tuple(row[2:]) for row in rows]
    assert likeness_key(NAMES[0]) == likeness_key(NAMES[1])
    assert phone_key(PHONES[0]) == phone_key(PHONES[1])


def test_postgresql_refuses_rows_of_a_merged_record(engine: sa.Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer, which finds the patient and writes in one turn")
    accounts = METADATA.tables["accounts"]
    row = {"patient_id": 1, "doctor_id": 2, "reason": "Found unconscious", "opened_at": NOON, "until": NOON}
    with engine.connect() as connection:
        insert(connection, "chart_access", **row)
        connection.execute(sa.update(accounts).where(accounts.c.id == 1).values(merged_into_id=3))
        with pytest.raises(sa.exc.OperationalError, match="record_merged"):
            insert(connection, "chart_access", **row)
