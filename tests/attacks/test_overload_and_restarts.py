"""A hospital under half-sent requests, oversized bodies, and requests during restarts of its processes."""

import asyncio
import os
import random
import re
import secrets
import selectors
import signal
import socket
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from functools import partial
from pathlib import Path
from statistics import median
from threading import Barrier
from typing import Any

import httpx
import pysqlite3
import pytest

from tests.attacks.db_assertions import write_lock
from tests.attacks.debugger import hold, let_go, was_killed
from tests.attacks.listeners import Gate, gates
from tests.attacks.restarts import AUDITED_READS, OWN_ACTS, Staff, events_of, staffed
from tests.gateway.journal import pid_of
from tests.hospital import LOCAL_HTTP, PASSWORD, Hospital, Person, eventually, only_linux, paused_supervisor, processes

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


def taken_at(port: int) -> set[int]:
    """Return the client ports of connections that were accepted at a port and have no unread bytes."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {
        int(other[-4:], 16)
        for _, own, other, state, queues, _, _, _, _, inode, *_ in lines
        if own.endswith(f":{port:04X}") and state == "01" and queues.endswith(":00000000") and inode != "0"
    }


def sent_of(connection: socket.socket, head: bytes, part: bytes, parts: int, together: Barrier) -> int:
    """Return the bytes accepted before the server closes; parts are sent after all clients have sent their heads."""
    connection.sendall(head)
    together.wait(30)
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
def test_bodies_of_200_mb_are_not_buffered(hospital: Hospital, told: bool) -> None:
    pids = processes(hospital).values()
    # forget the peaks of tests before
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    before = sum(map(peak_mib, pids))
    framing = b"content-length: 209715200" if told else b"transfer-encoding: chunked"
    head = b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n" + framing + b"\r\n\r\n"
    part = b" " * MIB if told else b"100000\r\n" + b" " * MIB + b"\r\n"
    if not told:
        # as much as may be held of each, so that the gateway has all twenty in its hands before any of them is too large
        head += b"f0000\r\n" + b" " * 0xF0000 + b"\r\n"
    # and a moment to read them
    together = Barrier(20, action=lambda: time.sleep(0.5))
    with ExitStack() as held:
        callers = [held.enter_context(socket.create_connection(("127.0.0.1", hospital.port), timeout=10)) for _ in range(20)]
        with ThreadPoolExecutor(len(callers)) as at_once:
            taken = list(at_once.map(lambda caller: sent_of(caller, head, part, 200, together), callers))
    assert max(taken) < 100 * MIB
    assert sum(map(peak_mib, pids)) - before < 50
    with hospital.client() as http:
        assert http.get("/api/doctors").status_code == 200


@pytest.fixture
def staff(hospital: Hospital, admin: Person) -> Iterator[Staff]:
    # a test before may have failed while something, or all, was away
    if hospital.process is not None and hospital.process.poll() is not None:
        hospital.start()
    hospital.wait_until_ready()
    with staffed(hospital, admin) as staff:
        yield staff


@pytest.fixture
async def http(hospital: Hospital) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=hospital.url, timeout=60, **LOCAL_HTTP) as client:
        yield client


class Halves:
    """A thousand clients with half a request each, outside of the event loop, so that its other clients do not wait."""

    def __init__(self, opened: ExitStack) -> None:
        self.opened = opened
        self.waiting = opened.enter_context(selectors.DefaultSelector())

    def open(self, port: int) -> None:
        for number in range(1000):
            since = time.monotonic()
            caller = self.opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            caller.sendall(HALVES[number % len(HALVES)])
            self.waiting.register(caller, selectors.EVENT_READ, (caller, since))

    def are_taken(self, port: int) -> bool:
        return taken_at(port) >= {key.data[0].getsockname()[1] for key in self.waiting.get_map().values()}

    def are_open(self) -> bool:
        return not self.waiting.select(0)

    def lived(self) -> list[float]:
        """For how many seconds each was open, until the other side closed it."""
        found = []
        while self.waiting.get_map():
            told = self.waiting.select(20)
            assert told, "the others are not closed"
            for key, _ in told:
                caller, since = key.data
                assert caller.recv(1) == b""
                found.append(time.monotonic() - since)
                self.waiting.unregister(caller)
        return found


@only_linux
@pytest.mark.attack
async def test_thousand_half_sent_requests_do_not_delay_others(staff: Staff, http: httpx.AsyncClient) -> None:
    email = f"{secrets.token_hex(4)}@example.org"
    staff.hospital.register(email, "Sina Signing").http.close()
    stop, took = asyncio.Event(), defaultdict[str, list[float]](list)

    async def keep_asking(name: str, ask: Callable[[], Awaitable[httpx.Response]], pause_s: float) -> None:
        while not stop.is_set():
            began = time.monotonic()
            answer = await ask()
            assert answer.is_success, answer.text
            took[name].append(time.monotonic() - began)
            await asyncio.sleep(pause_s)

    def wish(service: str) -> Awaitable[httpx.Response]:
        return http.request(**staff.marked_request(OWN_ACTS[service], secrets.token_hex(8)))

    others = [keep_asking("anybody", lambda: http.get("/api/doctors"), 0.05)]
    others += [keep_asking("sign-in", lambda: http.post("/auth/login", json={"email": email, "password": PASSWORD}), 0.2)]
    for service in AUDITED_READS:
        others += [keep_asking(f"reads of {service}", partial(staff.read, http, service), 0.05)]
        others += [keep_asking(f"writes of {service}", partial(wish, service), 0.2)]
    asking = [asyncio.create_task(other) for other in others]
    await asyncio.sleep(0.5)
    with ExitStack() as opened:
        halves, began = Halves(opened), time.monotonic()
        await asyncio.to_thread(halves.open, staff.hospital.port)
        while not halves.are_taken(staff.hospital.port):
            assert time.monotonic() - began < 8, "the gateway has not taken all"
            await asyncio.sleep(0.1)
        assert halves.are_open()
        lived = await asyncio.to_thread(halves.lived)
    stop.set()
    await asyncio.gather(*asking)
    assert min(lived) > 9, "patience with who is slow"
    assert max(lived) < 15
    every = sorted(seconds for each in took.values() for seconds in each)
    assert every[int(len(every) * 0.99)] < 1
    # nor does one kind of them wait for all the others
    assert max(median(each) for each in took.values()) < 0.5
    assert len(took) == 10


def has_ended(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


async def starts_again(gate: Gate) -> float:
    """Seconds until another process answers in its place."""
    began = time.monotonic()
    async with httpx.AsyncClient(base_url=gate.url, timeout=1, **LOCAL_HTTP) as probe:
        while time.monotonic() - began < 60:
            # the port is closed for a while
            with suppress(httpx.HTTPError):
                if has_ended(gate.process) and (await probe.get("/health")).is_success:
                    return time.monotonic() - began
            await asyncio.sleep(0.1)
    raise AssertionError(f"{gate.name} does not start again")


async def granted(http: httpx.AsyncClient, wish: dict[str, Any]) -> httpx.Response:
    """The answer to a wish that has a key, repeated as a portal does until it is answered for good."""
    for _ in range(300):
        if (answer := await http.request(**wish)).status_code == 201:
            return answer
        assert answer.status_code in {503, 504} or answer.json()["code"] == "in_progress", answer.text
        await asyncio.sleep(0.1)
    raise AssertionError(answer.text)


WISHED = {
    "auth": ("invite", "add_doctor"),
    "appointments": ("book",),
    "doctors": ("prescribe", "add_doctor"),
    "labs": ("order_tests",),
}
"""Acts that need each service."""


@only_linux
@pytest.mark.attack
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
@pytest.mark.parametrize("service", AUDITED_READS)
async def test_restarted_service_loses_no_read_and_duplicates_none(
    staff: Staff, http: httpx.AsyncClient, service: str, number: signal.Signals
) -> None:
    stop, read, marks = asyncio.Event(), Counter[tuple[str, int]](), defaultdict[str, list[str]](list)
    before, [gate] = staff.last_event(), [gate for gate in gates(staff.hospital) if gate.name == service]

    async def keep_reading(of: str, pause_s: float) -> None:
        while not stop.is_set():
            read[of, (await staff.read(http, of)).status_code] += 1
            await asyncio.sleep(pause_s)

    async def keep_wishing(name: str) -> None:
        while not stop.is_set():
            marks[name].append(secrets.token_hex(8))
            await granted(http, staff.marked_request(name, marks[name][-1], keyed=True))
            await asyncio.sleep(0.02)

    readers = [*(keep_reading(of, 0.1) for of in AUDITED_READS), *(keep_reading(service, 0.02) for _ in range(2))]
    # more than one of each, so that there is always something to break off
    wishers = [keep_wishing(name) for name in WISHED[service] for _ in range(2)]
    running = [asyncio.create_task(work) for work in (*readers, *wishers)]
    await asyncio.sleep(0.5)
    wished = sum(map(len, marks.values()))
    os.kill(gate.process, number)
    # more than have a turn at a time
    crowd = [asyncio.create_task(staff.read(http, service)) for _ in range(100)]
    away_s = await starts_again(gate)
    read.update((service, answer.status_code) for answer in await asyncio.gather(*crowd))
    await asyncio.sleep(1)
    stop.set()
    await asyncio.gather(*running)
    await asyncio.to_thread(staff.hospital.wait_until_ready)
    assert wished > len(wishers), "it was busy when it was ended"
    assert {status for _, status in read} == {200}, f"{read}; it was away for {away_s:.1f} s"
    assert {of for of, _ in read} == {*AUDITED_READS}
    for name in marks:
        assert staff.counts_of(name, marks[name]) == {1: len(marks[name])}, name
    # no act was done twice, even where a repetition leaves no second record
    assert staff.changes_since(before) == Counter(event for name in marks for _ in marks[name] for event in events_of(name))


@only_linux
@pytest.mark.attack
@pytest.mark.parametrize("process", [*AUDITED_READS, "gateway", "all"])
async def test_terminated_process_answers_started_requests(staff: Staff, process: str) -> None:
    """For the gateway, and for all processes at once, requests go through the gateway."""
    hospital = staff.hospital
    door = {gate.name: gate for gate in gates(hospital)}["gateway" if process == "all" else process]
    ended = hospital.process.pid if process == "all" and hospital.process else door.process
    services = [process] if process in AUDITED_READS else list(AUDITED_READS)
    marks = [secrets.token_hex(8) for _ in range(25)]
    names = [OWN_ACTS[services[number % len(services)]] for number in range(25)]
    limits = httpx.Limits(max_connections=50)
    async with httpx.AsyncClient(base_url=door.url, timeout=30, limits=limits, **LOCAL_HTTP) as http:
        wishes = [staff.marked_request(name, mark) for name, mark in zip(names, marks, strict=True)]
        port = httpx.URL(door.url).port or 80
        before = taken_at(port)
        # neither a change nor an audited read is answered while the write lock is held
        async with write_lock(hospital, 1):
            asked = [asyncio.create_task(http.request(**wish)) for wish in wishes]
            asked += [asyncio.create_task(staff.read(http, services[number % len(services)])) for number in range(25)]
            await asyncio.sleep(1)
            assert len(taken_at(port) - before) >= 50
            os.kill(ended, signal.SIGTERM)
            await asyncio.sleep(0.5)
            assert not any(one.done() for one in asked)
        answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [repr(answer) for answer in answers if isinstance(answer, BaseException)] == []
    found = [answer.status_code for answer in answers if isinstance(answer, httpx.Response) and answer.json()]
    assert found == [201] * 25 + [200] * 25
    if process == "all":
        assert hospital.process is not None
        assert await asyncio.to_thread(hospital.process.wait, 15) == 0
        await asyncio.to_thread(hospital.start)
    else:
        await starts_again(door)
        await asyncio.to_thread(hospital.wait_until_ready)
    for name in set(names):
        mine = [mark for mark, of in zip(marks, names, strict=True) if of == name]
        assert staff.counts_of(name, mine) == {1: len(mine)}


@only_linux
@pytest.mark.attack
async def test_started_service_does_not_wait_for_auth(staff: Staff, http: httpx.AsyncClient) -> None:
    doors = {gate.name: gate for gate in gates(staff.hospital)}
    auth = doors.pop("auth")
    for door in doors.values():
        os.kill(door.process, signal.SIGKILL)
    await asyncio.gather(*map(starts_again, doors.values()))
    await asyncio.to_thread(staff.hospital.wait_until_ready)
    # they ask auth for its keys once a second
    await asyncio.sleep(2.5)
    with paused_supervisor(staff.hospital):
        os.kill(auth.process, signal.SIGSTOP)
        try:
            began = time.monotonic()
            for service in doors.keys() - {"gateway"}:
                assert (await staff.read(http, service)).status_code == 200
            assert time.monotonic() - began < 2
        finally:
            os.kill(auth.process, signal.SIGCONT)


async def timed(asking: Awaitable[httpx.Response]) -> tuple[int, float]:
    """The status, and the seconds that it took."""
    began = time.monotonic()
    return (await asking).status_code, time.monotonic() - began


@only_linux
@pytest.mark.parametrize("service", AUDITED_READS)
@pytest.mark.attack
async def test_hung_service_does_not_delay_others(staff: Staff, http: httpx.AsyncClient, service: str) -> None:
    """The supervisor is stopped here; a process stopped during a write is tested below."""
    keyed, unkeyed = [secrets.token_hex(8) for _ in range(10)], [secrets.token_hex(8) for _ in range(10)]
    repeated = [staff.marked_request(OWN_ACTS[service], mark, keyed=True) for mark in keyed]
    unrepeated = [staff.marked_request(OWN_ACTS[service], mark) for mark in unkeyed]
    others = [of for of in AUDITED_READS if of != service]
    beside = []

    async def ask_others() -> None:
        for of in others:
            beside.append(await timed(staff.read(http, of)))
            beside.append(await timed(http.request(**staff.marked_request(OWN_ACTS[of], secrets.token_hex(8)))))

    pid = pid_of(staff.hospital, service)
    with paused_supervisor(staff.hospital):
        try:
            # changes that wait for the lock now are done later, after their clients have gone; the service does not hold the
            # database's lock as it is stopped
            async with write_lock(staff.hospital, 0.2):
                asked = [asyncio.create_task(timed(http.request(**wish))) for wish in repeated]
                await asyncio.sleep(0.5)
                os.kill(pid, signal.SIGSTOP)
            asked += [asyncio.create_task(timed(http.request(**wish))) for wish in unrepeated]
            asked += [asyncio.create_task(timed(staff.read(http, service))) for _ in range(30)]
            for _ in range(10):
                await ask_others()
            answers = await asyncio.gather(*asked)
            at_once = [await timed(staff.read(http, service)), await timed(http.request(**repeated[0]))]
            await ask_others()
        finally:
            os.kill(pid, signal.SIGCONT)
    assert {status for status, _ in answers} <= {503, 504}
    assert max(took for _, took in answers) < 5
    assert {status for status, _ in at_once} == {503}
    assert max(took for _, took in at_once) < 1
    assert {status for status, _ in beside} == {200, 201}
    assert max(took for _, took in beside) < 1
    began = time.monotonic()
    while (await staff.read(http, service)).status_code != 200:
        assert time.monotonic() - began < 2
        await asyncio.sleep(0.1)
    # requests sent before have been done since: a repetition with the key is replayed
    await asyncio.gather(*(granted(http, wish) for wish in repeated))
    assert staff.counts_of(OWN_ACTS[service], keyed) == {1: 10}
    assert staff.counts_of(OWN_ACTS[service], unkeyed).keys() <= {0, 1}


ASLEEP_S = 0.3


def can_write(hospital: Hospital) -> bool:
    """Return whether the write lock is free within 0.5 s: a working process holds it for milliseconds."""
    with closing(pysqlite3.connect(hospital.data / "careplus.db", timeout=0.5, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except pysqlite3.OperationalError:
            return False
        connection.execute("ROLLBACK")
        return True


async def stop_in_the_middle_of_writing(hospital: Hospital, stop: Callable[[], None], go_on: Callable[[], None]) -> None:
    """To be called while the process writes again and again."""
    for _ in range(500):
        await asyncio.sleep(random.uniform(0.005, 0.02))
        stop()
        if not await asyncio.to_thread(can_write, hospital):
            return
        go_on()
    raise AssertionError("it is never met while it writes")


@only_linux
@pytest.mark.parametrize("service", AUDITED_READS)
@pytest.mark.parametrize(("silent", "delay_s"), [(False, 2), (True, 5)], ids=["stopped", "silent"])
@pytest.mark.attack
async def test_service_hung_in_a_write_costs_others_no_answer(
    staff: Staff, http: httpx.AsyncClient, service: str, silent: bool, delay_s: float
) -> None:
    """They wait until it is ended: one that is silent, as in an endless loop, when that is known; one that is stopped, at once.

    There the supervisor sleeps until it is sure that the service is stopped where that hurts.
    """
    stop, beside, keyed = asyncio.Event(), list[tuple[int, float]](), list[str]()
    [gate] = [gate for gate in gates(staff.hospital) if gate.name == service]
    pid = gate.process
    still, on = (hold, let_go) if silent else (lambda pid: os.kill(pid, signal.SIGSTOP), lambda pid: os.kill(pid, signal.SIGCONT))

    async def keep_wishing() -> None:
        while not stop.is_set():
            keyed.append(secrets.token_hex(8))
            await granted(http, staff.marked_request(OWN_ACTS[service], keyed[-1], keyed=True))

    async def keep_asking(of: str) -> None:
        while not stop.is_set():
            beside.append(await timed(staff.read(http, of)))
            beside.append(await timed(http.request(**staff.marked_request(OWN_ACTS[of], secrets.token_hex(8)))))
            await asyncio.sleep(0.05)

    for of in AUDITED_READS:
        # a service that has just started asks auth for its keys
        assert (await staff.read(http, of)).status_code == 200
    running = [asyncio.create_task(keep_wishing()) for _ in range(3)]
    try:
        with ExitStack() as until_ended:
            if silent:
                until_ended.callback(let_go, pid)
            else:
                until_ended.enter_context(paused_supervisor(staff.hospital))
            await stop_in_the_middle_of_writing(staff.hospital, partial(still, pid), partial(on, pid))
            running += [asyncio.create_task(keep_asking(of)) for of in AUDITED_READS if of != service for _ in range(2)]
            asked = [asyncio.create_task(timed(staff.read(http, service))) for _ in range(20)]
            await asyncio.sleep(ASLEEP_S)
            if silent:
                await asyncio.to_thread(eventually, lambda: was_killed(pid), 5)
        own = await asyncio.gather(*asked)
        await starts_again(gate)
        await asyncio.sleep(0.5)
    finally:
        stop.set()
        await asyncio.gather(*running)
    assert {status for status, _ in own} <= {200, 503, 504}
    assert max(took for _, took in own) < 5
    assert {status for status, _ in beside} == {200, 201}
    assert ASLEEP_S / 2 < max(took for _, took in beside) < delay_s, "they had to wait, and only until it was ended"
    assert f"{service:12} | {'stalled' if silent else 'is stopped'}, is killed" in staff.hospital.log.read_text()
    await asyncio.to_thread(staff.hospital.wait_until_ready)
    assert staff.counts_of(OWN_ACTS[service], keyed) == {1: len(keyed)}
