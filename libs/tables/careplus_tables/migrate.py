"""Migration to the newest schema, and the checks of services that wait for it."""

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from careplus_tables.engine import Database, is_sqlite, sync_engine

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = max(file.stem.split("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
"""The newest revision; revisions are numbered, so that services know it without loading Alembic."""
_PRAGMAS = (
    # rebuilding a table would otherwise delete the rows that reference it
    "PRAGMA foreign_keys=OFF",
    # another process's migration of a large database takes longer than a booking
    "PRAGMA busy_timeout=600000",
)


class WrongSchema(Exception):
    """The database is not at the revision that this code needs."""


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
    from alembic import command

    from careplus_tables.catalogue import fill

    engine = sync_engine(url)
    if engine.dialect.name == "sqlite":
        for pragma in _PRAGMAS:
            sa.event.listen(engine, "connect", lambda connection, _, pragma=pragma: connection.execute(pragma))
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(4242)"))
            command.upgrade(alembic_config(connection, zone), "head")
            fill(connection)
            if engine.dialect.name == "sqlite" and (broken := connection.execute(sa.text("PRAGMA foreign_key_check")).first()):
                raise WrongSchema(f"The migration would leave rows that reference missing rows: {tuple(broken)}")
    finally:
        engine.dispose()


def revision(url: str) -> str | None:
    """Return the database's revision, None for a new one. Create the folder of a new SQLite file."""
    if is_sqlite(url):
        file = Path(sa.make_url(url).database or "")
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            return None
    engine, found = sync_engine(url), None
    with engine.connect() as connection:
        if sa.inspect(connection).has_table("alembic_version"):
            found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    engine.dispose()
    return found


async def check_head(database: Database) -> None:
    """Raise WrongSchema unless the database is at HEAD."""
    await wait_for_head(database, timeout_s=0)


async def wait_for_head(database: Database, timeout_s: float = 60) -> None:
    """Wait until the database is at HEAD. Raise WrongSchema at once if it is newer, otherwise after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while (found := await _revision(database)) != HEAD:
        if (found is not None and found > HEAD) or time.monotonic() >= deadline:
            raise WrongSchema(f"The database is at revision {found or 'none'}, this code needs {HEAD}. Run `careplus migrate`.")
        await asyncio.sleep(0.2)


async def _revision(database: Database) -> str | None:
    async with database.reader.connect() as connection:
        try:
            found: str | None = (await connection.execute(sa.text("SELECT version_num FROM alembic_version"))).scalar()
        except (sa.exc.OperationalError, sa.exc.ProgrammingError):
            return None
    return found
