"""A PostgreSQL server for the tests of one module; without it they are skipped, and fail in CI."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from careplus_tables.engine import sync_engine

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
SETTINGS = ("listen_addresses=", "fsync=off", "full_page_writes=off", "max_connections=40")


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the URL of an empty database on a server of its own, which listens on a socket only."""
    if not BINARIES:
        missing = "needs PostgreSQL under /usr/lib/postgresql; on Debian: apt-get install postgresql"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    # the server refuses to run as root
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="careplus-postgresql-"))
    if user:
        shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        command = [str(BINARIES[-1] / program), *arguments]
        subprocess.run(command, check=True, user=user, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    try:
        run("initdb", "--pgdata", data, "--username", "careplus", "--auth", "trust", "--no-sync", "--encoding", "UTF8")
        options = " ".join(f"-c {setting}" for setting in (*SETTINGS, f"unix_socket_directories={folder}"))
        run("pg_ctl", "--pgdata", data, "--wait", "--log", str(folder / "log"), "--options", options, "start")
        yield f"postgresql://careplus@/postgres?host={folder}"
    finally:
        run("pg_ctl", "--pgdata", data, "--wait", "--mode", "immediate", "stop")
        shutil.rmtree(folder)


def new_database(server: str, name: str) -> str:
    """Create a database and return its URL."""
    engine = sync_engine(server)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")
