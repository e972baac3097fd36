"""Migration 0049 leaves visits that started before it without a time of the start."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from careplus_tables.registry import METADATA
from tests.tables.migrated import upgraded
from tests.tables.test_migration_0010 import HOUR, insert
from tests.tables.test_patient_times import NOON, add_accounts


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the engine of a database that was filled at revision 0048 and upgraded."""
    with upgraded(request, tmp_path_factory, "0048", fill_0048) as engine:
        yield engine


def fill_0048(connection: sa.Connection) -> None:
    """Insert a visit that has started."""
    add_accounts(connection)
    times = {"starts_at": NOON, "ends_at": NOON + HOUR, "created_at": NOON - HOUR, "arrived_at": NOON}
    insert(
        connection, "appointments", id=1, reference="CP-1", patient_id=2, doctor_id=1, status="in_progress", version=3, **times
    )


def test_migrated_visit_has_no_time_of_its_start(engine: sa.Engine) -> None:
    visits = METADATA.tables["appointments"].c
    with engine.connect() as connection:
        [row] = connection.execute(sa.select(visits.status, visits.arrived_at, visits.started_at)).all()
    assert (row.status, row.arrived_at, row.started_at) == ("in_progress", NOON, None)
