"""Statements of hot paths: written as SQLAlchemy selects, compiled once, run on the driver's own connection."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass
class _Compiled:
    sql: str
    order: Sequence[str]
    literals: Mapping[str, Any]
    binds: Mapping[str, Callable[[Any], Any]]
    results: Sequence[tuple[int, Callable[[Any], Any]]]


@dataclass
class Statement:
    """A select with named parameters, `sa.bindparam("who")`. Skips what SQLAlchemy does anew for each execution."""

    select: sa.Select[Any]
    _compiled: dict[str, _Compiled] = field(default_factory=dict)

    async def all(self, db: AsyncSession, **parameters: Any) -> list[list[Any]]:
        """All rows, each a list of column values in the order of the select."""
        connection = await db.connection()
        compiled = self._compiled.get(connection.dialect.name) or self._compile(connection.dialect)
        given = {**compiled.literals, **parameters}
        values = tuple(
            compiled.binds[name](given[name]) if name in compiled.binds else given[name] for name in compiled.order
        )
        driver = (await connection.get_raw_connection()).driver_connection
        if connection.dialect.name == "sqlite":
            found = await driver.execute_fetchall(compiled.sql, values)  # type: ignore[union-attr]
        else:
            found = await (await driver.execute(compiled.sql, values)).fetchall()  # type: ignore[union-attr]
        rows = [list(row) for row in found]
        for row in rows:
            for index, convert in compiled.results:
                row[index] = convert(row[index])
        return rows

    def _compile(self, dialect: sa.Dialect) -> _Compiled:
        compiled = self.select.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        sql = str(compiled)
        order = compiled.positiontup or list(compiled.binds)
        if dialect.name != "sqlite":
            for name in order:
                sql = sql.replace(f"%({name})s", "%s")
        literals = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        binds = {
            name: process
            for name, bind in compiled.binds.items()
            if (process := bind.type.dialect_impl(dialect).bind_processor(dialect))
        }
        results = [
            (index, process)
            for index, column in enumerate(self.select.selected_columns)
            if (process := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]
        self._compiled[dialect.name] = _Compiled(sql, order, literals, binds, results)
        return self._compiled[dialect.name]
