"""Two hospitals in two schemas of one PostgreSQL database, each as its own user: neither reaches the other's records."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from careplus_tables.locking import Work, alone
from tests import databases
from tests.hospital import ADMIN, PASSWORD, Hospital, eventually, free_port
from tests.postgresql import new_database, server_log, server_user
from tests.world import build

NAMES = ("clinic_a", "clinic_b")
TOUCHED = """
SELECT relname, seq_scan, idx_scan, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables
WHERE schemaname = %s ORDER BY relname"""


@dataclass
class Pair:
    """Two hospitals, not running, each with an administrator, and the URL of the database's administrator."""

    one: Hospital
    other: Hospital
    url: str

    def touched(self, schema: str) -> list[tuple[object, ...]]:
        """Return how often each table of a schema was read and changed, when no connection of a hospital is open any more."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            while connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = ANY(%s)", [list(NAMES)]
            ).fetchone() != (0,):
                connection.execute("SELECT pg_sleep(0.1)")
            return connection.execute(TOUCHED, [schema]).fetchall()


@pytest.fixture(scope="module")
def pair(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Yield the pair while the server logs each statement with its user."""
    url = new_database(server, "two_hospitals")
    hospitals = []
    for name in NAMES:
        folder = tmp_path_factory.mktemp(name)
        added = Hospital(folder, extra={"DATABASE_URL": url}).careplus("cluster", "add", name)
        assert added.returncode == 0, added.stderr
        settings = dict(line.split("=", 1) for line in added.stdout.splitlines())
        made = Hospital(folder, secret=settings.pop("SECRET_KEY"), extra=settings)
        created = made.careplus("admin", "create", "--email", ADMIN, "--name", "Ada Admin", stdin=f"{PASSWORD}\n")
        assert created.returncode == 0, created.stderr
        hospitals.append(made)
    for setting in ("log_line_prefix = '%m [%p] %u '", "log_statement = 'all'"):
        databases.execute(url, f"ALTER SYSTEM SET {setting}")
    databases.query(url, "SELECT pg_reload_conf()")
    yield Pair(hospitals[0], hospitals[1], url)
    databases.execute(url, "ALTER SYSTEM RESET ALL")
    databases.query(url, "SELECT pg_reload_conf()")


def test_hospital_touches_no_table_of_another(pair: Pair) -> None:
    before = {name: pair.touched(name) for name in NAMES}
    start = server_log().stat().st_size
    with pair.one.running(), build(pair.one, pair.one.sign_in(ADMIN)):
        pass
    after = {name: pair.touched(name) for name in NAMES}
    assert after["clinic_b"] == before["clinic_b"]
    changed = {row[0] for row, old in zip(after["clinic_a"], before["clinic_a"], strict=True) if row != old}
    assert {"accounts", "appointments", "lab_bookings", "prescriptions", "audit_links", "sessions"} <= changed
    lines = server_log().read_text()[start:].splitlines()
    statements = [line for line in lines if re.search(r"LOG:  (statement|execute)", line) and "] careplus " not in line]
    assert len(statements) > 1000
    assert {line.partition("] ")[2].split()[0] for line in statements} == {"clinic_a"}
    assert [line for line in statements if "clinic_b" in line or re.search(r"search_path|SET (SESSION|ROLE)", line)] == []


def test_two_hospitals_work_at_once_with_their_own_accounts(pair: Pair) -> None:
    with pair.one.running(), pair.other.running():
        people = [one.register("pat@example.org", name) for one, name in ((pair.one, "Pat Ashe"), (pair.other, "Pat Berg"))]
        for hospital, own, foreign in zip((pair.one, pair.other), people, reversed(people), strict=True):
            assert own.http.get("/auth/me").status_code == 200
            with hospital.client(foreign.token) as http:
                for path in ("/auth/me", "/api/appointments", "/api/prescriptions", "/api/labs/bookings"):
                    assert http.get(path).status_code == 401, path
            found = databases.query(hospital.database, "SELECT full_name FROM accounts WHERE email = 'pat@example.org'")
            assert len(found) == 1
        names = [one.http.get("/auth/me").json()["full_name"] for one in people]
        assert names == ["Pat Ashe", "Pat Berg"]
        for person in people:
            person.http.close()
        for hospital in (pair.one, pair.other):
            verified = hospital.careplus("audit", "verify")
            assert verified.returncode == 0, verified.stdout + verified.stderr


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


@contextmanager
def pooler(server: str, folder: Path) -> Iterator[int]:
    """Run PgBouncer in transaction mode, which refuses the start option of a search path, and yield its port."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("needs pgbouncer on PATH; on Debian: apt-get install pgbouncer")
    port, socket_folder = free_port(), parse_qs(urlsplit(server).query)["host"][0]
    (folder / "users").write_text("".join(f'"{name}" ""\n' for name in NAMES))
    settings = {"listen_addr": "127.0.0.1", "listen_port": port, "unix_socket_dir": "", "pool_mode": "transaction"}
    more = {"auth_type": "trust", "auth_file": folder / "users", "default_pool_size": 3, "logfile": folder / "log"}
    lines = [f"{name} = {value}" for name, value in (settings | more).items()]
    (folder / "ini").write_text("\n".join(["[databases]", f"* = host={socket_folder}", "[pgbouncer]", *lines, ""]))
    user = server_user()
    if user:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user)
    running = subprocess.Popen([program, "-q", str(folder / "ini")], user=user, cwd=folder, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: listens(port))
        yield port
    finally:
        running.terminate()
        running.wait(10)


def test_two_hospitals_share_a_pooler_in_transaction_mode(pair: Pair) -> None:
    with TemporaryDirectory() as folder, pooler(pair.url, Path(folder)) as port:
        pooled = []
        for hospital, name in zip((pair.one, pair.other), NAMES, strict=True):
            extra = {"DATABASE_URL": f"postgresql://{name}@127.0.0.1:{port}/two_hospitals", "CAREPLUS_DB_POOLER": "transaction"}
            pooled.append(replace(hospital, extra={**hospital.extra, **extra}, process=None))
        with pooled[0].running(), pooled[1].running():
            for number in range(4):
                for hospital, name in zip(pooled, NAMES, strict=True):
                    hospital.register(f"{name}_{number}@example.org", f"Pat {name}").http.close()
    for hospital, name in zip((pair.one, pair.other), NAMES, strict=True):
        found = databases.query(hospital.database, "SELECT email FROM accounts WHERE full_name LIKE 'Pat clinic%'")
        assert sorted(email for (email,) in found) == [f"{name}_{number}@example.org" for number in range(4)]


def test_locks_of_one_hospital_do_not_stop_another(pair: Pair) -> None:
    for work in Work:
        with alone(pair.one.database, work), psycopg.connect(pair.other.database, options="-c lock_timeout=2s") as connection:
            keys = connection.execute("SELECT classid, objid FROM pg_locks WHERE locktype = 'advisory'").fetchall()
            assert [number for _, number in keys] == [int(work)]
            with alone(pair.other.database, work):
                both = connection.execute("SELECT count(DISTINCT classid) FROM pg_locks WHERE locktype = 'advisory'").fetchone()
                assert both == (2,)
