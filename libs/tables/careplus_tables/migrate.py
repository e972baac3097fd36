"""Migration to the newest schema, and the checks of services that wait for it.

A database may be newer than the code: beside its revision it keeps the oldest revision whose code works on it. Each migration
says with `older_code_works` whether code of the revision before does; one that says nothing, or False, ends the series.
"""

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from careplus_tables import sqlite
from careplus_tables.engine import Database, is_sqlite, sync_engine

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = max(file.stem.split("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
"""The newest revision; revisions are numbered, so that services know it without loading Alembic."""
_PRAGMAS = (
    # rebuilding a table would otherwise delete the rows that reference it
    "PRAGMA foreign_keys=OFF",
    # another process's migration of a large database takes longer than a booking
    "PRAGMA busy_timeout=600000",
)


_LOCK_TIMEOUT_S, _TRIES, _PAUSE_S = 2, 30, 1.0
"""While a migration waits for a lock, requests wait behind it; so it gives up, and tries again after a pause."""


_LOCKED = ("55P03", "40P01")
_REVISION, _OLDEST = (f"SELECT {column} FROM alembic_version" for column in ("version_num", "oldest_code"))


class WrongSchema(Exception):
    """This code does not work with the database's revision."""


def alembic_config(connection: sa.Connection, zone: ZoneInfo | None = None) -> "Config":
    """Return Alembic's configuration for our migrations on an open connection; they read the clinic's zone from it."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes.update(connection=connection, zone=zone)
    return config


def upgrade(url: str, zone: ZoneInfo | None = None) -> None:
    """Migrate to HEAD and fill the laboratory's catalogue in one transaction, one process at a time.

    `zone` is the clinic's; a database with prescriptions of a revision before 0014 needs it. Raise WrongSchema when a row would
    reference a missing one.
    """
    if revision(url) == HEAD:
        return
    engine = sync_engine(url)
    if engine.dialect.name == "sqlite":
        sqlite.create_for_owner(Path(sa.make_url(url).database or ""))
        for pragma in _PRAGMAS:
            sa.event.listen(engine, "connect", lambda connection, _, pragma=pragma: connection.execute(pragma))
    try:
        for left in reversed(range(_TRIES)):
            try:
                with engine.begin() as connection:
                    _upgrade(connection, zone)
                return
            except sa.exc.DBAPIError as error:
                if not left or getattr(error.orig, "sqlstate", None) not in _LOCKED:
                    raise
            time.sleep(_PAUSE_S)
    finally:
        engine.dispose()


def _upgrade(connection: sa.Connection, zone: ZoneInfo | None) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    from careplus_tables.catalogue import fill
    from careplus_tables.locking import WAIT_FOR_TURN, Work

    config = alembic_config(connection, zone)
    if connection.dialect.name == "postgresql":
        connection.execute(WAIT_FOR_TURN, {"work": int(Work.MIGRATE)})
        connection.execute(sa.text(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT_S}s'"))
    command.upgrade(config, "head")
    fill(connection)
    oldest = oldest_code(ScriptDirectory.from_config(config))
    connection.execute(sa.text("UPDATE alembic_version SET oldest_code = :oldest"), {"oldest": oldest})
    if connection.dialect.name == "sqlite" and (broken := connection.execute(sa.text("PRAGMA foreign_key_check")).first()):
        raise WrongSchema(f"The migration would leave rows that reference missing rows: {tuple(broken)}")


def oldest_code(scripts: "ScriptDirectory") -> str:
    """Return the revision of the oldest code that works on the newest schema."""
    oldest = HEAD
    for script in scripts.walk_revisions():
        oldest = script.revision
        if not getattr(script.module, "older_code_works", False):
            break
    return oldest


def revision(url: str) -> str | None:
    """Return the database's revision, None for a new one. Create the folder of a new SQLite file."""
    if is_sqlite(url):
        file = Path(sa.make_url(url).database or "")
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            return None
        sqlite.restrict_to_owner(file)
    # a reader does not wait for a migration by another process
    engine = sync_engine(url, reader=True)
    with engine.connect() as connection:
        found = revision_of(connection)
    engine.dispose()
    return found


def revision_of(connection: sa.Connection) -> str | None:
    """Return the revision of a connection's database, None for a new one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found


def is_compatible(url: str) -> bool:
    """Return whether this code works on a database, at HEAD or newer."""
    engine = sync_engine(url, reader=True)
    with engine.connect() as connection:
        found = connection.execute(sa.text(_REVISION)).scalar()
        oldest = None if found == HEAD or found is None or found < HEAD else connection.execute(sa.text(_OLDEST)).scalar()
    engine.dispose()
    return _works(found, oldest)


async def check_schema(database: Database) -> None:
    """Raise WrongSchema unless this code works on the database's schema: at HEAD, or at a newer revision that says so."""
    await wait_for_schema(database, timeout_s=0)


async def wait_for_schema(database: Database, timeout_s: float = 60) -> None:
    """Wait until this code works on the schema. Raise WrongSchema at once if it is too new, otherwise after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while True:
        found = await _value(database, _REVISION)
        is_newer = found is not None and found > HEAD
        if _works(found, await _value(database, _OLDEST) if is_newer else None):
            return
        if is_newer or time.monotonic() >= deadline:
            raise WrongSchema(f"The database is at revision {found or 'none'}, this code needs {HEAD}. Run `careplus migrate`.")
        await asyncio.sleep(0.2)


def _works(found: str | None, oldest: str | None) -> bool:
    return found == HEAD or (oldest is not None and oldest <= HEAD)


async def _value(database: Database, query: str) -> str | None:
    async with database.reader.connect() as connection:
        try:
            found: str | None = (await connection.execute(sa.text(query))).scalar()
        except (sa.exc.OperationalError, sa.exc.ProgrammingError):
            return None
    return found
