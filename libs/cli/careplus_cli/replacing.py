"""Put a checked SQLite file in place of the database, which no process has open, and keep the old one."""

import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa
from pysqlite3 import dbapi2

from careplus_cli.services import SERVICES
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables import sqlite

SQLITE_LOCK_BYTES = (0x40000000, 512)
"""Where SQLite locks a file (sqlite.org/fileformat.html, "The Lock-Byte Page"); connections in WAL mode share the lock."""
RUNNING = "Services run: stop them first"


class CannotRestore(Exception):
    """A backup is not restored; the message is one line with the reason and the remedy."""


def database_file(settings: Settings) -> Path:
    """Return the SQLite file of the hospital."""
    return Path(sa.make_url(settings.database).database or "")


def check_stopped(settings: Settings) -> None:
    """Raise CannotRestore while a process has the database open, or one of the hospital's addresses answers."""
    for service in ("gateway", *SERVICES):
        # addresses that are not set may be those of another hospital
        if service == "gateway" or f"{service}_url" in settings.model_fields_set:
            address = settings.listen_address(service)
            if _is_open(address):
                raise CannotRestore(f"{RUNNING} (something answers at {address[0]}:{address[1]})")
    with _locked(database_file(settings)):
        pass


def replace(settings: Settings, copy: Path) -> Path | None:
    """Put the copy in place of the database. Return the folder of the old one, None where there was none.

    Raise CannotRestore while a process has the database open. Power cuts leave the old or the new database in place.
    """
    check_stopped(settings)
    database = database_file(settings)
    kept = database.with_name(f"{database.name}-before-{now():%Y-%m-%dT%H%M%S.%f}Z")
    kept.mkdir(mode=0o700)
    wal = database.with_name(f"{database.name}-wal")
    # SQLite deletes the log of a damaged file
    with suppress(FileNotFoundError):
        os.link(wal, kept / wal.name)
    try:
        if database.exists() and _end_wal(database):
            (kept / wal.name).unlink(missing_ok=True)
    except CannotRestore:
        shutil.rmtree(kept)
        raise
    with _locked(database):
        if database.exists():
            os.link(database, kept / database.name)
        # SQLite would write an old log into the new file
        for left in (wal, database.with_name(f"{database.name}-shm")):
            left.unlink(missing_ok=True)
        _sync(kept)
        copy.rename(database)
        _sync(database.parent)
    if any(kept.iterdir()):
        return kept
    kept.rmdir()
    return None


def _end_wal(database: Path) -> bool:
    """Write the write-ahead log back into the old file, so that it is complete alone. Return False for a damaged file."""
    connection = dbapi2.connect(str(database), isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
    except dbapi2.OperationalError as error:
        if "locked" in str(error):
            raise CannotRestore(f"{RUNNING} ({database} is in use)") from None
        return False
    except dbapi2.DatabaseError:
        return False
    finally:
        connection.close()
    return True


@contextmanager
def _locked(database: Path) -> Iterator[None]:
    """Hold SQLite's exclusive lock of the file, also of a damaged one. Raise CannotRestore while another process has it open."""
    if not database.exists():
        yield
        return
    sqlite.restrict_to_owner(database)
    start, length = SQLITE_LOCK_BYTES
    with database.open("r+b") as opened:
        try:
            fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
        except OSError:
            raise CannotRestore(f"{RUNNING} ({database} is in use)") from None
        yield


def _is_open(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=1).close()
    except OSError:
        return False
    return True


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    os.fsync(opened)
    os.close(opened)
