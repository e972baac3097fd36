"""Compiled statements, and the cursor of SQLite that fetches with its statement."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from careplus_tables.columns import InstantColumn
from careplus_tables.compiled import CompiledStatement
from careplus_tables.engine import Database, WriteSession


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/careplus.db")
    async with opened.writing() as db:
        await db.execute(sa.text("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"))
        await db.execute(sa.text("INSERT INTO things VALUES (1, 'one'), (2, 'two'), (3, 'three')"))
    yield opened
    await opened.close()


async def test_typed_rows_have_the_types_of_columns(database: Database) -> None:
    stored = {"at": "2030-01-07T09:00:00Z", "day": "2030-01-07", "is_on": 1, "names": '["a", "b"]'}
    kinds: dict[str, Any] = {
        "at": InstantColumn(),
        "day": sa.Date(),
        "is_on": sa.Boolean(),
        "names": sa.JSON(),
    }
    columns = [sa.type_coerce(sa.literal_column(repr(value)), kinds[name]).label(name) for name, value in stored.items()]
    statement = CompiledStatement(sa.select(*columns))
    async with database.reading() as db:
        [row] = await statement.typed(db)
        [raw] = await statement.all(db)
    assert list(row) == [datetime(2030, 1, 7, 9, tzinfo=UTC), date(2030, 1, 7), True, ["a", "b"]]
    assert list(raw) == list(stored.values())


@pytest.mark.parametrize("ids", [[2], [1, 2, 3], [3, 1, 2, 9, 8], []])
async def test_padded_list_finds_each_row_once(database: Database, ids: list[int]) -> None:
    things = sa.table("things", sa.column("id"))
    statement = CompiledStatement(sa.select(things.c.id).where(things.c.id.in_(sa.bindparam("ids", expanding=True))))
    async with database.reading() as db:
        found = [row[0] for row in await statement.all(db, ids=ids)]
        # a list that is not in the statement changes nothing
        assert (
            sorted(row[0] for row in await statement.typed(db, ids=ids, others=[1, 2, 3]))
            == sorted(found)
            == sorted({1, 2, 3} & {*ids})
        )


async def test_fetched_cursor_reports_rows_counts_and_errors(database: Database) -> None:
    async def run(db: WriteSession, sql: str) -> sa.CursorResult[object]:
        result: sa.CursorResult[object] = await db.execute(sa.text(sql))  # type: ignore[assignment]
        return result

    async with database.writing() as db:
        assert (await run(db, "INSERT INTO things (name) VALUES ('four') RETURNING id")).scalars().all() == [4]
        assert (await run(db, "UPDATE things SET name = name || '!' WHERE id > 1")).rowcount == 3

    async def empty_and_fill() -> None:
        async with database.writing() as db:
            await run(db, "DELETE FROM things")
            await run(db, "INSERT INTO things VALUES (7, 'a'), (8, 'a')")

    with pytest.raises(sa.exc.IntegrityError):
        await empty_and_fill()
    async with database.reading() as reading:
        assert (await reading.execute(sa.text("SELECT count(*) FROM things"))).scalar() == 4
