"""The one step that changes the schema, and the checks of services that wait for it."""

import asyncio
import time
from pathlib import Path

import sqlalchemy as sa

from careplus_tables.engine import Database, is_sqlite, sync_engine

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = max(file.stem.split("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
"""Revisions are numbered, so that services know the newest without loading Alembic."""


_WHILE_MIGRATING = (
    # rebuilding a table would otherwise delete the rows that point at it
    "PRAGMA foreign_keys=OFF",
    # somebody else's migration of a large database takes longer than anybody's booking
    "PRAGMA busy_timeout=600000",
)


class WrongSchema(Exception):
    """The database is not at the revision that this code was written for."""


def upgrade(url: str) -> None:
    """Bring the database to HEAD and fill the laboratory's catalogue, all or nothing, one process at a time."""
    if revision(url) == HEAD:
        return
    from alembic import command
    from alembic.config import Config

    engine = sync_engine(url)
    if engine.dialect.name == "sqlite":
        for pragma in _WHILE_MIGRATING:
            sa.event.listen(engine, "connect", lambda connection, _, pragma=pragma: connection.execute(pragma))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(4242)"))
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        from careplus_tables.catalogue import fill

        fill(connection)
        if engine.dialect.name == "sqlite" and (broken := connection.execute(sa.text("PRAGMA foreign_key_check")).first()):
            raise WrongSchema(f"The migration would leave rows that point nowhere: {tuple(broken)}")
    engine.dispose()


def revision(url: str) -> str | None:
    """The revision the database is at; None for a new one. Makes the folder of a new SQLite file."""
    if is_sqlite(url):
        file = Path(sa.make_url(url).database or "")
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            return None
    engine = sync_engine(url)
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    engine.dispose()
    return found


async def check_head(database: Database) -> None:
    """Raise WrongSchema unless the database is at HEAD."""
    async with database.reader.connect() as connection:
        try:
            found = (await connection.execute(sa.text("SELECT version_num FROM alembic_version"))).scalar()
        except (sa.exc.OperationalError, sa.exc.ProgrammingError):
            found = None
    if found != HEAD:
        raise WrongSchema(f"The database is at revision {found or 'none'}, this code needs {HEAD}. Run `careplus migrate`.")


async def wait_for_head(database: Database, patience_s: float = 60) -> None:
    """Wait until somebody has migrated to HEAD. Raises WrongSchema at once for a newer one, else after `patience_s`."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            await check_head(database)
        except WrongSchema as wrong:
            found = str(wrong).split("revision ")[1].split(",")[0]
            if (found != "none" and found > HEAD) or time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)
        else:
            return
