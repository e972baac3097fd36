"""Statements of hot paths: written with SQLAlchemy, compiled once, run on the driver's own connection."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from careplus_tables import ownership
from careplus_tables.engine import DirectReader


@dataclass(frozen=True)
class Prepared:
    """A statement as one driver takes it."""

    sql: str
    order: Sequence[str]
    literals: Mapping[str, Any]
    binds: Mapping[str, Callable[[Any], Any]]

    def values(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        """In the statement's order, as the driver takes them."""
        binds = self.binds
        return tuple([binds[name](given[name]) if name in binds else given[name] for name in self.order])


@dataclass(frozen=True)
class _Driver:
    connection: Any
    dialect: sa.Dialect


# how psycopg's dialect writes a parameter
_NAMED = re.compile(r"%\((\w+)\)s")
LIMIT = sa.bindparam("limit", type_=sa.Integer) + sa.literal_column("0")
"""For `.limit`: SQLite plans a statement anew, at half its cost, each time a bare parameter there is given a value."""
_READING = _Driver(None, create_async_engine("sqlite+aiosqlite://").dialect)


@dataclass
class Statement:
    """A select, insert or update with named parameters, `sa.bindparam("who")`, as lists where they expand.

    Skips what SQLAlchemy does anew for each execution: about a millisecond for a list of 20.
    """

    built: sa.SelectBase | sa.UpdateBase
    _compiled: dict[Any, Prepared] = field(default_factory=dict)

    async def all(self, db: AsyncSession, **parameters: Any) -> list[Sequence[Any]]:
        """All rows, each with the columns of the statement in order, as the driver has them.

        Instants are RFC 3339 text on SQLite and aware datetimes on PostgreSQL; contract models take both.
        Raises SQLAlchemy's errors.
        """
        direct: DirectReader | None = db.info.get("direct")
        driver = _READING if direct else db.info.get("driver") or await _driver(db)
        lengths = tuple((name, len(value)) for name, value in parameters.items() if isinstance(value, list))
        compiled = self._compiled.get((driver.dialect.name, lengths)) or self._compile(driver.dialect, lengths)
        given = {**compiled.literals, **parameters}
        for name, _ in lengths:
            given.update(_numbered(name, parameters[name]))
        values = compiled.values(given)
        with as_sqlalchemys(driver.dialect, compiled):
            if direct:
                return await direct.fetch(compiled.sql, values)
            if driver.dialect.name == "sqlite":
                return list(await driver.connection.execute_fetchall(compiled.sql, values))
            return list(await (await driver.connection.execute(compiled.sql, values)).fetchall())

    async def many(self, db: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, each with a value for every parameter. Raises SQLAlchemy's errors."""
        driver = db.info.get("driver") or await _driver(db)
        compiled = self.prepared(driver.dialect)
        values = [compiled.values(row) for row in rows]
        with as_sqlalchemys(driver.dialect, compiled):
            if driver.dialect.name == "sqlite":
                await driver.connection.executemany(compiled.sql, values)
                return
            async with driver.connection.cursor() as cursor:
                await cursor.executemany(compiled.sql, values)

    def prepared(self, dialect: sa.Dialect) -> Prepared:
        """For who runs it by themselves."""
        return self._compiled.get((dialect.name, ())) or self._compile(dialect, ())

    def _compile(self, dialect: sa.Dialect, lengths: tuple[tuple[str, int], ...]) -> Prepared:
        ownership.check(self.built)
        compiled: Any = self.built.compile(dialect=dialect)
        asked = {name for name, bind in compiled.binds.items() if bind.required}
        if isinstance(self.built, sa.SelectBase):
            # rendering lists needs a value for every parameter
            filled = self.built.params({**dict.fromkeys(asked), **{name: [None] * length for name, length in lengths}})
            compiled = filled.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        sql = str(compiled)
        order = compiled.positiontup
        if order is None:
            order = _NAMED.findall(sql)
            sql = _NAMED.sub("%s", sql)
        expanded = {
            key: bind for name, length in lengths for key, bind in _numbered(name, [compiled.binds[name]] * length).items()
        }
        binds = {**compiled.binds, **expanded}
        literals = {name: bind.value for name, bind in compiled.binds.items() if name not in asked}
        for name, value in list(literals.items()):
            if isinstance(value, list | tuple):
                literals.update(_numbered(name, value))
        processors = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
        self._compiled[dialect.name, lengths] = Prepared(
            sql, order, literals, {name: process for name, process in processors.items() if process}
        )
        return self._compiled[dialect.name, lengths]


def at_most(rows: int) -> sa.ColumnElement[int]:
    """For `.limit`, as LIMIT, where the number is always the same: SQLAlchemy would make a parameter of it."""
    return sa.literal_column(str(rows), sa.Integer())


@contextmanager
def as_sqlalchemys(dialect: sa.Dialect, compiled: Prepared) -> Iterator[None]:
    """Raise the driver's errors as SQLAlchemy's."""
    kind = dialect.loaded_dbapi.Error
    try:
        yield
    except kind as error:
        # the values stay out of messages: they are somebody's
        raise sa.exc.DBAPIError.instance(compiled.sql, None, error, kind, hide_parameters=True, dialect=dialect) from None


def _numbered(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """The members of a list under the names that SQLAlchemy gives them."""
    return {f"{name}_{number}": value for number, value in enumerate(values, 1)}


async def _driver(db: AsyncSession) -> _Driver:
    """The driver's connection of this session's transaction."""
    connection = await db.connection()
    # what AsyncConnection answers to this starts a greenlet to read an attribute
    sync: Any = connection.sync_connection
    raw = sync.connection.driver_connection
    driver = db.info["driver"] = _Driver(raw, connection.dialect)
    return driver
