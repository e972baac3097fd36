"""The database: schema, triggers against overlaps, connections and transactions."""

import asyncio
import multiprocessing
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pysqlite3
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careplus_tables import sqlite
from careplus_tables.columns import InstantColumn
from careplus_tables.engine import READERS, Database, sync_engine
from careplus_tables.migrate import HEAD, WrongSchema, check_schema, is_compatible, revision, upgrade, wait_for_schema
from careplus_tables.migrations.overlaps import LONGEST_HOURS
from careplus_tables.registry import FILES, METADATA, owners
from tests.templates import migrated_file

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return migrated_file(tmp_path)


@pytest.fixture
def people(url: str) -> sa.Engine:
    """Accounts 1 to 6."""
    engine = sync_engine(url)
    rows = [
        {"id": number, "email": f"p{number}@example.org", "full_name": f"P {number}", "role": "patient", "sex": "unknown"}
        | {
            "active": True,
            "created_at": NOON,
            "version": 1,
            "date_of_birth": date(1990, 1, 1),
            "password_hash": None,
            "phone": None,
        }
        for number in range(1, 7)
    ]
    with engine.begin() as connection:
        connection.execute(sa.insert(METADATA.tables["accounts"]), rows)
    return engine


def visit(
    number: int, doctor: int, patient: int, starts_at: datetime, minutes: int = 30, status: str = "booked"
) -> dict[str, Any]:
    return {
        "reference": f"CP-{number}",
        "doctor_id": doctor,
        "patient_id": patient,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "status": status,
        "created_at": NOON,
        "version": 1,
    }


def test_migrated_schema_matches_the_tables(url: str) -> None:
    engine = sync_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, METADATA) == []
    assert revision(url) == HEAD


def test_second_migration_keeps_the_catalogue(url: str) -> None:
    upgrade(url)
    with sync_engine(url).connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM lab_tests")).scalar_one() >= 40


def test_two_concurrent_migrations_succeed(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/new/careplus.db"
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=upgrade, args=(address,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(200)
    assert [process.exitcode for process in processes] == [0, 0]
    assert revision(address) == HEAD


def test_revision_is_read_while_a_migration_writes(url: str) -> None:
    with sync_engine(url).begin():
        assert (revision(url), is_compatible(url)) == (HEAD, True)


async def test_wait_for_schema_refuses_another_revision(url: str, tmp_path: Path) -> None:
    database = Database(url)
    await check_schema(database)
    with sync_engine(url).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999', oldest_code = '9999'"))
    with pytest.raises(WrongSchema, match="9999"):
        await wait_for_schema(database)
    await database.close()
    empty = Database(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(WrongSchema, match="none"):
        await wait_for_schema(empty, timeout_s=0.3)
    await empty.close()


def test_every_table_has_one_owning_service() -> None:
    assert owners().keys() == METADATA.tables.keys()
    assert {file.OWNER for file in FILES} == {"auth", "appointments", "doctors", "labs", "every service"}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(4, 6), st.integers(0, 40), st.integers(1, 48)), min_size=2, max_size=12))
def test_overlapping_visits_are_refused_on_insert(people: sa.Engine, visits: list[tuple[int, int, int, int]]) -> None:
    table = METADATA.tables["appointments"]
    accepted: list[dict[str, Any]] = []
    with people.begin() as connection:
        connection.execute(sa.delete(table))
        for number, (doctor, patient, at, length) in enumerate(visits):
            row = visit(number, doctor, patient, NOON + timedelta(minutes=10 * at), 10 * length)
            clashes = any(
                (one["doctor_id"] == doctor or one["patient_id"] == patient)
                and row["starts_at"] < one["ends_at"]
                and one["starts_at"] < row["ends_at"]
                for one in accepted
            )
            if clashes:
                with pytest.raises(sa.exc.IntegrityError, match=r"slot_taken|patient_busy"):
                    connection.execute(sa.insert(table), row)
            else:
                connection.execute(sa.insert(table), row)
                accepted.append(row)


