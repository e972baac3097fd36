"""Failover: the primary is killed while patients book, its standby is promoted, and no acknowledged booking is lost."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from careplus_tables.engine import Database
from careplus_tables.postgresql import PostgresOptions
from tests.concurrency.conftest import PostgresHospital
from tests.concurrency.replicated import Pair, replicated
from tests.hospital import ADMIN, LOCAL_HTTP, Person, free_port, free_times
from tests.postgresql import new_database

CALLERS = 6
BEFORE = 5 * CALLERS
"""Bookings before the primary is killed."""
OUTAGE_S = 1.5
LONGEST_S = 1.0
"""From the promotion to the first booking."""


@pytest.fixture
def pair() -> Iterator[Pair]:
    with replicated(free_port(), free_port()) as servers:
        yield servers


@dataclass
class Load:
    """The answers that callers get until `ended`."""

    http: httpx.AsyncClient
    statuses: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[int, float] = field(default_factory=dict)
    """Visits, each with the time of its acknowledgement; `forget_times` moves them to `before`."""
    before: set[int] = field(default_factory=set)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    killed_at: float = 0
    ended: bool = False

    async def book(self, patient: Person, doctor_id: int, times: list[datetime]) -> None:
        """Book one time after the other; repeat each with its key until it is acknowledged."""
        for at in times:
            body = {"doctor_id": doctor_id, "starts_at": at.isoformat()}
            headers = {**_bearer(patient), "Idempotency-Key": f"{patient.id} {at.isoformat()}"}
            while not self.ended:
                if await self._is_acknowledged(body, headers):
                    break
                await asyncio.sleep(0.05)

    async def _is_acknowledged(self, body: dict[str, object], headers: dict[str, str]) -> bool:
        sent = time.monotonic()
        answer = await self.http.post("/api/appointments", json=body, headers=headers)
        self._count("POST", answer)
        if answer.status_code != 201:
            return False
        async with self.changed:
            if sent < self.killed_at:
                self.before.add(answer.json()["id"])
            else:
                self.acknowledged[answer.json()["id"]] = time.monotonic()
            self.changed.notify_all()
        return True

    async def read(self, patient: Person) -> None:
        while not self.ended:
            self._count("GET", await self.http.get("/api/appointments", headers=_bearer(patient)))
            await asyncio.sleep(0.05)

    async def until_acknowledged(self, count: int) -> None:
        async with asyncio.timeout(60), self.changed:
            await self.changed.wait_for(lambda: len(self.acknowledged) >= count)

    def forget_times(self) -> None:
        """Count only requests that are sent from now on."""
        self.killed_at = time.monotonic()
        self.before |= self.acknowledged.keys()
        self.acknowledged.clear()

    def _count(self, method: str, answer: httpx.Response) -> None:
        waits = " with Retry-After" if "retry-after" in answer.headers else ""
        self.statuses[f"{method} {answer.status_code}{waits}"] += 1


def _bearer(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.token}"}


@pytest.fixture
def hospital(pair: Pair, tmp_path: Path) -> Iterator[PostgresHospital]:
    with PostgresHospital(tmp_path, url_of_database=new_database(pair.url, "failover")).running_with_admin() as running:
        yield running


@pytest.fixture
def callers(hospital: PostgresHospital) -> Iterator[tuple[Person, list[Person]]]:
    """Yield a doctor with free times, and patients."""
    admin = hospital.sign_in(ADMIN)
    doctor = hospital.add_doctor(admin, "storm@example.org", "Dr Storm", "Cardiology", slot_minutes=15)
    patients = [hospital.register(f"{number}@example.org", f"P {number}") for number in range(CALLERS)]
    yield doctor, patients
    for person in (admin, doctor, *patients):
        person.http.close()


async def test_failover_loses_no_acknowledged_booking(
    pair: Pair, hospital: PostgresHospital, callers: tuple[Person, list[Person]]
) -> None:
    doctor, patients = callers
    times = free_times(doctor.http, doctor.id, days=14)[96:]
    limits = httpx.Limits(max_connections=4 * CALLERS)
    async with httpx.AsyncClient(base_url=hospital.url, timeout=60, limits=limits, **LOCAL_HTTP) as http:
        load = Load(http)
        working = [load.read(patient) for patient in patients]
        working += [load.book(patient, doctor.id, times[number::CALLERS]) for number, patient in enumerate(patients)]
        failing_over = asyncio.create_task(_fail_over(pair, load))
        await asyncio.gather(failing_over, *working)
    waited = min(load.acknowledged.values()) - failing_over.result()
    logging.getLogger(__name__).info("first booking %.2f s after the promotion; answers %s", waited, dict(load.statuses))
    assert load.statuses.keys() == {"POST 201", "POST 503 with Retry-After", "GET 200", "GET 503 with Retry-After"}
    lost = (load.before | load.acknowledged.keys()) - {visit for (visit,) in hospital.rows("SELECT id FROM appointments")}
    assert not lost, f"{len(lost)} acknowledged bookings are lost"
    assert waited < LONGEST_S, f"the first booking came {waited:.2f} s after the promotion: {load.statuses}"
    hospital.wait_until_ready()
    verified = hospital.careplus("audit", "verify")
    assert verified.returncode == 0, verified.stderr


async def _fail_over(pair: Pair, load: Load) -> float:
    """Kill the primary, promote the standby, and end the load after more bookings; return the time of the promotion."""
    try:
        await load.until_acknowledged(BEFORE)
        await asyncio.to_thread(pair.kill_primary)
        load.forget_times()
        await asyncio.sleep(OUTAGE_S)
        await asyncio.to_thread(pair.promote_standby)
        promoted = time.monotonic()
        await load.until_acknowledged(BEFORE)
        return promoted
    finally:
        load.ended = True


async def test_readers_connect_by_target_session_attrs(pair: Pair) -> None:
    """A reader's connection is read-only, which `read-write` would refuse on both servers."""
    database = Database(pair.url, PostgresOptions(has_pooler=False))
    assert await database.direct.fetch("SELECT pg_is_in_recovery(), current_setting('transaction_read_only')", ()) == [
        (False, "on")
    ]
    await database.close()
