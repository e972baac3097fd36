"""Migration 0010 keeps results in the order of their specimens, and says who cancelled a laboratory booking."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from careplus_tables.registry import METADATA
from tests.tables.migrated import upgraded
from tests.tables.test_patient_times import NOON, add_accounts

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the engine of a database that was filled at revision 0009 and upgraded."""
    with upgraded(request, tmp_path_factory, "0009", fill_0009) as engine:
        yield engine


def fill_0009(connection: sa.Connection) -> None:
    """Insert a cancelled booking, and one with a collected and an uncollected result."""
    add_accounts(connection)
    test = {
        "category": "",
        "specimen": "",
        "preparation": "",
        "plain": "",
        "turnaround_hours": 1,
        "price_minor": 1,
        "active": True,
    }
    for code in ("CBC", "CRP"):
        insert(connection, "lab_tests", code=code, name=code, currency="EUR", version=1, **test)
    analyte = {"loinc": "777-3", "kind": "quantity", "decimals": 0, "plain": "", "usual": "[]", "choices": "[]"}
    insert(connection, "analytes", code="platelets", name="Platelets", **analyte)
    for id_, status, starts_at in ((1, "cancelled", NOON), (2, "resulted", NOON), (3, "booked", NOON)):
        booking = {"id": id_, "reference": f"LB-{id_}", "patient_id": 2, "status": status, "starts_at": starts_at}
        insert(connection, "lab_bookings", **booking, created_at=NOON, version=1)
    for id_, code, collected_at in ((1, "CBC", NOON + HOUR), (2, "CRP", None)):
        result = {"id": id_, "booking_id": 2, "patient_id": 2, "test_code": code, "status": "resulted", "outside_range": 0}
        more = {"critical": False, "entered_by_id": 1, "entered_at": NOON + 2 * HOUR, "collected_at": collected_at, "version": 1}
        insert(connection, "lab_results", **result, **more)
    value = {"result_id": 1, "position": 0, "patient_id": 2, "analyte_code": "platelets", "value": 5, "comparator": "<"}
    insert(connection, "observations", **value, decimals=0, has_range=False, usual="[]", flag="no_range")


def insert(connection: sa.Connection, table: str, **values: Any) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    sent = {name: shown(one) if is_sqlite and isinstance(one, datetime) else one for name, one in values.items()}
    names = ", ".join(f":{name}" for name in sent)
    connection.execute(sa.text(f"INSERT INTO {table} ({', '.join(sent)}) VALUES ({names})"), sent)


def shown(instant: datetime) -> str:
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"


def test_migrated_results_have_the_time_of_their_specimen(engine: sa.Engine) -> None:
    results, bookings, values = (METADATA.tables[name] for name in ("lab_results", "lab_bookings", "observations"))
    with engine.begin() as connection:
        found = connection.execute(sa.select(results.c.specimen_at).order_by(results.c.id)).scalars().all()
        assert found == [NOON + HOUR, NOON + 2 * HOUR]
        who = connection.execute(sa.select(bookings.c.cancelled_by, bookings.c.cancelled_by_id).order_by(bookings.c.id))
        assert [tuple(row) for row in who] == [("patient", 2), (None, None), (None, None)]
        connection.execute(sa.update(values).values(comparator="<="))


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("observations", {"comparator": "=>"}),
        ("lab_bookings", {"cancelled_by": "nurse"}),
        ("lab_bookings", {"cancelled_by_id": 99}),
        ("lab_results", {"specimen_at": None}),
    ],
)
def test_migrated_tables_refuse_other_values(engine: sa.Engine, table: str, change: dict[str, Any]) -> None:
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.update(METADATA.tables[table]).values(change))


def test_migrated_bookings_keep_their_triggers(engine: sa.Engine) -> None:
    booking = {"reference": "LB-4", "patient_id": 2, "status": "booked", "starts_at": NOON, "created_at": NOON, "version": 1}
    with pytest.raises(sa.exc.IntegrityError, match="patient_busy"), engine.begin() as connection:
        connection.execute(sa.insert(METADATA.tables["lab_bookings"]).values(booking))
