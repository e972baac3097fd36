"""A cursor of SQLite for SQLAlchemy: a statement and all its rows in one trip to the connection's thread.

aiosqlite makes four: to open a cursor, to execute, to fetch and to close. They were a fifth of the processor time of a page that
needs eleven statements.
"""

from collections.abc import Callable, Sequence
from typing import Any, Self

Run = Callable[[Callable[[Any], None]], Any]
"""Runs a function of the driver's connection in the connection's thread."""


class FetchedCursor:
    """The part of aiosqlite's cursor that SQLAlchemy uses, for statements that read all rows."""

    def __init__(self, run: Run) -> None:
        self.description: Any = None
        self.rowcount, self.lastrowid, self.arraysize = -1, None, 1
        self._run = run
        self._rows: Sequence[Any] = ()

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Execute a statement and fetch its rows. Raise the driver's errors."""
        await self._run(lambda connection: self._take(connection.execute(sql, parameters)))
        return self

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> Self:
        """Execute a statement without rows for each of the parameters. Raise the driver's errors."""
        await self._run(lambda connection: self._take(connection.executemany(sql, parameters)))
        return self

    async def fetchall(self) -> Sequence[Any]:
        """Return the rows, which are fetched already."""
        return self._rows

    async def close(self) -> None:
        """Return at once: the driver's cursor is closed already."""

    def _take(self, cursor: Any) -> None:
        self.description = cursor.description
        self._rows = cursor.fetchall() if cursor.description else ()
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        cursor.close()
