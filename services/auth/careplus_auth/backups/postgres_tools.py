"""pg_dump and pg_restore: where they are, and how they connect. The password is never an argument, which others could read."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from careplus_auth.backups.refusing import BackupFailed
from careplus_tables.engine import sync_engine

DEBIAN = Path("/usr/lib/postgresql")


def tool(name: str) -> str:
    """Return the path of a program of PostgreSQL. Raise BackupFailed."""
    newest = sorted(DEBIAN.glob(f"*/bin/{name}"), key=lambda path: (len(path.parts[4]), path.parts[4]), reverse=True)
    found = shutil.which(name) or next(map(str, newest), None)
    if found is None:
        raise BackupFailed(
            f"{name} was not found on PATH or in {DEBIAN}: install the client programs of PostgreSQL, of the server's version"
            " or newer (Debian: apt-get install postgresql-client), or let the provider of the server back it up"
        )
    return found


def command(url: str, name: str, *options: str) -> dict[str, Any]:
    """Return the arguments of subprocess for a program that connects to the database. Raise BackupFailed."""
    from psycopg.conninfo import make_conninfo

    engine = sync_engine(url)
    _, parameters = engine.dialect.create_connect_args(engine.url)
    engine.dispose()
    # the dialect adds its own
    parameters.pop("context", None)
    password = parameters.pop("password", None)
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    return {"args": [tool(name), *options, "--dbname", make_conninfo(**parameters)], "env": environment}


def last_line(errors: bytes) -> str:
    """Return the last line of a program's output, for a message."""
    lines = errors.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it gave no reason"


def run(url: str, name: str, *options: str) -> None:
    """Run a program to its end. Raise BackupFailed with its last line."""
    done = subprocess.run(**command(url, name, *options), stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        raise BackupFailed(f"{name}: {last_line(done.stderr)}")


def listed(dump: Path) -> str:
    """Return the table of contents of a dump. Raise BackupFailed."""
    command = [tool("pg_restore"), "--list", str(dump)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603 - no shell, no text of a request
    if done.returncode:
        raise BackupFailed(f"pg_restore: {last_line(done.stderr)}")
    return done.stdout.decode()
