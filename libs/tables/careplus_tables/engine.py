"""Connections to the database: readers, and one writer per process."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pysqlite3 import dbapi2
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import PoolResetState
from sqlalchemy.util import await_only, greenlet_spawn

from careplus_tables import database_errors, direct_reader, postgresql, record_guard, sqlite
from careplus_tables.addresses import database_url
from careplus_tables.driver_connection import check_out
from careplus_tables.postgresql import COMMAND, PostgresOptions
from careplus_tables.timed_pool import TimedPool

READERS = 4
"""Connections for reading per process; more shorten the wait for one, but do not raise throughput."""


class ReadSession(AsyncSession):
    """A session that cannot change records: the database refuses writes, and the methods that make them are absent.

    It locks no rows, so that a function that locks them for a change also serves readers.
    """

    add = add_all = begin = begin_nested = commit = delete = flush = merge = None  # type: ignore[assignment] # None hides the methods


class WriteSession(AsyncSession):
    """A session in one transaction, which `Database.writing` commits or rolls back."""


AnySession = ReadSession | WriteSession
"""The session of a function that only reads and is called by readers and writers."""


def is_sqlite(url: str | URL) -> bool:
    """Return whether the address names an SQLite file."""
    return (url if isinstance(url, URL) else database_url(url)).get_backend_name() == "sqlite"


def _with_driver(url: str, sqlite_driver: str) -> URL:
    return database_url(url).set(drivername=f"sqlite+{sqlite_driver}" if is_sqlite(url) else "postgresql+psycopg")


def sync_engine(url: str, *, reader: bool = False) -> sa.Engine:
    """Return an engine for a short-lived program: migrations, commands, the demo hospital.

    On SQLite a transaction begins IMMEDIATE, so that migrations are atomic. The transaction of a reader cannot write and reads
    one snapshot from start to end.
    """
    address = _with_driver(url, "pysqlite")
    if not is_sqlite(address):
        # a pooler may be between: see postgresql.PostgresOptions
        connect = {"connect_timeout": postgresql.CONNECT_TIMEOUT_S, "prepare_threshold": None}
        engine = sa.create_engine(address, connect_args=connect, hide_parameters=True)
        database_errors.install(engine)
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if reader else {}
        return engine.execution_options(**options)
    engine = sa.create_engine(
        address,
        module=dbapi2,
        creator=lambda: sqlite.connect(str(address.database), reader=reader),
        poolclass=sa.NullPool,
        # parameters are personal data: keep them out of error messages
        hide_parameters=True,
    )
    begin = "BEGIN" if reader else "BEGIN IMMEDIATE"
    # a deferred BEGIN that writes later fails with "database is locked" instead of waiting
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


class Database:
    """The database of one service process."""

    def __init__(self, url: str, options: PostgresOptions = COMMAND) -> None:
        self.direct: direct_reader.DirectReader | postgresql.DirectReader
        self.url = _with_driver(url, "aiosqlite")
        self.sqlite = is_sqlite(url)
        if self.sqlite:
            self.reader, self.writer = self._sqlite_engine(reader=True), self._sqlite_engine(reader=False)
            self.direct = direct_reader.DirectReader(str(self.url.database), self.reader.dialect)
        else:
            self.reader = postgresql.create_engine(self.url, options, reader=True)
            self.writer = postgresql.create_engine(self.url, options, reader=False)
            self.direct = postgresql.DirectReader(self.reader)
        for engine in (self.reader, self.writer):
            record_guard.install(engine.sync_engine)

    def _sqlite_engine(self, *, reader: bool) -> AsyncEngine:
        sqlite.refuse_network_file_system(Path(self.url.database or ".").parent)
        engine = create_async_engine(
            self.url,
            module=sqlite.ASYNC_DRIVER,
            # parameters are personal data: keep them out of error messages
            hide_parameters=True,
            connect_args={"reader": reader},
            poolclass=TimedPool,
            # the pool of one connection is also the queue for the writer
            pool_size=READERS if reader else 1,
            max_overflow=0,
            # readers autocommit, so skip the pool's rollback on return; for the writer see _roll_back_if_open
            pool_reset_on_return=None,
            **({"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True} if reader else {}),
        )
        if not reader:
            sa.event.listen(engine.sync_engine, "begin", _begin_immediate)
            sa.event.listen(engine.sync_engine.pool, "reset", _roll_back_if_open)
        return engine

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[ReadSession]:
        """Yield a session for reading.

        A write raises OperationalError on SQLite; on PostgreSQL InvalidRequestError, or as text InternalError without a pooler.
        """
        session = ReadSession(self.reader, expire_on_commit=False, autoflush=False)
        session.info["direct"] = self.direct
        try:
            yield session
        finally:
            # compiled statements leave the session unused, and closing it costs more than opening it
            if session.in_transaction():
                await session.close()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[WriteSession]:
        """Yield a session; commit at the end of the block, roll back if it raises. BEGIN runs with the first statement."""
        session = WriteSession(self.writer, expire_on_commit=False, autoflush=False)
        try:
            async with session.begin():
                yield session
        finally:
            # skip the close, which takes a task, when the transaction has ended
            if session.in_transaction():
                await session.close()

    async def run_in_writer_thread(self, work: Callable[[Any], None]) -> None:
        """Run `work` on the driver's own connection of the writer, outside a transaction and in its thread (SQLite).

        A short transaction costs a third of one with a thread switch per statement. Raise the errors of `work`; discard a
        connection that it leaves in a transaction.
        """
        proxy = await check_out(self.writer)
        connection: sqlite.AsyncConnection = proxy.driver_connection
        try:
            await connection.run(work)
        finally:
            if connection.in_transaction:
                await greenlet_spawn(proxy.invalidate)
            else:
                proxy.close()

    async def close(self) -> None:
        """Close every connection."""
        await self.direct.close()
        await self.reader.dispose()
        await self.writer.dispose()


def _begin_immediate(connection: sa.Connection) -> None:
    # one round trip to the driver's thread instead of the four of a cursor
    driver: Any = connection.connection.driver_connection
    try:
        await_only(driver.execute("BEGIN IMMEDIATE"))
    except dbapi2.OperationalError as error:
        raise sa.exc.OperationalError("BEGIN IMMEDIATE", None, error, hide_parameters=True) from None


def _roll_back_if_open(connection: Any, _: Any, state: PoolResetState) -> None:
    # only in an open transaction: a needless rollback costs each request another trip to the driver's thread
    if not state.terminate_only and connection.driver_connection.in_transaction:
        connection.rollback()
