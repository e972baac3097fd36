"""Migration 0015 keeps results and their flags as they were entered, and makes room for corrections."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from careplus_tables.registry import METADATA
from tests.tables.migrated import upgraded
from tests.tables.test_migration_0010 import insert
from tests.tables.test_patient_times import NOON, add_accounts


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the engine of a database that was filled at revision 0014 and upgraded."""
    with upgraded(request, tmp_path_factory, "0014", fill_0014) as engine:
        yield engine


def fill_0014(connection: sa.Connection) -> None:
    """Insert a verified result of one value without a range."""
    add_accounts(connection)
    words = {"category": "", "specimen": "", "preparation": "", "plain": "", "search_key": "k"}
    test = {**words, "turnaround_hours": 1, "price_minor": 1, "currency": "EUR", "active": True, "version": 1}
    insert(connection, "lab_tests", code="K", name="K", **test)
    analyte = {"loinc": "2823-3", "kind": "quantity", "decimals": 1, "plain": "", "usual": "[]", "choices": "[]"}
    insert(connection, "analytes", code="potassium", name="Potassium", **analyte)
    booking = {"id": 1, "reference": "LB-1", "patient_id": 2, "status": "verified", "created_at": NOON, "version": 5}
    insert(connection, "lab_bookings", **booking)
    result = {"id": 1, "booking_id": 1, "patient_id": 2, "test_code": "K", "status": "verified", "outside_range": 0}
    more = {"critical": False, "entered_by_id": 1, "entered_at": NOON, "specimen_at": NOON, "verified_at": NOON, "version": 2}
    insert(connection, "lab_results", **result, **more)
    value = {"result_id": 1, "position": 0, "patient_id": 2, "analyte_code": "potassium", "value": 7.4}
    insert(connection, "observations", **value, decimals=1, has_range=False, usual="[]", flag="no_range")


def test_migrated_flags_stay_as_entered(engine: sa.Engine) -> None:
    values, results = METADATA.tables["observations"], METADATA.tables["lab_results"]
    with engine.connect() as connection:
        found = connection.execute(sa.select(values.c.flag, values.c.missing)).one()
        assert tuple(found) == ("no_range", [])
        corrected = (results.c.corrected_at, results.c.corrected_by_id, results.c.correction_reason)
        assert tuple(connection.execute(sa.select(*corrected, results.c.correction_waits_since)).one()) == (None,) * 4


def test_versions_need_their_result_and_known_flags(engine: sa.Engine) -> None:
    versions, values = METADATA.tables["result_versions"], METADATA.tables["version_observations"]
    people = {"patient_id": 2, "entered_by_id": 1, "replaced_by_id": 1}
    times = {"entered_at": NOON, "replaced_at": NOON}
    version = {"result_id": 1, "version": 2, **people, **times, "outside_range": 0, "critical": False, "reason": "Swapped."}
    value = {"result_id": 1, "version": 2, "position": 0, "patient_id": 2, "analyte_code": "potassium", "value": 7.4}
    value |= {"decimals": 1, "has_range": False, "usual": [], "flag": "critical_high"}
    for wrong in ({"result_id": 99}, {"replaced_by_id": 99}):
        with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
            connection.execute(sa.insert(versions).values({**version, **wrong}))
    with engine.begin() as connection:
        connection.execute(sa.insert(versions).values(version))
        connection.execute(sa.insert(values).values(value))
    for refused in ({"flag": "very_high"}, {"version": 3}, {"comparator": "=>"}):
        with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
            connection.execute(sa.insert(values).values({**value, "position": 1, **refused}))
