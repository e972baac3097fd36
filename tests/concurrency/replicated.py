"""A PostgreSQL primary and its synchronous standby."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests import postgresql
from tests.hospital import eventually

SETTINGS = ("listen_addresses=127.0.0.1", "max_connections=200", *postgresql.QUICK)
SYNCHRONOUS = ("synchronous_standby_names = 'standby'", "synchronous_commit = remote_apply")
"""The primary confirms a commit when the standby has applied it."""


@dataclass(frozen=True)
class Pair:
    """The folders and the ports of both servers."""

    primary: Path
    standby: Path
    ports: tuple[int, int]

    @property
    def url(self) -> str:
        """The URL of the server that takes changes."""
        first, second = self.ports
        return f"postgresql://careplus@127.0.0.1:{first},127.0.0.1:{second}/postgres?target_session_attrs=read-write"

    def kill_primary(self) -> None:
        """End all processes of the primary without a checkpoint."""
        postgresql.run(self.primary, "pg_ctl", "--wait", "--mode", "immediate", "stop")

    def promote_standby(self) -> None:
        """Return when the standby takes changes."""
        postgresql.run(self.standby, "pg_ctl", "--wait", "promote")


@contextmanager
def replicated(first: int, second: int) -> Iterator[Pair]:
    """Yield a primary and its standby on two ports of 127.0.0.1."""
    # skips without PostgreSQL
    postgresql.server()
    pair = Pair(postgresql.new_folder(), postgresql.new_folder(), (first, second))
    try:
        postgresql.start_new(pair.primary, f"port={first}", *SETTINGS)
        source = f"host=127.0.0.1 port={first} user=careplus application_name=standby"
        backup = ("--dbname", source, "--write-recovery-conf", "--checkpoint", "fast")
        postgresql.run(pair.standby, "pg_basebackup", *backup)
        postgresql.start(pair.standby, f"port={second}", *SETTINGS)
        with psycopg.connect(f"postgresql://careplus@127.0.0.1:{first}/postgres", autocommit=True) as connection:
            for setting in SYNCHRONOUS:
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")
            state = "SELECT sync_state FROM pg_stat_replication"
            eventually(lambda: connection.execute(state).fetchall() == [("sync",)])
        yield pair
    finally:
        for folder in (pair.standby, pair.primary):
            postgresql.stop_in(folder)
