"""Migration 0017 gives bookings their priority and expected time, and known tests their repeat interval."""

import tomllib
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from careplus_tables.catalogue import FILE
from careplus_tables.engine import sync_engine
from careplus_tables.migrate import HEAD, alembic_config, revision, upgrade
from careplus_tables.registry import METADATA
from tests.postgresql import new_database
from tests.tables.test_migration_0010 import HOUR, insert
from tests.tables.test_patient_times import NOON, add_accounts

STATUSES = ("booked", "collected", "rejected", "verified", "collected")
"""Of the bookings 1 to 5; the last one was collected by a system that kept no time."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the engine of a database that was filled before revision 0017 and upgraded."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path_factory.mktemp('migrated')}/careplus.db"
    else:
        address = new_database(request.getfixturevalue("server"), "migrated_0017")
    engine = sync_engine(address)
    with engine.begin() as connection:
        config = alembic_config(connection)
        command.upgrade(config, str(ScriptDirectory.from_config(config).get_revision("0017").down_revision))
        add_accounts(connection)
        fill_before(connection)
    upgrade(address)
    assert revision(address) == HEAD
    yield engine
    engine.dispose()


def fill_before(connection: sa.Connection) -> None:
    """Insert a booking of two tests in each status, one test of them from the catalogue of the hospital itself."""
    test = {"category": "", "specimen": "", "preparation": "", "plain": "", "price_minor": 1, "active": True, "search_key": ""}
    for code, hours in (("HBA1C", 24), ("OURS", 2)):
        insert(connection, "lab_tests", code=code, name=code, currency="EUR", version=1, turnaround_hours=hours, **test)
    for id_, status in enumerate(STATUSES, start=1):
        collected_at = None if status == "booked" or id_ == 5 else NOON
        more = {"reference": f"LB-{id_}", "patient_id": 2, "collected_at": collected_at, "created_at": NOON, "version": 1}
        insert(connection, "lab_bookings", id=id_, status=status, **more)
        for position, code in enumerate(("HBA1C", "OURS")):
            row = {"test_code": code, "position": position, "price_minor": 1, "currency": "EUR"}
            insert(connection, "lab_booking_tests", booking_id=id_, **row)


def test_migrated_bookings_are_routine_and_expected(engine: sa.Engine) -> None:
    bookings = METADATA.tables["lab_bookings"]
    columns = (bookings.c.priority, bookings.c.turnaround_minutes, bookings.c.expected_by)
    with engine.begin() as connection:
        rows = connection.execute(sa.select(*columns).order_by(bookings.c.id)).all()
    due = NOON + 24 * HOUR
    assert [tuple(row) for row in rows] == [("routine", 24 * 60, one) for one in (None, due, None, due, None)]
    assert due - NOON == timedelta(days=1)


def test_migrated_tests_repeat_as_in_the_catalogue(engine: sa.Engine) -> None:
    tests = METADATA.tables["lab_tests"]
    with engine.begin() as connection:
        found = [tuple(row) for row in connection.execute(sa.select(tests.c.code, tests.c.repeat_after_days))]
    assert {code: days for code, days in found if code in ("HBA1C", "OURS")} == {"HBA1C": 90, "OURS": None}
    catalogue = tomllib.loads(FILE.read_text(encoding="utf-8"))["tests"]
    wanted = {one["code"]: one["repeat_after_days"] for one in catalogue if "repeat_after_days" in one}
    with engine.connect() as connection:
        config = alembic_config(connection)
    migration = ScriptDirectory.from_config(config).get_revision("0017").module
    given = {code: days for days, codes in migration.REPEAT_AFTER_DAYS.items() for code in codes}
    assert given == wanted


def test_migrated_bookings_refuse_another_priority(engine: sa.Engine) -> None:
    bookings = METADATA.tables["lab_bookings"]
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.update(bookings).values(priority="asap"))
