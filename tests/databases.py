"""The database of a test: an SQLite file, or a database of a PostgreSQL server if CAREPLUS_TEST_DATABASE=postgresql.

Statements mark each value with `?`. Values are what SQLite stores, on both databases: instants such as `2030-01-07T09:00:00Z`,
days and JSON are text, booleans are 0 and 1.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pysqlite3
import pytest
import sqlalchemy as sa
from psycopg.adapt import Buffer, Loader
from psycopg.types.numeric import FloatLoader
from psycopg.types.string import TextLoader

from tests import postgresql

KINDS = ("sqlite", "postgresql")
KIND = os.environ.get("CAREPLUS_TEST_DATABASE") or "sqlite"
assert KIND in KINDS, f"CAREPLUS_TEST_DATABASE={KIND}: write sqlite or postgresql"
IS_SQLITE = KIND == "sqlite"
sqlite_only = pytest.mark.skipif(not IS_SQLITE, reason="is about the SQLite file")
Refused = (pysqlite3.IntegrityError, psycopg.errors.IntegrityError, psycopg.errors.RaiseException)
"""The errors of a statement that a constraint or a trigger refuses."""
Locked = (pysqlite3.OperationalError, psycopg.errors.LockNotAvailable)
Run = Callable[..., list[tuple[Any, ...]]]
"""`run("SELECT ... WHERE id = ?", id)` returns the rows of a statement and commits it."""
_urls: dict[Path, str] = {}


def url(folder: Path) -> str:
    """Return the URL of the database that belongs to a data folder; on PostgreSQL the first call creates it, empty."""
    if IS_SQLITE:
        return f"sqlite:///{folder}/careplus.db"
    if folder not in _urls:
        _urls[folder] = postgresql.new_database(postgresql.server(), f"hospital_{len(_urls)}")
    return _urls[folder]


def query(database: str, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with connected(database) as run:
        return run(sql, *values)


def named_rows(database: str, sql: str, *values: Any) -> list[dict[str, Any]]:
    """Return the rows of a query, each by the names of its columns."""
    with closing(_connect(database)) as connection:
        cursor = connection.execute(_in_driver_style(database, sql), values)
        return [dict(zip([column[0] for column in cursor.description], row, strict=True)) for row in cursor.fetchall()]


def execute(database: str, sql: str, *values: Any) -> int:
    """Run a statement and return the number of rows it changed. Raise one of `Refused`."""
    with closing(_connect(database)) as connection:
        return int(connection.execute(_in_driver_style(database, sql), values).rowcount)


@contextmanager
def connected(database: str, patience_s: float = 30) -> Iterator[Run]:
    """Yield a function that runs statements on one connection: opening it takes longer than most queries."""
    with closing(_connect(database, patience_s)) as connection:

        def run(sql: str, *values: Any) -> list[tuple[Any, ...]]:
            cursor = connection.execute(_in_driver_style(database, sql), values)
            return list(cursor.fetchall()) if cursor.description else []

        yield run


def shifted(column: str, seconds: float) -> str:
    """Return an expression for the instant of a column, that many seconds later."""
    if IS_SQLITE:
        return f"strftime('%Y-%m-%dT%H:%M:%SZ', {column}, '{seconds} seconds')"
    return f"{column} + interval '{seconds} seconds'"


def columns(database: str, run: Run, table: str) -> list[str]:
    """Return the names of a table's columns."""
    if _is_file(database):
        return [name for _, name, *_ in run(f"PRAGMA table_info({table})")]
    return [name for (name,) in run("SELECT column_name FROM information_schema.columns WHERE table_name = ?", table)]


def tables(database: str, run: Run) -> list[str]:
    """Return the names of all tables."""
    if _is_file(database):
        return [name for (name,) in run("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    return [name for (name,) in run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]


@contextmanager
def write_lock(database: str, patience_s: float = 30) -> Iterator[None]:
    """Hold a lock that stops every change of the database, but no read. Raise `Locked` when others hold it for so long."""
    with connected(database, patience_s) as run:
        if _is_file(database):
            run("BEGIN IMMEDIATE")
        else:
            run("BEGIN")
            run(f"LOCK TABLE {', '.join(tables(database, run))} IN EXCLUSIVE MODE")
        try:
            yield
        finally:
            run("ROLLBACK")


def copy(source: str, target: str) -> None:
    """Replace a database by a copy of another one, which no process has open."""
    if _is_file(source):
        shutil.copyfile(str(sa.make_url(source).database), str(sa.make_url(target).database))
        return
    name, template = (sa.make_url(one).database for one in (target, source))
    with closing(_connect(postgresql.server())) as connection:
        connection.execute(f"DROP DATABASE {name} (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")


def _is_file(database: str) -> bool:
    return database.startswith("sqlite:")


def _in_driver_style(database: str, sql: str) -> str:
    return sql if _is_file(database) else sql.replace("%", "%%").replace("?", "%s")


def _connect(database: str, patience_s: float = 30) -> Any:
    """Return a connection of the driver, in autocommit mode."""
    if _is_file(database):
        return pysqlite3.connect(str(sa.make_url(database).database), timeout=patience_s, isolation_level=None)
    options = f"-c TimeZone=UTC -c lock_timeout={int(patience_s * 1000)}"
    connection: Any = psycopg.connect(database, autocommit=True, options=options)
    for name, loader in {"timestamptz": _InstantLoader, "bool": _BooleanLoader, "numeric": FloatLoader}.items():
        connection.adapters.register_loader(name, loader)
    for name in ("date", "time", "json", "jsonb"):
        connection.adapters.register_loader(name, TextLoader)
    return connection


class _InstantLoader(Loader):
    def load(self, data: Buffer) -> str:
        return bytes(data).decode().replace(" ", "T").replace("+00", "Z")


class _BooleanLoader(Loader):
    def load(self, data: Buffer) -> int:
        return int(bytes(data) == b"t")
