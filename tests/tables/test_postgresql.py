"""Connections to PostgreSQL: what a statement costs in round trips, settings of each connection, and the pools' limits."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_asyncio
import sqlalchemy as sa

from careplus_contracts.audit import Kind
from careplus_runtime.audit.group_commit import EVENT_COLUMNS, Event, append_events, commit_events
from careplus_runtime.process.schema_url import in_schema
from careplus_tables import postgresql
from careplus_tables.attempts import AttemptsRow
from careplus_tables.audit import AuditEventRow
from careplus_tables.columns import core
from careplus_tables.compiled import CompiledStatement
from careplus_tables.engine import Database, sync_engine
from careplus_tables.locking import Work, alone
from careplus_tables.migrate import upgrade
from careplus_tables.postgresql import PostgresOptions
from tests import databases
from tests.hospital import eventually
from tests.postgresql import new_database, server_log

ACTIONS = CompiledStatement(sa.select(core(AuditEventRow).c.action).where(core(AuditEventRow).c.id > sa.bindparam("id")))
NOW = datetime.now(UTC)
SERVICE = PostgresOptions(connections=8, has_pooler=False, has_timeouts=True)
POOLED = PostgresOptions(connections=8, has_pooler=True, has_timeouts=True)


@pytest.fixture(scope="module")
def url(server: str) -> str:
    url = new_database(server, "quick")
    upgrade(url)
    return url


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database(url, SERVICE)
    yield opened
    await opened.close()


@pytest.fixture
def logged(url: str) -> Iterator["Log"]:
    """Let the server log each statement of new connections."""
    change = "ALTER DATABASE quick"
    databases.execute(url, f"{change} SET log_statement = 'all'")
    yield Log(server_log())
    databases.execute(url, f"{change} RESET log_statement")


@dataclass
class Log:
    """The server's log from a place on."""

    path: Path
    start: int = 0

    def forget(self) -> None:
        """Read from the present end on."""
        self.start = len(self.path.read_text())

    def statements(self) -> list[str]:
        """Return the first word of each statement."""
        lines = self.path.read_text()[self.start :].splitlines()
        run = [line.partition(" LOG:  ")[2] for line in lines if " LOG:  statement: " in line or " LOG:  execute " in line]
        return [line.partition(": ")[2].split()[0] for line in run]


def event(number: int, *patients: int) -> Event:
    row = {"at": datetime.now(UTC), "service": "labs", "action": "quick", "kind": Kind.READ.value, "outcome": "ok"}
    return Event({**dict.fromkeys(EVENT_COLUMNS), **row, "request_id": f"quick-{number}", "account_id": number}, set(patients))


async def show(session: Any, name: str) -> str:
    return str((await session.execute(sa.text(f"SHOW {name}"))).scalar_one())


async def test_hot_read_is_one_statement(url: str, logged: Log) -> None:
    database = Database(url, SERVICE)
    for number in range(2):
        # the first one opens the connection
        logged.forget()
        async with database.reading() as db:
            await ACTIONS.all(db, id=number)
            await ACTIONS.all(db, id=number)
    assert logged.statements() == ["SELECT", "SELECT"]
    await database.close()


async def test_ordinary_read_has_no_transaction(url: str, logged: Log) -> None:
    database = Database(url, SERVICE)
    for _ in range(2):
        logged.forget()
        async with database.reading() as db:
            await db.execute(sa.select(AuditEventRow).where(sa.literal(1) == 1).limit(1))
    assert logged.statements() == ["SELECT"]
    await database.close()


async def test_events_of_reads_are_one_statement(url: str, logged: Log) -> None:
    database = Database(url, SERVICE)
    for number in range(2):
        logged.forget()
        await commit_events(database, [event(10 * number + one, *range(one)) for one in range(3)])
    assert logged.statements() == ["WITH"]
    await database.close()


async def test_batch_keeps_order_and_patients_of_its_events(database: Database, url: str) -> None:
    await commit_events(database, [event(100, 7, 9), event(101), event(102, 8)])
    rows = databases.query(url, "SELECT account_id, at FROM audit_events WHERE account_id >= 100 ORDER BY id")
    assert [account for account, _ in rows] == [100, 101, 102]
    assert {len(at) for _, at in rows} == {len("2030-01-07T09:00:00Z")}, "instants to the second"
    of = "SELECT account_id, patient_id FROM audit_patients JOIN audit_events ON id = event_id WHERE account_id >= 100"
    assert databases.query(url, f"{of} ORDER BY 1, 2") == [(100, 7), (100, 9), (102, 8)]


