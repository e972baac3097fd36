"""`CAREPLUS_DB_POOLER=transaction` behind a real PgBouncer, which gives each transaction another of few connections."""

import asyncio
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from careplus_tables.engine import Database
from careplus_tables.postgresql import PostgresOptions
from tests import postgresql
from tests.concurrency.conftest import PostgresHospital
from tests.hospital import ADMIN, LOCAL_HTTP, Person, eventually, free_port, free_times

CONNECTIONS = 4
"""Of the pooler to the server; the services open up to 32 to the pooler."""
CALLERS, ROUNDS = 12, 6
CONFIGURATION = """\
[databases]
{name} = host={folder} user=careplus
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 200
"""


@dataclass(frozen=True)
class Pooler:
    """A pooler, and the database behind it."""

    url: str
    direct_url: str


def program() -> str:
    """Return the path of PgBouncer. Without it skip, and fail in CI."""
    found = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if not found:
        missing = "needs PgBouncer on PATH or in /usr/sbin; on Debian: apt-get install pgbouncer"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def pooler(server: str) -> Iterator[Pooler]:
    pgbouncer, folder, port = program(), postgresql.new_folder(), free_port()
    direct = postgresql.new_database(server, "pooled")
    configuration = folder / "pgbouncer.ini"
    socket_folder = direct.split("host=")[1]
    configuration.write_text(CONFIGURATION.format(name="pooled", folder=socket_folder, port=port, connections=CONNECTIONS))
    with (folder / "log").open("wb") as log:
        command = [pgbouncer, str(configuration)]
        process = subprocess.Popen(command, user=postgresql.server_user(), cwd=folder, stdout=log, stderr=log)
    url = f"postgresql://careplus@127.0.0.1:{port}/pooled"
    try:
        eventually(lambda: answers(url, process, folder / "log"))
        yield Pooler(url, direct)
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder)


def answers(url: str, process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture(scope="module")
def hospital(pooler: Pooler, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresHospital]:
    pooled = PostgresHospital(tmp_path_factory.mktemp("hospital"), url_of_database=pooler.url)
    pooled.extra["CAREPLUS_DB_POOLER"] = "transaction"
    with pooled.running_with_admin() as running:
        yield running


@pytest.fixture
def patients(hospital: PostgresHospital) -> Iterator[list[Person]]:
    people = [hospital.register(f"pooled-{number}@example.org", f"P {number}") for number in range(CALLERS)]
    yield people
    for person in people:
        person.http.close()


async def test_storm_behind_pooler_books_each_time_once(
    hospital: PostgresHospital, pooler: Pooler, patients: list[Person]
) -> None:
    admin = hospital.sign_in(ADMIN)
    doctor = hospital.add_doctor(admin, "pooled@example.org", "Dr Pooled", "Cardiology")
    times = free_times(doctor.http, doctor.id, days=14)[48:]
    statuses: Counter[str] = Counter()
    limits = httpx.Limits(max_connections=4 * CALLERS)
    async with httpx.AsyncClient(base_url=hospital.url, timeout=60, limits=limits, **LOCAL_HTTP) as http:

        async def send(method: str, path: str, person: Person, body: object = None) -> None:
            answer = await http.request(method, path, json=body, headers={"Authorization": f"Bearer {person.token}"})
            statuses[f"{method} {answer.status_code}"] += 1

        for at in times[:ROUNDS]:
            body = {"doctor_id": doctor.id, "starts_at": at.isoformat()}
            books = [send("POST", "/api/appointments", person, body) for person in patients]
            reads = [send("GET", path, person) for person in patients for path in ("/api/appointments", "/api/prescriptions")]
            await asyncio.gather(*books, *reads)
    assert statuses == {"POST 201": ROUNDS, "POST 409": ROUNDS * (CALLERS - 1), "GET 200": 2 * ROUNDS * CALLERS}
    with psycopg.connect(pooler.direct_url) as connection:
        others = "SELECT pid FROM pg_stat_activity WHERE datname = 'pooled' AND usesysid IS NOT NULL AND pid <> pg_backend_pid()"
        assert 0 < len(connection.execute(others).fetchall()) <= CONNECTIONS
    for person in (admin, doctor):
        person.http.close()
    assert hospital.careplus("audit", "verify").returncode == 0


async def test_pooler_refuses_settings_of_a_connection(pooler: Pooler) -> None:
    """The setting is needed: services without it set limits when they connect, which PgBouncer refuses."""
    database = Database(pooler.url, PostgresOptions(has_pooler=False, has_timeouts=True))
    with pytest.raises(psycopg.OperationalError, match="unsupported startup parameter"):
        await database.direct.fetch("SELECT 1", ())
    await database.close()
