"""Migration 0018 gives each present booking its specimens, with accession numbers, and keeps the reason of a rejection."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from careplus_clinic.accessions import is_accession
from careplus_tables.registry import METADATA
from tests.tables.migrated import upgraded
from tests.tables.test_migration_0010 import HOUR, insert
from tests.tables.test_patient_times import NOON, add_accounts

BOOKINGS = {
    1: ("booked", None, None),
    2: ("collected", NOON, None),
    3: ("rejected", NOON, "Clotted"),
    4: ("verified", NOON, None),
    5: ("cancelled", None, "Moved away"),
    6: ("cancelled", NOON, "Moved away"),
}
"""Bookings by id: status, time of collection, reason."""
EXPECTED: dict[int, list[tuple[Any, ...]]] = {
    1: [("expected", None, None)],
    2: [("collected", NOON, None)],
    3: [("rejected", NOON, "Clotted"), ("expected", None, None)],
    4: [("received", NOON, None)],
    5: [("expected", None, None)],
    6: [("rejected", NOON, None), ("expected", None, None)],
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the engine of a database that was filled at revision 0013 and upgraded."""
    with upgraded(request, tmp_path_factory, "0013", fill_0013) as engine:
        yield engine


def fill_0013(connection: sa.Connection) -> None:
    """Insert bookings of three tests, two of which share a specimen."""
    add_accounts(connection)
    test = {"category": "", "preparation": "", "plain": "", "turnaround_hours": 1, "price_minor": 1, "currency": "EUR"}
    for code, specimen in (("A", "serum"), ("B", "urine"), ("C", "serum")):
        insert(connection, "lab_tests", code=code, name=code, specimen=specimen, active=True, version=1, search_key=code, **test)
    for id_, (status, collected_at, reason) in BOOKINGS.items():
        booking = {"id": id_, "reference": f"LB-{id_}", "patient_id": 2, "status": status, "status_reason": reason}
        insert(connection, "lab_bookings", **booking, collected_at=collected_at, created_at=NOON - HOUR, version=1)
        for position, code in enumerate("ABC"):
            booked = {"booking_id": id_, "test_code": code, "position": position, "price_minor": 1, "currency": "EUR"}
            insert(connection, "lab_booking_tests", **booked)


@pytest.mark.parametrize("type_", ["serum", "urine"])
def test_migrated_bookings_have_their_specimens(engine: sa.Engine, type_: str) -> None:
    table = METADATA.tables["specimens"]
    columns = (table.c.booking_id, table.c.status, table.c.collected_at, table.c.rejection_reason)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(*columns).where(table.c.type == type_).order_by(table.c.id)).all()
        numbers = connection.execute(sa.select(table.c.accession)).scalars().all()
        types = connection.execute(sa.text("SELECT specimen_type FROM lab_booking_tests WHERE test_code = 'C'")).scalars().all()
        priorities = connection.execute(sa.text("SELECT DISTINCT priority FROM lab_bookings")).scalars().all()
    found = {id_: [tuple(row[1:]) for row in rows if row[0] == id_] for id_ in BOOKINGS}
    assert found == EXPECTED
    assert all(is_accession(number) for number in numbers)
    assert len(set(numbers)) == len(numbers) == 2 * sum(len(rows_) for rows_ in EXPECTED.values())
    assert (set(types), priorities) == ({"serum"}, ["routine"])


@pytest.mark.parametrize(
    "change",
    [
        {"booking_id": 1, "type": "serum", "accession": "SECOND", "status": "collected"},
        {"booking_id": 1, "type": "plasma", "accession": "LOST", "status": "lost"},
        {"booking_id": 99, "type": "plasma", "accession": "NONE", "status": "expected"},
    ],
)
def test_migrated_specimens_refuse_other_rows(engine: sa.Engine, change: dict[str, Any]) -> None:
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.insert(METADATA.tables["specimens"]).values(**change, patient_id=2, created_at=NOON))


def test_migrated_tests_need_a_specimen(engine: sa.Engine) -> None:
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.update(METADATA.tables["lab_booking_tests"]).values(specimen_type=None))
