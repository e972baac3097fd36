"""Migration 0026 puts results that were corrected from a critical value on top of the inbox."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from careplus_tables.registry import METADATA
from tests.tables.migrated import upgraded
from tests.tables.test_migration_0010 import insert
from tests.tables.test_patient_times import NOON, add_accounts

CRITICAL, CORRECTED, LOW = 1, 2, 3


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the engine of a database that was filled at revision 0020 and upgraded."""
    with upgraded(request, tmp_path_factory, "0020", fill_0020) as engine:
        yield engine


def fill_0020(connection: sa.Connection) -> None:
    """Insert a critical result, one that was corrected from a critical value, and a low one."""
    add_accounts(connection)
    test = {"code": "CBC", "name": "CBC", "currency": "EUR", "active": True, "search_key": "cbc", "version": 1}
    texts = dict.fromkeys(("category", "specimen", "preparation", "plain"), "")
    insert(connection, "lab_tests", **test, **texts, turnaround_hours=1, price_minor=1, fasting_hours=0, by_order_only=False)
    for id_ in (CRITICAL, CORRECTED, LOW):
        booking = {"id": id_, "reference": f"LB-{id_}", "patient_id": 2, "status": "cancelled", "created_at": NOON, "version": 1}
        insert(connection, "lab_bookings", **booking)
        result = {"id": id_, "booking_id": id_, "patient_id": 2, "test_code": "CBC", "status": "verified", "version": 1}
        times = {"specimen_at": NOON, "entered_at": NOON, "verified_at": NOON}
        judged = {"outside_range": int(id_ != CORRECTED), "critical": id_ == CRITICAL, "entered_by_id": 1}
        since = None if id_ == LOW else NOON
        insert(connection, "lab_results", **result, **times, **judged, critical_since=since, urgency={1: 2, 2: 0, 3: 1}[id_])


def test_corrected_critical_result_is_urgent(engine: sa.Engine) -> None:
    results = METADATA.tables["lab_results"]
    with engine.connect() as connection:
        found = connection.execute(sa.select(results.c.id, results.c.urgency).order_by(results.c.id)).all()
    assert [tuple(row) for row in found] == [(CRITICAL, 2), (CORRECTED, 2), (LOW, 1)]
