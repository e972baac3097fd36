"""Connections to PostgreSQL: one pool reads, on read-only connections, and one writes. `sqlite.py` is the same for SQLite.

psycopg sends DEALLOCATE ALL after each ROLLBACK, which drops a connection's prepared statements. So readers are in autocommit
mode, where a SELECT has neither BEGIN nor ROLLBACK, and a connection that returns to its pool is rolled back only if it is in a
transaction.
"""

from collections.abc import AsyncIterator, Generator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import PoolResetState
from sqlalchemy.util import greenlet_spawn

from careplus_tables import database_errors
from careplus_tables.driver_connection import check_out
from careplus_tables.timed_pool import TimedPool

CONNECT_TIMEOUT_S = 3
POOL_TIMEOUT_S = 5
TIMEOUTS = {
    # a request that waits longer is 503, and the client repeats it
    "lock_timeout": "5s",
    # longer than a gateway waits for an answer
    "statement_timeout": "15s",
    # a stopped process must not hold its locks
    "idle_in_transaction_session_timeout": "10s",
}


@dataclass(frozen=True)
class PostgresOptions:
    """How a process uses PostgreSQL. The defaults suit commands: they set no timeouts, because a migration may take minutes."""

    connections: int = 8
    """At most; half of them read and half of them write."""
    has_pooler: bool = True
    """Whether a pooler such as PgBouncer may give each transaction another connection: then nothing is set or prepared on one."""
    has_timeouts: bool = False


COMMAND = PostgresOptions()


def create_engine(url: URL, options: PostgresOptions, *, reader: bool) -> AsyncEngine:
    """Return the engine of a pool. The URL's parameters, such as `sslmode`, are those of each connection."""
    connect: dict[str, Any] = {"async_creator_fn": _Connecting}
    if "connect_timeout" not in url.query:
        connect["connect_timeout"] = CONNECT_TIMEOUT_S
    if reader and url.query.get("target_session_attrs") == "read-write":
        # a reader's connection is read-only, so libpq would find it on no server
        connect["target_session_attrs"] = "primary"
    if options.has_pooler:
        connect["prepare_threshold"] = None
    else:
        settings = {**(TIMEOUTS if options.has_timeouts else {}), **({"default_transaction_read_only": "on"} if reader else {})}
        # PostgreSQL takes the last of two flags with one name, so the URL's options override ours
        flags = [*(f"-c {name}={value}" for name, value in settings.items()), *url.normalized_query.get("options", ())]
        connect["options"] = " ".join(flags)
    engine = create_async_engine(
        url,
        # parameters are personal data: keep them out of error messages
        hide_parameters=True,
        connect_args=connect,
        poolclass=TimedPool,
        pool_size=max(1, options.connections // 2),
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_S,
        # see _roll_back_if_open
        pool_reset_on_return=None,
        **({"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True} if reader else {}),
    )
    sa.event.listen(engine.sync_engine.pool, "reset", _roll_back_if_open)
    database_errors.install(engine.sync_engine)
    if reader:
        engine.dialect.statement_compiler = _ReadingCompiler
    if options.has_pooler and options.has_timeouts and not reader:
        local = "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in TIMEOUTS.items())
        sa.event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql(local))
    return engine


class _ReadingCompiler(PGCompiler_psycopg):
    """Refuses changes, because behind a pooler the connection does not. It does not see statements that are text.

    Renders no FOR UPDATE, as SQLite's compiler does: reads use functions of changes, and read-only connections refuse it.
    """

    def for_update_clause(self, *_: Any, **__: Any) -> str:
        return ""

    def visit_insert(self, *_: Any, **__: Any) -> NoReturn:
        raise sa.exc.InvalidRequestError("A session for reading cannot change rows.")

    visit_update = visit_delete = visit_insert


class _Connecting:
    """An awaitable of psycopg's connect. Unlike a coroutine it warns of nothing when `check_out` drops it."""

    def __init__(self, **parameters: Any) -> None:
        self._parameters = parameters

    def __await__(self) -> Generator[Any, None, Any]:
        from psycopg import AsyncConnection

        return AsyncConnection.connect(**self._parameters).__await__()


def _roll_back_if_open(connection: Any, _: Any, state: PoolResetState) -> None:
    if not state.terminate_only and _is_open(connection.driver_connection):
        connection.rollback()


def _is_open(driver: Any) -> bool:
    """Return whether a connection is in a transaction, also in a failed one."""
    return bool(driver.info.transaction_status)


@asynccontextmanager
async def _driver_cursor(engine: AsyncEngine) -> AsyncIterator[Any]:
    """Yield psycopg's cursor of a pooled connection; afterwards discard the connection if it is closed or in a transaction."""
    pooled = await check_out(engine)
    driver = pooled.driver_connection
    try:
        # one for each connection: making a cursor costs a tenth of a short statement
        if (cursor := pooled.info.get("cursor")) is None:
            cursor = pooled.info["cursor"] = driver.cursor()
        yield cursor
    finally:
        # a closed connection has the status UNKNOWN, which is not 0
        if _is_open(driver):
            await greenlet_spawn(pooled.invalidate)
        else:
            pooled.close()


class DirectReader:
    """Runs single statements on the readers' connections without SQLAlchemy; each statement reads its own snapshot."""

    uses_pool = True

    def __init__(self, engine: AsyncEngine) -> None:
        self.dialect = engine.dialect
        self._engine = engine

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[Sequence[Any]]:
        """Return all rows of one statement."""
        async with _driver_cursor(self._engine) as cursor:
            await cursor.execute(sql, values)
            return list(await cursor.fetchall())

    async def close(self) -> None:
        """Do nothing: the engine's pool owns the connections."""


async def commit_statement(engine: AsyncEngine, sql: str, values: Sequence[Any]) -> None:
    """Run one statement as a transaction of its own, in one round trip. Raise psycopg's errors."""
    async with _driver_cursor(engine) as cursor:
        await cursor.connection.set_autocommit(True)
        try:
            await cursor.execute(sql, values)
        finally:
            if not cursor.connection.closed:
                await cursor.connection.set_autocommit(False)
