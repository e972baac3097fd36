"""A PostgreSQL server for the tests of one process; without it they are skipped, and fail in CI."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from careplus_tables.engine import sync_engine

QUICK = ("fsync=off", "full_page_writes=off")
"""Settings of a server whose data no test keeps."""
_folders: list[Path] = []
"""The folder of this process's server while it runs."""


def binaries() -> Path | None:
    """Return the folder of the server's programs: of the first `initdb` on PATH, or where Debian installs them."""
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the URL of the server, for `new_database`."""
    yield server()


def server(settings: tuple[str, ...] = QUICK) -> str:
    """Start the server of this process, which listens on a socket only, unless it runs; return its URL."""
    if not binaries():
        missing = "needs PostgreSQL on PATH or under /usr/lib/postgresql; on Debian: apt-get install postgresql"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    if not _folders:
        _folders.append(new_folder())
        start_new(_folders[0], "listen_addresses=", "max_connections=400", *settings)
    return f"postgresql://careplus@/postgres?host={_folders[0]}"


def processes() -> list[int]:
    """Return the ids of the server's processes: itself and one for each connection."""
    server = int((_folders[0] / "data" / "postmaster.pid").read_text().splitlines()[0])
    return [server, *map(int, Path(f"/proc/{server}/task/{server}/children").read_text().split())]


def server_log() -> Path:
    """Return the file of the server's log."""
    return _folders[0] / "log"


def stop() -> None:
    """Stop the server of this process and delete its data."""
    while _folders:
        stop_in(_folders.pop())


@contextmanager
def tls_server(certificate: Path, port: int) -> Iterator[str]:
    """Yield the URL of a server of its own, with the `tls.crt` and `tls.key` of a folder; on 127.0.0.1 it takes TLS only."""
    folder = new_folder()
    for name in ("tls.crt", "tls.key"):
        shutil.copy(certificate / name, folder)
        if user := server_user():
            shutil.chown(folder / name, user)
    rules = "local all all trust\nhostssl all all 127.0.0.1/32 trust\n"
    files = (f"ssl_cert_file={folder}/tls.crt", f"ssl_key_file={folder}/tls.key")
    start_new(folder, f"port={port}", "listen_addresses=127.0.0.1", "ssl=on", *files, *QUICK, rules=rules)
    try:
        yield f"postgresql://careplus@/postgres?host={folder}&port={port}"
    finally:
        stop_in(folder)


def new_folder() -> Path:
    """Make a folder of the account that runs the server."""
    folder = Path(tempfile.mkdtemp(prefix="careplus-postgresql-"))
    if user := server_user():
        shutil.chown(folder, user)
    return folder


def start_new(folder: Path, *settings: str, rules: str | None = None) -> None:
    """Make a server's data and start it; `rules` replaces its `pg_hba.conf`."""
    run(folder, "initdb", "--username", "careplus", "--auth", "trust", "--no-sync", "--encoding", "UTF8")
    if rules is not None:
        (folder / "data" / "pg_hba.conf").write_text(rules)
    start(folder, *settings)


def start(folder: Path, *settings: str) -> None:
    """Start a server on the data of its folder."""
    options = " ".join(f"-c {setting}" for setting in (f"unix_socket_directories={folder}", *settings))
    run(folder, "pg_ctl", "--wait", "--log", str(folder / "log"), "--options", options, "start")


def stop_in(folder: Path) -> None:
    """End a server at once, unless it has ended, and delete its folder."""
    if (folder / "data" / "postmaster.pid").exists():
        run(folder, "pg_ctl", "--wait", "--mode", "immediate", "stop")
    shutil.rmtree(folder)


def server_user() -> str | None:
    """Return the account that runs the server, which refuses to run as root."""
    if os.geteuid() != 0:
        return None
    return "postgres" if any(one.pw_name == "postgres" for one in pwd.getpwall()) else "nobody"


def run(folder: Path, program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on the data of a folder, as the account of the server."""
    found = binaries()
    assert found is not None
    command = [str(found / program), "--pgdata", str(folder / "data"), *arguments]
    subprocess.run(command, check=True, user=server_user(), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def new_database(server: str, name: str, template: str = "template1") -> str:
    """Create a database as a copy of the template, and return its URL."""
    engine = sync_engine(server)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")
