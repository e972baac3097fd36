"""Delete rows of tables whose triggers refuse it: archived audit events, and records that a hospital may no longer keep."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import text

from careplus_tables.engine import WriteSession

_ON_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table AND name = 'delete_' || :table"
_ON_POSTGRESQL = (
    "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname = 'append_only' AND relname = :table"
)


@asynccontextmanager
async def deletable(db: WriteSession, tables: Sequence[str]) -> AsyncIterator[None]:
    """Take the triggers away during the block; in this transaction no other connection is without them.

    A block that raises has to end the transaction, which brings them back.
    """
    is_sqlite = db.get_bind().dialect.name == "sqlite"
    stored = text(_ON_SQLITE if is_sqlite else _ON_POSTGRESQL)
    rows = [row for table in tables for row in (await db.execute(stored, {"table": table})).all()]
    for row in rows:
        await db.execute(text(f"DROP TRIGGER {row[0]}" if is_sqlite else f"ALTER TABLE {row[0]} DISABLE TRIGGER append_only"))
    yield
    for row in rows:
        await db.execute(text(str(row[1]) if is_sqlite else f"ALTER TABLE {row[0]} ENABLE TRIGGER append_only"))
