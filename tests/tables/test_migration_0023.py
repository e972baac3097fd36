"""Migration 0023 leaves present visits without a time of arrival, and accepts note templates of two kinds."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from careplus_tables.registry import METADATA
from tests.tables.migrated import upgraded
from tests.tables.test_migration_0010 import HOUR, insert
from tests.tables.test_patient_times import NOON, add_accounts


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the engine of a database that was filled at revision 0020 and upgraded."""
    with upgraded(request, tmp_path_factory, "0020", fill_0020) as engine:
        yield engine


def fill_0020(connection: sa.Connection) -> None:
    """Insert a visit whose patient has arrived."""
    add_accounts(connection)
    times = {"starts_at": NOON, "ends_at": NOON + HOUR, "created_at": NOON - HOUR}
    insert(connection, "appointments", id=1, reference="CP-1", patient_id=2, doctor_id=1, status="arrived", version=3, **times)


def test_migrated_visit_has_no_time_of_arrival(engine: sa.Engine) -> None:
    visits = METADATA.tables["appointments"].c
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(sa.select(visits.id, visits.status, visits.arrived_at))] == [
            (1, "arrived", None)
        ]


def test_template_of_another_kind_is_refused(engine: sa.Engine) -> None:
    templates = METADATA.tables["note_templates"]
    row = {
        "owner_id": None,
        "kind": "block",
        "title": "Plan",
        "text": "{age}",
        "edited_by_id": 1,
        "edited_at": NOON,
        "version": 1,
    }
    with engine.begin() as connection:
        connection.execute(sa.insert(templates), row)
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.insert(templates), {**row, "kind": "letter"})
