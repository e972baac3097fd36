"""Statements of hot paths: written with SQLAlchemy, compiled once, run on the driver's own connection."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from careplus_tables import database_errors, record_guard


@dataclass(frozen=True)
class DriverStatement:
    """SQL for one driver, with the parameters in their order."""

    sql: str
    order: Sequence[str]
    literals: Mapping[str, Any]
    processors: Mapping[str, Callable[[Any], Any]]
    results: Sequence[tuple[int, Callable[[Any], Any]]] = ()
    """By position, the function that converts the driver's value to the column's."""

    def values(self, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the parameters' values as the driver takes them, in the statement's order."""
        processors = self.processors
        return tuple([processors[name](parameters[name]) if name in processors else parameters[name] for name in self.order])


@dataclass(frozen=True)
class _Driver:
    connection: Any
    dialect: sa.Dialect


# a parameter as psycopg's dialect writes it
_NAMED = re.compile(r"%\((\w+)\)s")
LIMIT = sa.bindparam("limit", type_=sa.Integer) + sa.literal_column("0")
"""For `.limit`: SQLite plans a statement again, at half its cost, each time a bare parameter there gets a value."""


@dataclass
class CompiledStatement:
    """A select, insert, update or delete with named parameters, `sa.bindparam("id")`; values are lists where they expand.

    Skips SQLAlchemy's work per execution: about a millisecond for a list of 20.
    """

    statement: sa.SelectBase | sa.UpdateBase
    _compiled: dict[Any, DriverStatement] = field(default_factory=dict)

    async def typed(self, db: AsyncSession, **parameters: Any) -> list[Sequence[Any]]:
        """Return all rows like `all`, with the types of the columns: aware instants, dates, booleans and JSON values."""
        parameters = _padded(parameters)
        rows = await self.all(db, **parameters)
        driver: Any = _direct(db) or db.info["driver"]
        lengths = tuple((name, len(value)) for name, value in parameters.items() if isinstance(value, list))
        if not rows or not (results := self._compiled[driver.dialect.statement_compiler, lengths].results):
            return rows
        made: list[Sequence[Any]] = []
        for row in rows:
            values = list(row)
            for position, process in results:
                values[position] = process(values[position])
            made.append(values)
        return made

    async def all(self, db: AsyncSession, **parameters: Any) -> list[Sequence[Any]]:
        """Return all rows, each with the statement's columns in order and the driver's types. Raise SQLAlchemy's errors.

        Instants are RFC 3339 text on SQLite and aware datetimes on PostgreSQL; contract models take both.
        """
        parameters = _padded(parameters)
        direct: Any = _direct(db)
        driver: Any = direct or db.info.get("driver") or await _driver(db)
        lengths = tuple((name, len(value)) for name, value in parameters.items() if isinstance(value, list))
        compiled = self._compiled.get((driver.dialect.statement_compiler, lengths)) or self._compile(driver.dialect, lengths)
        parameters = {**compiled.literals, **parameters}
        for name, _ in lengths:
            parameters.update(_numbered(name, parameters[name]))
        values = compiled.values(parameters)
        with translate_errors(driver.dialect, compiled):
            if direct:
                rows: list[Sequence[Any]] = await direct.fetch(compiled.sql, values)
                return rows
            if driver.dialect.name == "sqlite":
                return list(await driver.connection.execute_fetchall(compiled.sql, values))
            return list(await (await driver.connection.execute(compiled.sql, values)).fetchall())

    async def many(self, db: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, each with a value for every parameter. Raise SQLAlchemy's errors."""
        driver = db.info.get("driver") or await _driver(db)
        compiled = self.for_dialect(driver.dialect)
        values = [compiled.values(row) for row in rows]
        with translate_errors(driver.dialect, compiled):
            if driver.dialect.name == "sqlite":
                await driver.connection.executemany(compiled.sql, values)
                return
            await driver.connection.executemany(compiled.sql, values)

    def for_dialect(self, dialect: sa.Dialect) -> DriverStatement:
        """Return the statement for the dialect's driver. Raise MissingPatientFilter."""
        return self._compiled.get((dialect.statement_compiler, ())) or self._compile(dialect, ())

    def _compile(self, dialect: sa.Dialect, lengths: tuple[tuple[str, int], ...]) -> DriverStatement:
        record_guard.check(self.statement)
        compiled: Any = self.statement.compile(dialect=dialect)
        # a request's values may name lists that this statement does not have
        lengths, given = tuple(one for one in lengths if one[0] in compiled.binds), lengths
        required = {name for name, bind in compiled.binds.items() if bind.required}
        if isinstance(self.statement, sa.SelectBase):
            # rendering lists needs a value for every parameter
            filled = self.statement.params({**dict.fromkeys(required), **{name: [None] * length for name, length in lengths}})
            compiled = filled.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        sql = str(compiled)
        order = compiled.positiontup
        if order is None:
            order = _NAMED.findall(sql)
            sql = _NAMED.sub("%s", sql)
        expanded = {
            key: bind for name, length in lengths for key, bind in _numbered(name, [compiled.binds[name]] * length).items()
        }
        literals = {name: bind.value for name, bind in compiled.binds.items() if name not in required}
        for name, value in list(literals.items()):
            if isinstance(value, list | tuple):
                literals.update(_numbered(name, value))
        processors = {
            name: processor
            for name, bind in {**compiled.binds, **expanded}.items()
            if (processor := bind.type.dialect_impl(dialect).bind_processor(dialect))
        }
        # psycopg returns these types by itself
        has_rows = isinstance(self.statement, sa.SelectBase) and dialect.name == "sqlite"
        columns = self.statement.exported_columns if has_rows else ()
        results = [
            (position, processor)
            for position, column in enumerate(columns)
            if (processor := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]
        self._compiled[dialect.statement_compiler, given] = DriverStatement(sql, order, literals, processors, results)
        return self._compiled[dialect.statement_compiler, given]


def literal_limit(rows: int) -> sa.ColumnElement[int]:
    """Return a constant number of rows for `.limit`, written into the SQL; SQLAlchemy would make it a parameter (see LIMIT)."""
    return sa.literal_column(str(rows), sa.Integer())


@contextmanager
def translate_errors(dialect: sa.Dialect, compiled: DriverStatement) -> Iterator[None]:
    """Raise the driver's errors as SQLAlchemy's, without the parameters, which are personal data."""
    kind = dialect.loaded_dbapi.Error
    try:
        yield
    except kind as error:
        database_errors.hide_values(error)
        raise sa.exc.DBAPIError.instance(compiled.sql, None, error, kind, hide_parameters=True, dialect=dialect) from None


def _padded(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters with lists of 1, 2, 4, 8 and so on values, so that few lengths are compiled.

    The last value is repeated, which changes no `IN`.
    """
    return {
        name: [*value, *value[-1:] * ((1 << (len(value) - 1).bit_length()) - len(value))]
        if isinstance(value, list) and value
        else value
        for name, value in parameters.items()
    }


def _numbered(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """Return the members of a list under the names that SQLAlchemy gives them."""
    return {f"{name}_{number}": value for number, value in enumerate(values, 1)}


def _direct(db: AsyncSession) -> Any:
    """Return the direct reader, None where the statement runs on the session's own connection.

    That is so in a transaction for changes, and on PostgreSQL once the session holds a connection of the readers' pool: requests
    that hold one and wait for a second would wait for each other.
    """
    direct = db.info.get("direct")
    return None if direct is not None and direct.uses_pool and db.in_transaction() else direct


async def _driver(db: AsyncSession) -> _Driver:
    """Return the driver's connection of this session's transaction, on PostgreSQL a cursor of it."""
    connection = await db.connection()
    # the same attribute of AsyncConnection starts a greenlet
    sync: Any = connection.sync_connection
    own = sync.connection.driver_connection
    # aiosqlite's connection runs statements itself; a cursor of psycopg for each statement would cost a tenth of it
    runner = own if connection.dialect.name == "sqlite" else own.cursor()
    driver = db.info["driver"] = _Driver(runner, connection.dialect)
    return driver
