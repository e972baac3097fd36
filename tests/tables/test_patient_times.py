"""The database refuses two appointments of one patient at one time: visits to doctors and to the laboratory."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from careplus_runtime.identity.booking_limits import count_bookings
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import Database, sync_engine
from careplus_tables.locking import lock_accounts
from careplus_tables.migrate import alembic_config, upgrade
from careplus_tables.registry import METADATA
from tests.hospital import eventually
from tests.postgresql import new_database

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
VISITS, BOOKINGS = METADATA.tables["appointments"], METADATA.tables["lab_bookings"]
_FIRST_COLUMNS = ("reference", "patient_id", "status", "version", "starts_at", "created_at")
VISITS_0008 = sa.table(
    "appointments", *(sa.column(name, VISITS.c[name].type) for name in (*_FIRST_COLUMNS, "doctor_id", "ends_at"))
)
BOOKINGS_0008 = sa.table("lab_bookings", *(sa.column(name, BOOKINGS.c[name].type) for name in _FIRST_COLUMNS))
"""The tables at revision 0008, without the later columns: an insert into VISITS and BOOKINGS would set their defaults."""


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/careplus.db"
    return new_database(request.getfixturevalue("server"), f"db_{abs(hash(tmp_path))}")


@pytest.fixture
def engine(address: str) -> Iterator[sa.Engine]:
    """Yield the engine of a database with the accounts 1 to 6."""
    upgrade(address)
    engine = sync_engine(address)
    with engine.begin() as connection:
        add_accounts(connection)
    yield engine
    engine.dispose()


def add_accounts(connection: sa.Connection) -> None:
    # an older revision has fewer columns
    present = {column["name"] for column in sa.inspect(connection).get_columns("accounts")}
    columns = [sa.column(one.name, one.type) for one in METADATA.tables["accounts"].columns if one.name in present]
    accounts = sa.table("accounts", *columns)
    keys: dict[str, Any] = {name: "p" for name in ("sort_key", "search_key") if name in present}
    for number in range(1, 7):
        values = {"id": number, "email": f"p{number}@example.org", "full_name": f"P {number}", "role": "patient"}
        more = {"sex": "unknown", "active": True, "created_at": NOON, "version": 1, "date_of_birth": date(1990, 1, 1)}
        connection.execute(sa.insert(accounts), {**values, **more, **keys})


def visit(
    number: int, patient: int, minute: int, status: str = "booked", doctor: int = 1, table: sa.TableClause = VISITS
) -> sa.Insert:
    """Return the insert of a visit of half an hour, minutes after noon."""
    values = {"reference": f"CP-{number}", "doctor_id": doctor, "patient_id": patient, "status": status, "version": 1}
    starts_at = NOON + timedelta(minutes=minute)
    return sa.insert(table).values(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30), created_at=NOON, **values)


def booking(number: int, patient: int, minute: int | None, status: str = "booked", table: sa.TableClause = BOOKINGS) -> sa.Insert:
    """Return the insert of a laboratory booking, minutes after noon."""
    values = {"reference": f"LB-{number}", "patient_id": patient, "status": status, "version": 1}
    starts_at = None if minute is None else NOON + timedelta(minutes=minute)
    return sa.insert(table).values(starts_at=starts_at, created_at=NOON, **values)


def refused(connection: sa.Connection, statement: Any) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="patient_busy"), connection.begin_nested():
        connection.execute(statement)


def test_lab_booking_during_a_visit_is_refused(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(visit(1, 4, 0))
        for minute in (-14, 0, 15, 29):
            refused(connection, booking(minute, 4, minute))
        for number, minute in enumerate((-15, 30)):
            connection.execute(booking(number, 4, minute))
        connection.execute(booking(7, 4, None))
        connection.execute(booking(8, 5, 0))
        connection.execute(booking(9, 4, 0, "cancelled"))
        refused(connection, sa.update(BOOKINGS).where(BOOKINGS.c.reference == "LB-9").values(status="booked"))
        refused(connection, sa.update(BOOKINGS).where(BOOKINGS.c.reference == "LB-7").values(starts_at=NOON))
        refused(connection, sa.update(BOOKINGS).where(BOOKINGS.c.reference == "LB-8").values(patient_id=4))
        connection.execute(sa.update(VISITS).values(status="no_show"))
        connection.execute(sa.update(BOOKINGS).where(BOOKINGS.c.reference == "LB-9").values(status="booked"))


def test_visit_during_a_lab_booking_is_refused(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(booking(1, 4, 0))
        for minute in (-29, 0, 14):
            refused(connection, visit(minute, 4, minute))
        connection.execute(visit(2, 4, -30))
        connection.execute(visit(3, 4, 15))
        connection.execute(visit(4, 5, 0, doctor=2))
        connection.execute(visit(5, 4, 0, "cancelled", doctor=3))
        later = {"starts_at": NOON + timedelta(minutes=10), "ends_at": NOON + timedelta(minutes=40)}
        refused(connection, sa.update(VISITS).where(VISITS.c.reference == "CP-3").values(later))
        refused(connection, sa.update(VISITS).where(VISITS.c.reference == "CP-4").values(patient_id=4))
        refused(connection, sa.update(VISITS).where(VISITS.c.reference == "CP-5").values(status="booked"))
        connection.execute(sa.update(BOOKINGS).values(status="collected"))
        connection.execute(sa.update(VISITS).where(VISITS.c.reference == "CP-3").values(later))


def test_two_visits_of_one_patient_are_refused(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(visit(1, 4, 0, doctor=1))
        refused(connection, visit(2, 4, 10, doctor=2))
        connection.execute(visit(3, 4, 30, doctor=2))


def test_places_of_one_quarter_are_refused_to_one_patient(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(booking(1, 4, 0))
        for minute in (-14, 0, 14):
            refused(connection, booking(2, 4, minute))
        connection.execute(booking(3, 4, 15))
        refused(connection, sa.update(BOOKINGS).where(BOOKINGS.c.reference == "LB-3").values(starts_at=NOON))


def test_rows_that_overlapped_before_can_change_status(address: str) -> None:
    engine = sync_engine(address)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0008")
        add_accounts(connection)
        connection.execute(visit(1, 4, 0, table=VISITS_0008))
        connection.execute(booking(1, 4, 0, table=BOOKINGS_0008))
    upgrade(address)
    with engine.begin() as connection:
        connection.execute(sa.update(VISITS).values(status="arrived", version=2))
        connection.execute(sa.update(BOOKINGS).values(status="booked", version=2))
        refused(connection, booking(2, 4, 0))
        connection.execute(sa.update(BOOKINGS).values(status="collected"))
    engine.dispose()


def insert(engine: sa.Engine, statement: sa.Insert, errors: list[str]) -> None:
    try:
        with engine.begin() as connection:
            connection.execute(statement)
    except sa.exc.IntegrityError as error:
        errors.append(str(error.orig))


def test_second_service_waits_and_is_refused(engine: sa.Engine) -> None:
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    for first, second in ((visit(1, 4, 0), booking(1, 4, 0)), (booking(2, 5, 0), visit(2, 5, 0, doctor=2))):
        errors: list[str] = []
        other = threading.Thread(target=insert, args=(engine, second, errors))
        with engine.begin() as connection:
            connection.execute(first)
            other.start()
            if engine.dialect.name == "postgresql":
                eventually(partial(is_one, connection, waiting))
        other.join(30)
        assert len(errors) == 1
        assert "patient_busy" in errors[0]


def is_one(connection: sa.Connection, query: sa.TextClause) -> bool:
    return bool(connection.execute(query).scalar_one() == 1)


async def test_lock_lets_one_transaction_count_and_book(engine: sa.Engine, address: str) -> None:
    """Without the lock, both transactions of PostgreSQL would count the same visits and book one more."""
    database = Database(address)
    is_counting = asyncio.Event()

    async def count(*, first: bool) -> int:
        if not first:
            await is_counting.wait()
        async with database.writing() as db:
            await lock_accounts(db, 4)
            found = (await count_bookings(db, Settings(), 4, doctor_id=1)).doctor
            is_counting.set()
            # the other transaction waits for this one, which books meanwhile
            await asyncio.sleep(0.2 if first else 0)
            await db.execute(visit(found + 1, 4, 60 * found))
        return found

    found = await asyncio.gather(count(first=True), count(first=False))
    assert list(found) == [0, 1]
    await database.close()
