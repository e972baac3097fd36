"""Consistent copies of a database that is in use: VACUUM INTO on SQLite, pg_dump of an exported snapshot on PostgreSQL."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from careplus_auth.backups.manifest import Facts
from careplus_auth.backups.plain_folder import plain_folder
from careplus_auth.backups.postgres_tools import command, last_line
from careplus_auth.backups.refusing import BackupFailed
from careplus_auth.store.audit_links import Head
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables import sqlite
from careplus_tables.audit_links import AuditLinkRow
from careplus_tables.columns import core
from careplus_tables.engine import is_sqlite, sync_engine

LINK = core(AuditLinkRow)
_HEAD = sa.select(LINK.c.number, LINK.c.mac).order_by(LINK.c.number.desc()).limit(1)


@contextmanager
def copied(settings: Settings) -> Iterator[tuple[Facts, IO[bytes]]]:
    """Yield the facts of a consistent copy, and the copy to read. Raise BackupFailed and errors of the database and the disk.

    A hospital with CAREPLUS_SCHEMA is copied without the others of its database. The end of the block raises BackupFailed when
    the copy was not complete.
    """
    with _sqlite_copy(settings) if is_sqlite(settings.database) else _postgresql_copy(settings) as copy:
        yield copy


def facts(connection: sa.Connection, at: datetime) -> Facts:
    """Return the time of the copy, the revision, the number of rows of each table, and the head of the audit chain."""
    names = sorted(sa.inspect(connection).get_table_names())
    quote = connection.dialect.identifier_preparer.quote
    tables = {name: connection.execute(sa.text(f"SELECT count(*) FROM {quote(name)}")).scalar_one() for name in names}
    revision = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
    head = connection.execute(_HEAD).first() if LINK.name in names else None
    return Facts(at=at, revision=revision, tables=tables, head=Head(head[0], bytes(head[1])) if head else None)


def check_sqlite(file: Path) -> None:
    """Raise BackupFailed unless a database file is intact and each reference has its row."""
    connection = sqlite.connect(str(file), reader=True)
    try:
        if (found := connection.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
            raise BackupFailed(f"the integrity check found: {found}")
        if (broken := connection.execute("PRAGMA foreign_key_check").fetchone()) is not None:
            raise BackupFailed(f"a row of {broken[0]} references a missing row of {broken[2]}")
    finally:
        connection.close()


@contextmanager
def _sqlite_copy(settings: Settings) -> Iterator[tuple[Facts, IO[bytes]]]:
    database = Path(sa.make_url(settings.database).database or "")
    if not database.exists():
        raise BackupFailed(f"there is no database at {database}")
    at = now()
    # beside the database, whose disk may be encrypted; the folder of backups may be elsewhere
    with plain_folder(database.parent, "backup") as folder:
        _check_space(database, settings.disk_floor_mib)
        copy = folder / "careplus.db"
        sqlite.create_for_owner(copy)
        connection = sqlite.connect(str(database), reader=False)
        try:
            connection.execute("VACUUM INTO ?", (str(copy),))
        finally:
            connection.close()
        check_sqlite(copy)
        engine = sync_engine(f"sqlite:///{copy}", reader=True)
        with engine.connect() as reading:
            found = facts(reading, at)
        engine.dispose()
        with copy.open("rb") as opened:
            yield found, opened


def _check_space(database: Path, floor_mib: int) -> None:
    """Raise BackupFailed when the copy would leave less free space than changes need: a backup stops no hospital."""
    wal = database.with_name(f"{database.name}-wal")
    needed = database.stat().st_size + (wal.stat().st_size if wal.exists() else 0)
    free = shutil.disk_usage(database.parent).free
    if free < needed + (floor_mib << 20):
        raise BackupFailed(
            f"{database.parent} has {free >> 20} MiB free; the copy needs {(needed >> 20) + 1}, and CAREPLUS_DISK_FLOOR_MIB"
            f" ({floor_mib}) stay free for changes"
        )


@contextmanager
def _postgresql_copy(settings: Settings) -> Iterator[tuple[Facts, IO[bytes]]]:
    url, schema = settings.database, settings.hospital_schema
    engine, at = sync_engine(url, reader=True), now()
    try:
        with engine.connect() as connection:
            # idle while pg_dump reads the same snapshot
            connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            snapshot = connection.execute(sa.text("SELECT pg_export_snapshot()")).scalar_one()
            found = facts(connection, at)
            own = (f"--schema={schema}",) if schema else ()
            options = ("--format=custom", "--compress=0", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", *own)
            with tempfile.TemporaryFile() as errors:
                dump = subprocess.Popen(
                    **command(url, "pg_dump", *options), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
                )
                try:
                    assert dump.stdout is not None
                    yield found, dump.stdout
                finally:
                    if dump.stdout is not None:
                        dump.stdout.close()
                    code = dump.wait()
                if code:
                    errors.seek(0)
                    raise BackupFailed(f"pg_dump: {last_line(errors.read())}")
    finally:
        engine.dispose()