def test_overlapping_visits_are_refused_on_update(people: sa.Engine) -> None:
    table = METADATA.tables["appointments"]
    with people.begin() as connection:
        connection.execute(sa.insert(table), [visit(1, 1, 4, NOON), visit(2, 1, 5, NOON + timedelta(hours=1))])
        connection.execute(sa.insert(table), visit(3, 1, 6, NOON, status="cancelled"))
        for values in ({"starts_at": NOON, "ends_at": NOON + timedelta(minutes=30)}, {"ends_at": NOON + timedelta(hours=20)}):
            with pytest.raises(sa.exc.IntegrityError, match=r"slot_taken|visit_too_long"):
                connection.execute(sa.update(table).where(table.c.reference == "CP-2").values(values))
        with pytest.raises(sa.exc.IntegrityError, match="slot_taken"):
            connection.execute(sa.update(table).where(table.c.reference == "CP-3").values(status="booked"))
        connection.execute(sa.update(table).where(table.c.reference == "CP-1").values(status="no_show"))
        connection.execute(sa.update(table).where(table.c.reference == "CP-3").values(status="booked"))


def test_longest_visit_is_seen_by_the_overlap_check(people: sa.Engine) -> None:
    table = METADATA.tables["appointments"]
    with people.begin() as connection:
        connection.execute(sa.insert(table), visit(1, 1, 4, NOON, LONGEST_HOURS * 60))
        with pytest.raises(sa.exc.IntegrityError, match="slot_taken"):
            connection.execute(sa.insert(table), visit(2, 1, 5, NOON + timedelta(minutes=LONGEST_HOURS * 60 - 1)))
        with pytest.raises(sa.exc.IntegrityError, match="visit_too_long"):
            connection.execute(sa.insert(table), visit(3, 2, 6, NOON, LONGEST_HOURS * 60 + 1))


async def test_reader_cannot_write_and_sees_committed_rows(url: str, people: sa.Engine) -> None:
    database = Database(url)
    async with database.reading() as session:
        with pytest.raises(sa.exc.OperationalError, match="readonly"):
            await session.execute(sa.text("DELETE FROM accounts"))
    other = Database(url)
    async with database.writing() as session:
        await session.execute(sa.text("UPDATE accounts SET phone = '1' WHERE id = 1"))
        async with other.reading() as reader:
            assert (await reader.execute(sa.text("SELECT phone FROM accounts WHERE id = 1"))).scalar() is None
    with pytest.raises(sa.exc.IntegrityError):
        await write_then_fail(database)
    async with other.reading() as reader:
        assert (await reader.execute(sa.text("SELECT phone FROM accounts WHERE id = 1"))).scalar() == "1"
    await database.close()
    await other.close()


async def write_then_fail(database: Database) -> None:
    async with database.writing() as session:
        await session.execute(sa.text("UPDATE accounts SET phone = '2' WHERE id = 1"))
        await session.execute(sa.text("UPDATE accounts SET id = 2 WHERE id = 1"))


async def test_abandoned_transaction_is_rolled_back(url: str, people: sa.Engine) -> None:
    """A request cancelled between two steps leaves a transaction unknown to SQLAlchemy."""
    database = Database(url)
    async with database.writer.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.execute("BEGIN IMMEDIATE")
        await driver.execute("UPDATE accounts SET phone = '3' WHERE id = 1")
    async with database.writing() as session:
        assert (await session.execute(sa.text("SELECT phone FROM accounts WHERE id = 1"))).scalar() is None
    await database.close()


async def test_connections_have_the_documented_pragmas(url: str) -> None:
    database = Database(url)
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000, "trusted_schema": 0}
    for open_session in (database.reading, database.writing):
        async with open_session() as session:
            for name, value in expected.items():
                assert (await session.execute(sa.text(f"PRAGMA {name}"))).scalar() == value
            version = (await session.execute(sa.text("SELECT sqlite_version()"))).scalar_one()
            assert tuple(map(int, version.split("."))) >= sqlite.MINIMUM_VERSION
    await database.close()


