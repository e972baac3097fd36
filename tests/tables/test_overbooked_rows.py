"""The database refuses a second visit at a doctor's time, unless staff overbooked it; others come beside no overbooked one."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from careplus_tables.engine import sync_engine
from careplus_tables.migrate import upgrade
from tests.postgresql import new_database
from tests.tables.test_patient_times import NOON, VISITS, add_accounts, visit

REASON = "Acute pain"


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Connection]:
    """Yield a connection to a database with the accounts 1 to 6, in a transaction that is rolled back."""
    url = f"sqlite:///{tmp_path}/careplus.db"
    if request.param == "postgresql":
        url = new_database(request.getfixturevalue("server"), f"overbooking_{abs(hash(tmp_path))}")
    upgrade(url)
    engine = sync_engine(url)
    with engine.connect() as opened:
        add_accounts(opened)
        yield opened
        opened.rollback()
    engine.dispose()


def overbooked(number: int, patient: int, minute: int, doctor: int = 1) -> sa.Insert:
    return visit(number, patient, minute, doctor=doctor).values(overbook_reason=REASON)


def change(number: int, **values: Any) -> sa.Update:
    return sa.update(VISITS).where(VISITS.c.reference == f"CP-{number}").values(**values)


def refused(connection: sa.Connection, statement: Any, error: str = "slot_taken") -> None:
    with pytest.raises(sa.exc.IntegrityError, match=error), connection.begin_nested():
        connection.execute(statement)


def test_overbooked_visit_is_stored_beside_others(connection: sa.Connection) -> None:
    connection.execute(visit(1, 3, 0))
    refused(connection, visit(2, 4, 10))
    connection.execute(overbooked(2, 4, 10))
    connection.execute(overbooked(3, 5, 10))
    refused(connection, visit(4, 6, 10))


def test_visit_beside_overbooked_one_is_refused(connection: sa.Connection) -> None:
    connection.execute(overbooked(1, 3, 0))
    connection.execute(visit(2, 4, 60))
    refused(connection, visit(3, 5, 29))
    refused(connection, change(2, starts_at=NOON, ends_at=NOON + timedelta(minutes=30)))
    connection.execute(visit(4, 5, 30))
    connection.execute(change(1, status="cancelled"))
    connection.execute(visit(5, 6, 0))


def test_visits_beside_overbooked_one_change_status(connection: sa.Connection) -> None:
    connection.execute(visit(1, 3, 0))
    connection.execute(overbooked(2, 4, 0))
    for status in ("confirmed", "arrived", "in_progress", "completed"):
        connection.execute(change(1, status=status))
        connection.execute(change(2, status=status))


def test_missed_visit_returns_to_taken_time_only_overbooked(connection: sa.Connection) -> None:
    connection.execute(visit(1, 3, 0, "no_show"))
    connection.execute(overbooked(2, 4, 0))
    refused(connection, change(1, status="arrived"))
    connection.execute(change(2, status="no_show"))
    connection.execute(visit(3, 5, 0))
    connection.execute(change(2, status="arrived"))


def test_visit_without_its_reason_needs_free_time(connection: sa.Connection) -> None:
    connection.execute(visit(1, 3, 0))
    connection.execute(overbooked(2, 4, 0))
    refused(connection, change(2, overbook_reason=None))
    connection.execute(overbooked(3, 5, 60))
    connection.execute(overbooked(4, 6, 60))
    refused(connection, change(3, overbook_reason=None))
    later = NOON + timedelta(minutes=120)
    connection.execute(change(3, overbook_reason=None, starts_at=later, ends_at=later + timedelta(minutes=30)))
    refused(connection, visit(5, 3, 120))


def test_overbooking_never_overlaps_a_patients_visit(connection: sa.Connection) -> None:
    connection.execute(visit(1, 3, 0))
    refused(connection, overbooked(2, 3, 10), "patient_busy")
    refused(connection, overbooked(2, 3, 10, doctor=2), "patient_busy")
    connection.execute(overbooked(2, 3, 30, doctor=2))
    refused(connection, change(2, starts_at=NOON), "patient_busy")
