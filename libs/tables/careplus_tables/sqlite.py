"""SQLite as CarePlus wants it: the pysqlite3 wheel in place of the system's library, asserted new enough.

`careplus_tables` imports this first, before anything loads `aiosqlite`. Below 3.51.3 several processes that write one file in WAL
mode can hit the WAL-reset bug (sqlite.org/wal.html, "The WAL-Reset Bug") and lose what was committed.
"""

import sys
from pathlib import Path
from typing import Any

import pysqlite3
import pysqlite3.dbapi2

OLDEST = (3, 51, 3)

sys.modules["sqlite3"] = pysqlite3
sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # with NORMAL a power cut takes acknowledged bookings with it
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA journal_size_limit=67108864",
    "PRAGMA trusted_schema=OFF",
)
# WAL needs shared memory between the processes, which these do not give
NETWORK_FILE_SYSTEMS = ("nfs", "cifs", "smb", "fuse", "9p", "ceph", "glusterfs")


def pragmas(*, reader: bool) -> tuple[str, ...]:
    return (*PRAGMAS, "PRAGMA query_only=ON") if reader else PRAGMAS


def prepare(connection: Any, *, reader: bool) -> None:
    """Set a fresh connection up; a reader may not write."""
    cursor = connection.cursor()
    # asked of the connection itself: the library may have been loaded before it was replaced
    cursor.execute("SELECT sqlite_version()")
    version = cursor.fetchone()[0]
    if tuple(map(int, version.split("."))) < OLDEST:
        raise RuntimeError(f"SQLite {version} is too old; CarePlus needs {'.'.join(map(str, OLDEST))} or newer.")
    for pragma in pragmas(reader=reader):
        cursor.execute(pragma)
    cursor.close()


def refuse_network_file_system(folder: Path, mounts: Path = Path("/proc/mounts")) -> None:
    """Raise OSError where the folder lies on a file system that several processes cannot share a WAL on."""
    if not mounts.exists():
        return
    folder = folder.resolve()
    best, kind = Path("/"), ""
    for line in mounts.read_text().splitlines():
        _, point, file_system, *_ = line.split(" ")
        where = Path(point.replace("\\040", " "))
        if (where == folder or where in folder.parents) and len(where.parts) >= len(best.parts):
            best, kind = where, file_system
    if kind.startswith(NETWORK_FILE_SYSTEMS):
        raise OSError(f"{folder} lies on a network file system ({kind}); SQLite needs a local disk. Set CAREPLUS_DATA.")