@pytest.mark.parametrize(("kind", "refused"), [("nfs4", True), ("cifs", True), ("fuse.sshfs", True), ("ext4", False)])
def test_network_file_system_is_refused(tmp_path: Path, kind: str, refused: bool) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nserver:/x {tmp_path} {kind} rw 0 0\n")
    if refused:
        with pytest.raises(OSError, match="network file system"):
            sqlite.refuse_network_file_system(tmp_path / "data", mounts)
    else:
        sqlite.refuse_network_file_system(tmp_path / "data", mounts)
    sqlite.refuse_network_file_system(tmp_path, tmp_path / "absent")


def test_naive_datetime_is_refused() -> None:
    column, dialect = InstantColumn(), sa.create_engine("sqlite://").dialect
    assert column.process_bind_param(NOON, dialect) == "2030-01-07T12:00:00Z"
    assert column.process_result_value("2030-01-07T12:00:00Z", dialect) == NOON
    with pytest.raises(ValueError, match="zone"):
        column.process_bind_param(NOON.replace(tzinfo=None), dialect)


async def test_failed_reader_leaves_no_thread(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(url)
    assert database.direct is not None
    before = set(threading.enumerate())
    with monkeypatch.context() as patch:
        patch.setattr(sqlite, "pragmas", lambda **_: ("SELECT missing",))
        fetches = [database.direct.fetch("SELECT 1", ()) for _ in range(READERS + 2)]
        async with asyncio.timeout(20):
            answers = await asyncio.gather(*fetches, return_exceptions=True)
    assert [type(answer) for answer in answers] == [pysqlite3.OperationalError] * len(answers)
    for thread in set(threading.enumerate()) - before:
        # the thread ends with a delay
        thread.join(20)
        assert not thread.is_alive()
    assert await database.direct.fetch("SELECT 1", ()) == [(1,)]
    await database.close()


async def test_invalidated_writer_connection_is_replaced(url: str, people: sa.Engine) -> None:
    database = Database(url)
    await database.run_in_writer_thread(lambda driver: driver.execute("SELECT 1"))
    connection = await database.writer.raw_connection()
    connection.invalidate()
    for _ in range(2):
        await database.run_in_writer_thread(lambda driver: driver.execute("UPDATE accounts SET full_name = full_name"))
    await database.close()


@pytest.mark.parametrize("method", ["add", "add_all", "begin", "commit", "delete", "flush", "merge"])
async def test_read_session_has_no_method_that_writes(url: str, method: str) -> None:
    database = Database(url)
    async with database.reading() as session:
        assert getattr(session, method) is None
    await database.close()


async def test_driver_errors_are_sqlalchemys(url: str) -> None:
    """SQLAlchemy maps the exception classes of pysqlite3; sqlite3 is not replaced."""
    assert sys.modules.get("sqlite3") is not pysqlite3
    database = Database(url)
    missing, duplicate = sa.text("SELECT * FROM missing"), sa.text("INSERT INTO alembic_version SELECT * FROM alembic_version")
    async with database.reading() as session:
        with pytest.raises(sa.exc.OperationalError):
            await session.execute(missing)
    with pytest.raises(sa.exc.IntegrityError):
        async with database.writing() as session:
            await session.execute(duplicate)
    with sync_engine(url).connect() as connection, pytest.raises(sa.exc.OperationalError):
        connection.execute(missing)
    await database.close()


def test_sync_reader_cannot_write(url: str) -> None:
    with sync_engine(url, reader=True).connect() as connection, pytest.raises(sa.exc.OperationalError, match="readonly"):
        connection.execute(sa.text("DELETE FROM alembic_version"))


def test_older_sqlite_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "MINIMUM_VERSION", (99, 0, 0))
    with pytest.raises(RuntimeError, match=r"too old; CarePlus needs 99\.0\.0 or newer"):
        sync_engine(url).connect()
