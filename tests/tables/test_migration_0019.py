"""Migration 0019 opens the critical results that no doctor saw or released, and no others."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from careplus_tables.registry import METADATA
from tests.tables.migrated import upgraded
from tests.tables.test_migration_0010 import insert
from tests.tables.test_patient_times import NOON, add_accounts

RESULTS = {
    "unseen": (True, "verified", None),
    "seen": (True, "verified", NOON),
    "released": (True, "released", None),
    "not verified": (True, "resulted", None),
    "usual": (False, "verified", None),
}
"""Whether it is critical, its status, and when a doctor saw it."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the engine of a database that was filled at revision 0013 and upgraded."""
    with upgraded(request, tmp_path_factory, "0013", fill_0013) as engine:
        yield engine


def fill_0013(connection: sa.Connection) -> None:
    """Insert one result of each of RESULTS."""
    add_accounts(connection)
    test = {"code": "CBC", "name": "CBC", "currency": "EUR", "active": True, "search_key": "cbc", "version": 1}
    texts = dict.fromkeys(("category", "specimen", "preparation", "plain"), "")
    insert(connection, "lab_tests", **test, **texts, turnaround_hours=1, price_minor=1)
    for id_, (critical, status, seen_at) in enumerate(RESULTS.values(), start=1):
        booking = {"id": id_, "reference": f"LB-{id_}", "patient_id": 2, "status": "cancelled", "created_at": NOON, "version": 1}
        insert(connection, "lab_bookings", **booking)
        result = {"id": id_, "booking_id": id_, "patient_id": 2, "test_code": "CBC", "status": status, "outside_range": 1}
        times = {
            "specimen_at": NOON,
            "entered_at": NOON,
            "verified_at": None if status == "resulted" else NOON,
            "seen_at": seen_at,
            "seen_by_id": None if seen_at is None else 1,
        }
        insert(connection, "lab_results", **result, **times, critical=critical, entered_by_id=1, version=1)


def test_unseen_critical_results_are_open(engine: sa.Engine) -> None:
    results = METADATA.tables["lab_results"]
    with engine.begin() as connection:
        found = connection.execute(sa.select(results.c.id, results.c.critical_since).order_by(results.c.id)).all()
    assert {name: since for name, (_, since) in zip(RESULTS, found, strict=True)} == {**dict.fromkeys(RESULTS), "unseen": NOON}


def test_migrated_tables_refuse_other_values(engine: sa.Engine) -> None:
    report = {"result_id": 1, "patient_id": 2, "kind": "called", "at": NOON, "by_id": 1}
    reports, results = METADATA.tables["critical_communications"], METADATA.tables["lab_results"]
    for statement in (
        sa.insert(reports).values({**report, "kind": "shouted"}),
        sa.insert(reports).values({**report, "party": "neighbour"}),
        sa.insert(reports).values({**report, "result_id": 99}),
        sa.update(results).values(critical_closed_by_id=99),
    ):
        with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
            connection.execute(statement)
    with engine.begin() as connection:
        connection.execute(sa.insert(reports).values(report))


def test_person_is_noticed_once_for_each_opening(engine: sa.Engine) -> None:
    notices = METADATA.tables["critical_notices"]
    notice = {"result_id": 1, "since": NOON, "account_id": 1, "step": "doctors", "queued_at": NOON}
    with engine.begin() as connection:
        connection.execute(sa.insert(notices).values(notice))
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.insert(notices).values({**notice, "step": "administrators"}))
