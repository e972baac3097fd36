"""Migration 0022 leaves the certainty of earlier allergies open, and admits one open request for each prescription."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from careplus_tables.registry import METADATA
from tests.tables.migrated import upgraded
from tests.tables.test_migration_0010 import insert
from tests.tables.test_patient_times import NOON, add_accounts


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the engine of a database that was filled at revision 0021 and upgraded."""
    with upgraded(request, tmp_path_factory, "0021", fill_0021) as engine:
        yield engine


def fill_0021(connection: sa.Connection) -> None:
    """Insert an allergy and a prescription."""
    add_accounts(connection)
    insert(connection, "charts", patient_id=2, no_known_allergies=False, version=2)
    insert(connection, "allergies", patient_id=2, position=0, substance="Penicillin", severity="severe")
    people = {"patient_id": 2, "doctor_id": 1, "status": "active", "last_day": NOON.date(), "created_at": NOON, "version": 1}
    insert(connection, "prescriptions", id=1, reference="RX-1", **people)


def test_migrated_allergy_has_no_stated_certainty(engine: sa.Engine) -> None:
    allergies = METADATA.tables["allergies"]
    with engine.begin() as connection:
        [row] = connection.execute(sa.select(allergies.c.certainty, allergies.c.onset)).all()
    assert tuple(row) == (None, None)
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.update(allergies).values(certainty="refuted"))


def test_second_open_request_is_refused_by_the_index(engine: sa.Engine) -> None:
    refill = {"prescription_id": 1, "patient_id": 2, "doctor_id": 1, "created_at": NOON, "version": 1}
    with engine.begin() as connection:
        insert(connection, "refills", id=1, status="withdrawn", **refill)
        insert(connection, "refills", id=2, status="open", **refill)
    for status in ("open", "lost"):
        with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
            insert(connection, "refills", id=3, status=status, **refill)
