"""A whole hospital under callers who send half a request, far too much, or go on while its parts end and start again."""

import asyncio
import os
import re
import secrets
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from tests.gateway.journal import pid_of
from tests.hospital import NEARBY, Hospital, Person, free_times, only_linux
from tests.world import World

MIB = 2**20
HALVES = (
    b"",
    b"GET /api/doctors",
    b"GET /api/doctors HTTP/1.1\r\nhost: x\r\nx-a: ",
    b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{",
    b"POST /auth/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{",
)


def peak_mib(pid: int) -> float:
    """The most memory that a process has ever held."""
    [kib] = re.findall(r"^VmHWM:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(kib) / 1024


def sent_of(connection: socket.socket, head: bytes, part: bytes, parts: int) -> int:
    """How much is taken before the other side closes."""
    connection.sendall(head)
    taken = 0
    try:
        for _ in range(parts):
            connection.sendall(part)
            taken += len(part)
    except OSError:
        pass
    return taken


@only_linux
@pytest.mark.parametrize("told", [True, False], ids=["with a length", "in chunks"])
def test_bodies_of_200_mb_are_not_held(hospital: Hospital, told: bool) -> None:
    pid = pid_of(hospital, "gateway")
    # forget the peaks of tests before
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    before = peak_mib(pid)
    framing = b"content-length: 209715200" if told else b"transfer-encoding: chunked"
    head = b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n" + framing + b"\r\n\r\n"
    part = b" " * MIB if told else b"100000\r\n" + b" " * MIB + b"\r\n"
    with ExitStack() as held:
        callers = [held.enter_context(socket.create_connection(("127.0.0.1", hospital.port), timeout=10)) for _ in range(20)]
        with ThreadPoolExecutor(len(callers)) as at_once:
            taken = list(at_once.map(lambda caller: sent_of(caller, head, part, 200), callers))
    assert max(taken) < 100 * MIB
    assert peak_mib(pid) - before < 50
    with hospital.client() as http:
        assert http.get("/api/doctors").status_code == 200


async def serve_others(http: httpx.AsyncClient, stop: asyncio.Event) -> list[float]:
    """Seconds that each of them took."""
    took = []
    while not stop.is_set():
        began = time.monotonic()
        assert (await http.get("/api/doctors")).status_code == 200
        took.append(time.monotonic() - began)
        await asyncio.sleep(0.02)
    return sorted(took)


@pytest.mark.attack
async def test_a_thousand_half_sent_requests_are_closed_while_others_are_served(hospital: Hospital) -> None:
    async def close_of(number: int) -> float:
        reader, writer = await asyncio.open_connection("127.0.0.1", hospital.port)
        began = time.monotonic()
        writer.write(HALVES[number % len(HALVES)])
        assert await reader.read() == b""
        writer.close()
        return time.monotonic() - began

    stop = asyncio.Event()
    async with httpx.AsyncClient(base_url=hospital.url, timeout=30, **NEARBY) as http:
        others = asyncio.create_task(serve_others(http, stop))
        closed = await asyncio.gather(*(close_of(number) for number in range(1000)))
        stop.set()
        took = await others
    assert max(closed) < 15
    assert took[int(len(took) * 0.99)] < 1


@pytest.fixture
def doctor(hospital: Hospital, admin: Person) -> Iterator[Person]:
    employed = hospital.employ(admin, f"{secrets.token_hex(4)}@example.org", "Dr Restart", "Cardiology")
    yield employed
    employed.http.close()


@pytest.fixture
async def http(hospital: Hospital) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=hospital.url, timeout=60, **NEARBY) as client:
        yield client


READ = {"auth": "/auth/me", "appointments": "/api/appointments", "doctors": "/api/prescriptions", "labs": "/api/labs/tests"}


@only_linux
@pytest.mark.attack
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
@pytest.mark.parametrize("service", READ)
async def test_a_service_that_starts_again_costs_no_read_and_makes_no_duplicate(
    hospital: Hospital, world: World, doctor: Person, http: httpx.AsyncClient, service: str, number: signal.Signals
) -> None:
    patient = hospital.register(f"{secrets.token_hex(4)}@example.org", "Rosa Restart")
    mine = {"Authorization": f"Bearer {patient.token}"}
    times = iter(free_times(doctor.http, doctor.id, days=20)[10:])
    stop, read, keys = asyncio.Event(), list[int](), list[str]()

    async def keep_reading() -> None:
        while not stop.is_set():
            read.append((await http.get(READ[service], headers=mine)).status_code)
            await asyncio.sleep(0.01)

    async def keep_booking() -> None:
        while not stop.is_set():
            keys.append(secrets.token_hex(8))
            wish = {"doctor_id": doctor.id, "starts_at": next(times).isoformat()}
            # as a portal does: the same wish with the same key until it is answered for good
            while True:
                answer = await http.post("/api/appointments", json=wish, headers={**mine, "Idempotency-Key": keys[-1]})
                if answer.status_code == 201:
                    break
                assert answer.status_code in {409, 503, 504}, answer.text
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.05)

    running = [asyncio.create_task(work()) for work in (keep_reading, keep_reading, keep_reading, keep_booking)]
    await asyncio.sleep(0.5)
    os.kill(pid_of(hospital, service), number)
    await asyncio.sleep(4)
    stop.set()
    await asyncio.gather(*running)
    await asyncio.to_thread(hospital.wait_until_ready)
    assert set(read) == {200}
    with closing(patient.http) as asking:
        booked = asking.get("/api/appointments", params={"limit": 100}).json()
    assert len(booked["items"]) == len(keys)
    assert booked["next_cursor"] is None


@only_linux
@pytest.mark.parametrize("service", READ)
@pytest.mark.attack
async def test_a_service_that_stands_still_costs_nobody_else_anything(
    hospital: Hospital, world: World, http: httpx.AsyncClient, service: str
) -> None:
    mine = {"Authorization": f"Bearer {world.people['patient'].token}"}

    async def ask(path: str) -> tuple[int, float]:
        began = time.monotonic()
        return (await http.get(path, headers=mine)).status_code, time.monotonic() - began

    others = [path for name, path in READ.items() if name != service]
    pid = pid_of(hospital, service)
    os.kill(pid, signal.SIGSTOP)
    try:
        asked = [asyncio.create_task(ask(READ[service])) for _ in range(40)]
        beside = [await ask(path) for _ in range(20) for path in others]
        answers = await asyncio.gather(*asked)
        at_once = await ask(READ[service])
        beside += [await ask(path) for path in others]
    finally:
        os.kill(pid, signal.SIGCONT)
    assert {status for status, _ in answers} <= {503, 504}
    assert max(took for _, took in answers) < 5
    assert at_once[0] == 503
    assert at_once[1] < 1
    assert {status for status, _ in beside} == {200}
    assert max(took for _, took in beside) < 1
    began = time.monotonic()
    while (await ask(READ[service]))[0] != 200:
        assert time.monotonic() - began < 2
        await asyncio.sleep(0.1)
