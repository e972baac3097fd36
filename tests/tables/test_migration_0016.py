"""Migration 0016 keeps the mark of the only doctor that saw a result, and gives each result its place in the inbox."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from careplus_tables.registry import METADATA
from tests.tables.migrated import upgraded
from tests.tables.test_migration_0010 import insert
from tests.tables.test_patient_times import NOON, add_accounts

HOUR = timedelta(hours=1)
DOCTOR, PATIENT = 1, 2


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the engine of a database that was filled at revision 0013 and upgraded."""
    with upgraded(request, tmp_path_factory, "0013", fill_0013) as engine:
        yield engine


def fill_0013(connection: sa.Connection) -> None:
    """Insert results of each class: seen, verified only, and without an order."""
    add_accounts(connection)
    test = {"category": "", "specimen": "", "preparation": "", "plain": "", "turnaround_hours": 1, "price_minor": 1}
    more_of_test = {"currency": "EUR", "version": 1, "search_key": "", "active": True}
    insert(connection, "lab_tests", code="CBC", name="CBC", **test, **more_of_test)
    for id_, doctor in ((1, DOCTOR), (2, DOCTOR), (3, None)):
        booking = {"id": id_, "reference": f"LB-{id_}", "patient_id": PATIENT, "status": "verified", "ordered_by_id": doctor}
        insert(connection, "lab_bookings", **booking, created_at=NOON, version=1)
        result = {"id": id_, "booking_id": id_, "patient_id": PATIENT, "test_code": "CBC", "status": "verified"}
        times = {"entered_at": NOON, "specimen_at": NOON, "verified_at": NOON + HOUR}
        values = {"critical": id_ == 1, "outside_range": 3 - id_, "entered_by_id": DOCTOR, "version": 3}
        seen = {"seen_by_id": DOCTOR, "seen_at": NOON + 2 * HOUR} if id_ == 1 else {}
        insert(connection, "lab_results", **result, **times, **values, **seen)


def test_migrated_mark_belongs_to_its_doctor(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        found = connection.execute(sa.select(METADATA.tables["result_reviews"])).all()
    assert [tuple(row) for row in found] == [(1, DOCTOR, NOON + 2 * HOUR, NOON + HOUR, 3)]


def test_migrated_results_have_their_place_in_the_inbox(engine: sa.Engine) -> None:
    results = METADATA.tables["lab_results"]
    with engine.connect() as connection:
        query = sa.select(results.c.urgency, results.c.ordered_by_id).order_by(results.c.id)
        assert [tuple(row) for row in connection.execute(query)] == [(2, DOCTOR), (1, DOCTOR), (0, None)]


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("lab_results", {"status": "seen"}),
        ("lab_results", {"ordered_by_id": 99}),
        ("lab_results", {"urgency": None}),
        ("lab_tests", {"release_policy": "never"}),
        ("result_reviews", {"doctor_id": 99}),
    ],
)
def test_migrated_inbox_refuses_other_values(engine: sa.Engine, table: str, change: dict[str, object]) -> None:
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.update(METADATA.tables[table]).values(change))
