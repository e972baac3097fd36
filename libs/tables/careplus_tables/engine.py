"""Connections to the database: readers, and one writer a process."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite
import pysqlite3
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import PoolResetState
from sqlalchemy.util import await_only, greenlet_spawn

from careplus_tables import ownership, sqlite

READERS = 4
"""More buys waiting, not throughput."""


def sync_url(url: str) -> URL:
    """The address for code that does not run in an event loop: migrations, the demo hospital."""
    parsed = make_url(url)
    return parsed.set(drivername="sqlite+pysqlite" if is_sqlite(parsed) else "postgresql+psycopg")


def async_url(url: str) -> URL:
    parsed = make_url(url)
    return parsed.set(drivername="sqlite+aiosqlite" if is_sqlite(parsed) else "postgresql+psycopg")


def is_sqlite(url: str | URL) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def sync_engine(url: str) -> sa.Engine:
    """An engine for one short-lived program. Transactions begin IMMEDIATE on SQLite, so that migrations are atomic."""
    if not is_sqlite(url):
        return sa.create_engine(sync_url(url))
    engine = sa.create_engine(sync_url(url), connect_args={"isolation_level": None}, poolclass=sa.NullPool)
    sa.event.listen(engine, "connect", lambda connection, _: sqlite.prepare(connection, reader=False))
    sa.event.listen(engine, "begin", _begin_immediate)
    return engine


class DirectReader:
    """A read-only connection of the driver itself, for statements that were compiled before (SQLite).

    One, because such statements are short: its thread goes from one to the next without the event loop in between, and each
    commit of others empties what a connection keeps of the file.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._opening = asyncio.Lock()
        self._connection: aiosqlite.Connection | None = None

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[Sequence[Any]]:
        """All rows of one statement; each statement reads a snapshot of its own."""
        connection = self._connection or await self._opened()
        return list(await connection.execute_fetchall(sql, values))

    async def _opened(self) -> aiosqlite.Connection:
        async with self._opening:
            if self._connection is None:
                connection = aiosqlite.connect(self._file, isolation_level=None)
                try:
                    await connection
                    for pragma in sqlite.pragmas(reader=True):
                        await connection.execute(pragma)
                except BaseException:
                    await connection.close()
                    raise
                self._connection = connection
            return self._connection

    async def close(self) -> None:
        if self._connection:
            await self._connection.close()


class Database:
    """The database as one service process sees it."""

    def __init__(self, url: str) -> None:
        self.direct: DirectReader | None
        self.url = async_url(url)
        self.sqlite = is_sqlite(url)
        if self.sqlite:
            self.reader, self.writer = self._sqlite_engine(reader=True), self._sqlite_engine(reader=False)
            self.direct = DirectReader(str(self.url.database))
        else:
            self.direct = None
            self.reader = self.writer = create_async_engine(
                self.url, pool_size=READERS, max_overflow=READERS, hide_parameters=True
            )
        for engine in {self.reader, self.writer}:
            ownership.watch(engine.sync_engine)

    def _sqlite_engine(self, *, reader: bool) -> AsyncEngine:
        sqlite.refuse_network_file_system(Path(self.url.database or ".").parent)
        engine = create_async_engine(
            self.url,
            # values are somebody's; they stay out of error messages
            hide_parameters=True,
            connect_args={"isolation_level": None},
            poolclass=sa.AsyncAdaptedQueuePool,
            # the writer's pool of one is also the queue of those who want to write
            pool_size=READERS if reader else 1,
            max_overflow=0,
            # readers run each statement by itself, and no rollback has anything to undo; for the writer see _undo
            pool_reset_on_return=None,
            **({"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True} if reader else {}),
        )
        sa.event.listen(engine.sync_engine, "connect", lambda c, _: sqlite.prepare(c, reader=reader))
        if not reader:
            sa.event.listen(engine.sync_engine, "begin", _begin_immediate_async)
            sa.event.listen(engine.sync_engine.pool, "reset", _undo)
        return engine

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that cannot write (SQLite)."""
        session = AsyncSession(self.reader, expire_on_commit=False, autoflush=False)
        session.info["direct"] = self.direct
        try:
            yield session
        finally:
            # compiled statements leave it untouched, and closing it costs more than opening
            if session.in_transaction():
                await session.close()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session whose work is committed at the end of the block, and undone if it raises. Begins with the first statement."""
        session = AsyncSession(self.writer, expire_on_commit=False, autoflush=False)
        try:
            async with session.begin():
                yield session
        finally:
            # there is nothing left to close, which takes a task, once the transaction has ended
            if session.in_transaction():
                await session.close()

    async def in_one_trip(self, work: Callable[[Any], None]) -> None:
        """Have the writer's own connection, outside of a transaction, in its own thread (SQLite).

        A transaction of a few statements costs a third so: each trip to the thread costs more than a statement.
        """
        # a session or connection of SQLAlchemy's would cost more than the transaction, and so does each of its greenlets
        pool: Any = self.writer.pool
        try:
            held: Any = pool.connect() if pool.checkedin() else await self.writer.raw_connection()
        except sa.exc.MissingGreenlet:
            # the connection in the pool had to be given up: only a greenlet can make another
            held = await self.writer.raw_connection()
        driver = held.driver_connection
        try:
            await driver._execute(work, driver._conn)
        finally:
            if driver.in_transaction:
                # as the work left it, nobody else can use it
                await greenlet_spawn(held.invalidate)
            else:
                held.close()

    async def close(self) -> None:
        if self.direct:
            await self.direct.close()
        await self.reader.dispose()
        await self.writer.dispose()


def _begin_immediate(connection: sa.Connection) -> Any:
    # a deferred BEGIN that later wants to write fails with "database is locked" instead of waiting
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_immediate_async(connection: sa.Connection) -> None:
    # one round trip to the driver's thread instead of the four of a cursor
    driver: Any = connection.connection.driver_connection
    try:
        await_only(driver.execute("BEGIN IMMEDIATE"))
    except pysqlite3.OperationalError as error:
        raise sa.exc.OperationalError("BEGIN IMMEDIATE", None, error, hide_parameters=True) from None


def _undo(connection: Any, _: Any, state: PoolResetState) -> None:
    # only where something was left undone: a rollback for nothing costs each act another trip to the driver's thread
    if not state.terminate_only and connection.driver_connection.in_transaction:
        connection.rollback()