async def test_commit_of_events_alone_skips_the_disk(database: Database, url: str) -> None:
    for statement in (
        "CREATE TABLE seen (value text)",
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$",
        "CREATE TRIGGER note AFTER INSERT ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION note()",
    ):
        databases.execute(url, statement)
    await commit_events(database, [event(200), event(201)])
    async with database.writing() as db:
        await append_events(db, [event(202)])
    assert databases.query(url, "SELECT value FROM seen") == [("off",), ("on",)]
    databases.execute(url, "DROP TRIGGER note ON audit_events")


async def test_lookup_for_a_change_locks_only_in_a_change(database: Database, url: str) -> None:
    """Functions that load a record for a change also load it for a read."""
    found = sa.select(core(AttemptsRow).c.key).where(core(AttemptsRow).c.key == sa.bindparam("key")).with_for_update()
    lookup, locked = CompiledStatement(found), "SELECT key FROM attempts FOR UPDATE SKIP LOCKED"
    row = {"key": "k", "tried": 0, "counted_at": NOW, "open_at": NOW, "forgotten_at": NOW}
    async with database.writing() as db:
        await db.execute(sa.insert(core(AttemptsRow)).values(**row))
    async with database.reading() as db:
        assert await lookup.all(db, key="k") == [("k",)]
        assert (await db.execute(found, {"key": "k"})).all() == [("k",)]
        assert databases.query(url, locked) == [("k",)]
    async with database.writing() as db:
        assert await lookup.all(db, key="k") == [("k",)]
        assert databases.query(url, locked) == []
    async with database.writing() as db:
        assert (await db.execute(found, {"key": "k"})).all() == [("k",)]
        assert databases.query(url, locked) == []


@pytest.mark.parametrize("statement", ["UPDATE accounts SET full_name = 'x'", "SELECT 1 FROM accounts FOR UPDATE"])
async def test_reader_cannot_change_or_lock(database: Database, statement: str) -> None:
    async with database.reading() as db:
        with pytest.raises(sa.exc.DBAPIError, match="read-only transaction"):
            await db.execute(sa.text(statement))
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        await database.direct.fetch(statement, ())


@pytest.mark.parametrize("change", [sa.insert, sa.update, sa.delete])
async def test_reader_behind_pooler_cannot_change(url: str, change: Callable[[sa.Table], Any]) -> None:
    database, statement = Database(url, POOLED), change(core(AttemptsRow))
    if change is not sa.delete:
        statement = statement.values(key="k")
    async with database.reading() as db:
        with pytest.raises(sa.exc.InvalidRequestError, match="cannot change rows"):
            await db.execute(statement)
        with pytest.raises(sa.exc.InvalidRequestError, match="cannot change rows"):
            await CompiledStatement(statement).all(db)
    await database.close()


@pytest.mark.parametrize(("options", "count"), [(SERVICE, 1), (POOLED, 0)])
async def test_hot_statement_is_prepared_without_pooler(url: str, options: PostgresOptions, count: int) -> None:
    database = Database(url, options)
    for _ in range(7):
        async with database.reading() as db:
            await ACTIONS.all(db, id=1)
    found = await database.direct.fetch(
        "SELECT count(*) FROM pg_prepared_statements WHERE strpos(statement, 'audit_events') > 0", ()
    )
    assert [tuple(row) for row in found] == [(count,)]
    await database.close()


@pytest.mark.parametrize("options", [SERVICE, POOLED])
async def test_write_transaction_has_timeouts(url: str, options: PostgresOptions) -> None:
    database = Database(url, options)
    async with database.writing() as db:
        assert {name: await show(db, name) for name in postgresql.TIMEOUTS} == postgresql.TIMEOUTS
    await database.close()


async def test_command_has_no_timeouts(url: str) -> None:
    """Archiving half a million events takes longer than a request may."""
    database = Database(url)
    async with database.writing() as db:
        assert {await show(db, name) for name in postgresql.TIMEOUTS} == {"0"}
    await database.close()


async def test_waiting_for_a_lock_ends_after_5_s(database: Database, url: str) -> None:
    with databases.write_lock(url):
        started = asyncio.get_running_loop().time()
        with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
            async with database.writing() as db:
                await db.execute(sa.text("DELETE FROM idempotency_keys"))
        assert 4.5 < asyncio.get_running_loop().time() - started < 8


