"""Migration 0021 keeps older prescriptions without a check, and their reasons for prescribing despite an allergy."""

from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa

from careplus_tables.registry import METADATA
from tests.tables.migrated import upgraded
from tests.tables.test_migration_0010 import insert
from tests.tables.test_patient_times import NOON, add_accounts

CHECK = {"alerts": [], "unchecked": [{"text": "Süßholz", "reason": "unknown_medicine"}], "rules_version": "1"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the engine of a database that was filled at revision 0020 and upgraded."""
    with upgraded(request, tmp_path_factory, "0020", fill_0020) as engine:
        yield engine


def fill_0020(connection: sa.Connection) -> None:
    """Insert a stopped prescription that was written despite an allergy."""
    add_accounts(connection)
    people = {"patient_id": 2, "doctor_id": 1, "override_reason": "Tolerated"}
    times = {"created_at": NOON, "stopped_at": NOON, "last_day": date(2030, 1, 7)}
    insert(connection, "prescriptions", id=1, reference="RX-1", status="stopped", version=2, **people, **times)


def test_older_prescription_has_no_check(engine: sa.Engine) -> None:
    table = METADATA.tables["prescriptions"].c
    with engine.begin() as connection:
        row = connection.execute(sa.select(table.medicine_check, table.stopped_by_id, table.override_reason)).one()
    assert tuple(row) == (None, None, "Tolerated")


def test_check_is_read_as_it_was_written(engine: sa.Engine) -> None:
    table = METADATA.tables["prescriptions"]
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(sa.update(table).where(table.c.id == 1).values(medicine_check=CHECK, stopped_by_id=1))
        assert connection.execute(sa.select(table.c.medicine_check)).scalar_one() == CHECK
        transaction.rollback()


def test_unknown_person_stopped_no_prescription(engine: sa.Engine) -> None:
    table = METADATA.tables["prescriptions"]
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.update(table).where(table.c.id == 1).values(stopped_by_id=999))
