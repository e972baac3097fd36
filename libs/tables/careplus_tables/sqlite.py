"""SQLite connections, opened with pysqlite3: its wheel bundles SQLite 3.53.2 or newer; Python's sqlite3 has the system's.

Below 3.53.2 a crafted file can corrupt memory in the full-text search (CVE-2026-11822, CVE-2026-11824).
Below 3.51.3 several processes that write one file in WAL mode can hit the WAL-reset bug (sqlite.org/wal.html, "The WAL-Reset
Bug") and lose committed data.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiosqlite
from pysqlite3 import dbapi2
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_dbapi

from careplus_tables.fetched_cursor import FetchedCursor

MINIMUM_VERSION = (3, 53, 2)
PATIENCE_S = 5
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # NORMAL would lose acknowledged bookings in a power cut
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={PATIENCE_S * 1000}",
    "PRAGMA journal_size_limit=67108864",
    "PRAGMA trusted_schema=OFF",
)
# WAL needs shared memory between processes, which these do not provide
NETWORK_FILE_SYSTEMS = ("nfs", "cifs", "smb", "fuse", "9p", "ceph", "glusterfs")


def pragmas(*, reader: bool) -> tuple[str, ...]:
    """Return the settings of a connection; a reader cannot write."""
    return (*PRAGMAS, "PRAGMA query_only=ON") if reader else PRAGMAS


def connect(file: str, *, reader: bool) -> Any:
    """Open the file in autocommit mode. Raise RuntimeError when pysqlite3 bundles an older SQLite than MINIMUM_VERSION."""
    if dbapi2.sqlite_version_info < MINIMUM_VERSION:
        oldest = ".".join(map(str, MINIMUM_VERSION))
        raise RuntimeError(f"SQLite {dbapi2.sqlite_version} is too old; CarePlus needs {oldest} or newer.")
    connection = dbapi2.connect(file, isolation_level=None, factory=_RawConnection)
    try:
        for pragma in pragmas(reader=reader):
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_alone(file: str) -> Any:
    """Open an existing file for reading, in a transaction, and keep all other processes out until it is closed.

    Raise OperationalError when a process has the file open: in WAL mode each keeps a shared lock.
    """
    connection = dbapi2.connect(f"{Path(file).absolute().as_uri()}?mode=rw", uri=True, timeout=PATIENCE_S, isolation_level=None)
    try:
        for statement in ("PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE", "PRAGMA query_only=ON"):
            connection.execute(statement)
    except BaseException:
        connection.close()
        raise
    return connection


class _RawConnection(dbapi2.Connection):  # type: ignore[misc] # pysqlite3 has no types
    """pysqlite3's connection; `executescript` also accepts a function of the connection."""

    def executescript(self, script: Any) -> Any:
        return script(self) if callable(script) else super().executescript(script)


class AsyncConnection(aiosqlite.Connection):
    """aiosqlite's connection, opened with pysqlite3."""

    def __init__(self, file: str, *, reader: bool, **_: Any) -> None:
        super().__init__(lambda: connect(file, reader=reader), iter_chunk_size=64)

    def cursor(self) -> FetchedCursor:  # type: ignore[override] # an own cursor instead of one that is awaited
        """Return a cursor for SQLAlchemy."""
        return FetchedCursor(self.run)

    async def run(self, work: Callable[[Any], None]) -> None:
        """Run `work` on the driver's own connection, in the connection's thread. Raise its errors."""
        # the one public method of aiosqlite that passes a single argument to the driver as it is
        await self.executescript(work)


_AIOSQLITE = SimpleNamespace(
    **{**vars(dbapi2), "Connection": AsyncConnection, "connect": AsyncConnection, "__version__": aiosqlite.__version__}
)
ASYNC_DRIVER = AsyncAdapt_aiosqlite_dbapi(_AIOSQLITE, dbapi2)  # type: ignore[arg-type] # a namespace with a module's attributes
"""The `module` of SQLAlchemy's async engines: aiosqlite with the connections and the exception classes of pysqlite3."""


def create_for_owner(file: Path) -> None:
    """Create an empty file that only its owner can read; SQLite gives the files beside it the same mode."""
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))


def restrict_to_owner(file: Path) -> None:
    """Take the file, and the two that WAL mode keeps beside it, from everybody but its owner. Raise PermissionError."""
    for one in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        if one.exists() and (mode := stat.S_IMODE(one.stat().st_mode)) & 0o077:
            one.chmod(mode & 0o700)


def refuse_network_file_system(folder: Path, mounts: Path = Path("/proc/mounts")) -> None:
    """Raise OSError when the folder lies on a file system that several processes cannot share a WAL on."""
    if not mounts.exists():
        return
    folder = folder.resolve()
    mount, kind = Path("/"), ""
    for line in mounts.read_text().splitlines():
        _, point, file_system, *_ = line.split(" ")
        path = Path(point.replace("\\040", " "))
        if (path == folder or path in folder.parents) and len(path.parts) >= len(mount.parts):
            mount, kind = path, file_system
    if kind.startswith(NETWORK_FILE_SYSTEMS):
        raise OSError(f"{folder} lies on a network file system ({kind}); SQLite needs a local disk. Set CAREPLUS_DATA.")
