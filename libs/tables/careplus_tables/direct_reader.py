"""A read-only connection of the driver itself, without SQLAlchemy, for compiled statements (SQLite)."""

import asyncio
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from careplus_tables.sqlite import AsyncConnection


class DirectReader:
    """The one direct connection of a process.

    One connection, because these statements are short: its thread goes from one to the next without the event loop in between,
    and each commit of another connection empties a connection's page cache.
    """

    uses_pool = False

    def __init__(self, file: str, dialect: sa.Dialect) -> None:
        self.dialect = dialect
        self._file = file
        self._opening = asyncio.Lock()
        self._connection: AsyncConnection | None = None

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[Sequence[Any]]:
        """Return all rows of one statement; each statement reads its own snapshot."""
        connection = self._connection or await self._open()
        return list(await connection.execute_fetchall(sql, values))

    async def _open(self) -> AsyncConnection:
        async with self._opening:
            if self._connection is None:
                connection = AsyncConnection(self._file, reader=True)
                await connection
                self._connection = connection
            return self._connection

    async def close(self) -> None:
        """Close the connection and end its thread."""
        if self._connection:
            await self._connection.close()