async def test_parameters_of_the_url_reach_every_connection(url: str) -> None:
    database = Database(f"{url}&application_name=ward&options=-c%20work_mem%3D5MB%20-c%20lock_timeout%3D2s", SERVICE)
    async with database.writing() as db:
        assert [await show(db, name) for name in ("application_name", "work_mem", "lock_timeout")] == ["ward", "5MB", "2s"]
    assert await database.direct.fetch("SELECT current_setting('application_name')", ()) == [("ward",)]
    await database.close()


@pytest.mark.parametrize("more", ["", "&options=-c%20search_path%3Dpublic%20-c%20work_mem%3D5MB"])
async def test_schema_is_search_path_of_every_connection(url: str, more: str) -> None:
    schema = in_schema(f"{url}{more}", "hospital_q")
    database = Database(schema, SERVICE)
    async with database.writing() as db, database.reading() as reading:
        assert [await show(one, "search_path") for one in (db, reading)] == ["hospital_q"] * 2
        assert await show(db, "work_mem") == ("5MB" if more else "4MB")
    assert await database.direct.fetch("SHOW search_path", ()) == [("hospital_q",)]
    await database.close()
    engine = sync_engine(schema)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SHOW search_path")).scalar_one() == "hospital_q"
    engine.dispose()


async def test_tls_parameters_reach_every_connection(url: str) -> None:
    """Libpq reads the certificate before it connects, and ignores `sslmode` on a socket."""
    tcp = url.replace("@/", "@127.0.0.1:1/").partition("?")[0]
    database = Database(f"{tcp}?sslmode=verify-full&sslrootcert=/absent/ca.pem&connect_timeout=1", SERVICE)
    for fetch in (database.direct.fetch("SELECT 1", ()), postgresql.commit_statement(database.writer, "SELECT 1", ())):
        with pytest.raises(psycopg.OperationalError):
            await fetch
    made = database.reader.sync_engine.dialect.create_connect_args(database.url)[1]
    assert (made["sslmode"], made["sslrootcert"], made["connect_timeout"]) == ("verify-full", "/absent/ca.pem", "1")
    await database.close()


async def test_process_opens_no_more_connections(url: str) -> None:
    database = Database(f"{url}&application_name=few", PostgresOptions(4, has_pooler=False, has_timeouts=True))
    await asyncio.gather(*(database.direct.fetch("SELECT pg_sleep(0.1)", ()) for _ in range(9)))
    await asyncio.gather(*(commit_events(database, [event(300 + number)]) for number in range(9)))
    found = databases.query(url, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'few'")
    assert found == [(4,)]
    await database.close()


def test_failed_work_closes_its_connection(url: str) -> None:
    # `failed` refers to the frame of `alone`, which would keep the connection
    with pytest.raises(ZeroDivisionError) as failed, alone(f"{url}&application_name=alone", Work.PREPARE):
        raise ZeroDivisionError
    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'alone'"
    eventually(lambda: databases.query(url, count) == [(0,)], 5)
    assert failed.tb


async def test_closed_connections_are_replaced(database: Database, url: str) -> None:
    """The server ended them, as it does in a restart."""
    await database.direct.fetch("SELECT 1", ())
    await commit_events(database, [event(400)])
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'quick' AND pid <> pg_backend_pid()"
    databases.query(url, end)
    with pytest.raises(psycopg.OperationalError):
        await database.direct.fetch("SELECT 1", ())
    assert await database.direct.fetch("SELECT 1", ()) == [(1,)]
    with pytest.raises(sa.exc.OperationalError):
        await commit_events(database, [event(401)])
    await commit_events(database, [event(402)])


async def test_cancelled_read_leaves_the_pool_usable(database: Database) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(database.direct.fetch("SELECT pg_sleep(20)", ()), 0.2)
    answers = await asyncio.gather(*(database.direct.fetch("SELECT %s::int", (number,)) for number in range(9)))
    assert [row[0] for [row] in answers] == [*range(9)]


async def test_silent_server_is_given_up_after_3_s() -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{silent.getsockname()[1]}"
    database = Database(f"postgresql://careplus@{address}/none?sslmode=disable", SERVICE)
    started = asyncio.get_running_loop().time()
    with pytest.raises(psycopg.OperationalError, match="timeout"):
        await database.direct.fetch("SELECT 1", ())
    assert asyncio.get_running_loop().time() - started < 6
    await database.close()
    silent.close()
