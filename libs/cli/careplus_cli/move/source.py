"""The database that `careplus move` reads: undamaged, of this version, and open in no other process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from pysqlite3 import dbapi2

from careplus_cli.move.refusals import IN_USE, CannotMove, check_revision
from careplus_cli.move.sessions import lock_tables, refuse_other_sessions
from careplus_tables import sqlite
from careplus_tables.accounts import AccountRow
from careplus_tables.columns import core
from careplus_tables.engine import is_sqlite, sync_engine
from careplus_tables.migrate import revision, revision_of

DAMAGED = "The file is damaged ({}). Restore a copy of it and move that."


@contextmanager
def opened_source(url: str) -> Iterator[sa.Connection]:
    """Yield a connection that reads one state of the database, which no process can change meanwhile.

    Raise CannotMove, and the errors of SQLAlchemy.
    """
    with _file(url) if is_sqlite(url) else _server(url) as connection:
        if connection.execute(sa.select(sa.func.count()).select_from(core(AccountRow))).scalar_one() == 0:
            raise CannotMove("The source has no accounts, so there is no hospital to move. Check DATABASE_URL and CAREPLUS_DATA.")
        yield connection


@contextmanager
def _file(url: str) -> Iterator[sa.Connection]:
    file = Path(sa.make_url(url).database or "")
    if not file.is_file():
        raise CannotMove(f"There is no database {file}. Check DATABASE_URL and CAREPLUS_DATA.")
    engine = sa.create_engine(
        sa.make_url(url).set(drivername="sqlite+pysqlite"),
        module=dbapi2,
        creator=lambda: sqlite.connect_alone(str(file)),
        poolclass=sa.NullPool,
        hide_parameters=True,
    )
    try:
        with engine.connect() as connection:
            for check in ("integrity_check(1)", "foreign_key_check"):
                found = connection.exec_driver_sql(f"PRAGMA {check}").first()
                if found is not None and tuple(found) != ("ok",):
                    raise CannotMove(DAMAGED.format(" ".join(f"{found}".split())))
            check_revision(revision_of(connection), "source")
            yield connection
    except sa.exc.DatabaseError as error:
        code = getattr(error.orig, "sqlite_errorname", "")
        if code == "SQLITE_BUSY":
            raise CannotMove(f"The source is in use. {IN_USE}") from None
        if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise CannotMove(DAMAGED.format(error.orig)) from None
        raise


@contextmanager
def _server(url: str) -> Iterator[sa.Connection]:
    check_revision(revision(url), "source")
    engine = sync_engine(url, reader=True)
    try:
        with engine.connect() as connection:
            # before the first query, whose snapshot the transaction keeps
            lock_tables(connection, "source", "EXCLUSIVE")
            refuse_other_sessions(connection, "source")
            yield connection
    finally:
        engine.dispose()
