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
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from statistics import median
from threading import Barrier
from typing import Any

import httpx
import pytest

from tests import databases
from tests.attacks.db_assertions import write_lock
from tests.attacks.debugger import attach, detach, was_killed
from tests.attacks.listeners import Listener, listeners
from tests.attacks.restarts import AUDITED_READS, OWN_ACTS, Staff, events_of, staffed
from tests.hospital import LOCAL_HTTP, PASSWORD, Hospital, Person, eventually, only_linux, paused_supervisor, processes

MIB = 2**20
HALF_REQUESTS = (
    b"",
    b"GET /api/doctors",
    b"GET /api/doctors HTTP/1.1\r\nhost: x\r\nx-a: ",
    b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{",
    b"POST /auth/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{",
)


def peak_mib(pid: int) -> float:
    """Return the peak resident memory of a process in MiB."""
    [kib] = re.findall(r"^VmHWM:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(kib) / 1024


def accepted_at(port: int) -> set[int]:
    """Return the client ports of connections that were accepted at a port and have no unread bytes."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {
        int(other[-4:], 16)
        for _, own, other, state, queues, _, _, _, _, inode, *_ in lines
        if own.endswith(f":{port:04X}") and state == "01" and queues.endswith(":00000000") and inode != "0"
    }


def send_body(connection: socket.socket, head: bytes, part: bytes, parts: int, barrier: Barrier) -> int:
    """Return the bytes sent before the server closes; the body starts after all clients have sent their heads."""
    connection.sendall(head)
    barrier.wait(30)
    sent = 0
    try:
        for _ in range(parts):
            connection.sendall(part)
            sent += len(part)
    except OSError:
        pass
    return sent


@only_linux
@pytest.mark.parametrize("has_length", [True, False], ids=["with a length", "in chunks"])
def test_bodies_of_200_mb_are_not_buffered(hospital: Hospital, has_length: bool) -> None:
    pids = processes(hospital).values()
    # reset the peaks of earlier tests
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    before = sum(map(peak_mib, pids))
    framing = b"content-length: 209715200" if has_length else b"transfer-encoding: chunked"
    head = b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n" + framing + b"\r\n\r\n"
    part = b" " * MIB if has_length else b"100000\r\n" + b" " * MIB + b"\r\n"
    if not has_length:
        # as much as the gateway buffers of each, so that it buffers all twenty before one of them is too large
        head += b"f0000\r\n" + b" " * 0xF0000 + b"\r\n"
    # time for the gateway to read them
    barrier = Barrier(20, action=lambda: time.sleep(0.5))
    with ExitStack() as held:
        connections = [held.enter_context(socket.create_connection(("127.0.0.1", hospital.port), timeout=10)) for _ in range(20)]
        with ThreadPoolExecutor(len(connections)) as at_once:
            sent = list(at_once.map(lambda connection: send_body(connection, head, part, 200, barrier), connections))
    assert max(sent) < 100 * MIB
    assert sum(map(peak_mib, pids)) - before < 50
    with hospital.client() as http:
        assert http.get("/api/doctors").status_code == 200


@pytest.fixture
def staff(hospital: Hospital, admin: Person) -> Iterator[Staff]:
    # an earlier test may have failed while processes were stopped
    if hospital.process is not None and hospital.process.poll() is not None:
        hospital.start()
    hospital.wait_until_ready()
    with staffed(hospital, admin) as staff:
        yield staff


@pytest.fixture
async def http(hospital: Hospital) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=hospital.url, timeout=60, **LOCAL_HTTP) as client:
        yield client


class HalfSentRequests:
    """A thousand clients that have each sent half a request. They run in a thread, so that they do not delay the event loop."""

    def __init__(self, opened: ExitStack) -> None:
        self.opened = opened
        self.waiting = opened.enter_context(selectors.DefaultSelector())

    def open(self, port: int) -> None:
        for number in range(1000):
            since = time.monotonic()
            connection = self.opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            connection.sendall(HALF_REQUESTS[number % len(HALF_REQUESTS)])
            self.waiting.register(connection, selectors.EVENT_READ, (connection, since))

    def are_accepted(self, port: int) -> bool:
        return accepted_at(port) >= {key.data[0].getsockname()[1] for key in self.waiting.get_map().values()}

    def are_open(self) -> bool:
        return not self.waiting.select(0)

    def lifetimes_s(self) -> list[float]:
        """Return for each connection the seconds until the server closed it."""
        found = []
        while self.waiting.get_map():
            closed = self.waiting.select(20)
            assert closed, "the server has not closed the other connections"
            for key, _ in closed:
                connection, since = key.data
                assert connection.recv(1) == b""
                found.append(time.monotonic() - since)
                self.waiting.unregister(connection)
        return found


@only_linux
@pytest.mark.attack
async def test_thousand_half_sent_requests_do_not_delay_others(staff: Staff, http: httpx.AsyncClient) -> None:
    email = f"{secrets.token_hex(4)}@example.org"
    staff.hospital.register(email, "Sina Signing").http.close()
    stop, took = asyncio.Event(), defaultdict[str, list[float]](list)

    async def keep_measuring(name: str, ask: Callable[[], Awaitable[httpx.Response]], pause_s: float) -> None:
        while not stop.is_set():
            began = time.monotonic()
            answer = await ask()
            assert answer.is_success, answer.text
            took[name].append(time.monotonic() - began)
            await asyncio.sleep(pause_s)

    def request(service: str) -> Awaitable[httpx.Response]:
        return http.request(**staff.marked_request(OWN_ACTS[service], secrets.token_hex(8)))

    others = [keep_measuring("doctors", lambda: http.get("/api/doctors"), 0.05)]
    others += [keep_measuring("sign-in", lambda: http.post("/auth/login", json={"email": email, "password": PASSWORD}), 0.2)]
    for service in AUDITED_READS:
        others += [keep_measuring(f"reads of {service}", partial(staff.read, http, service), 0.05)]
        others += [keep_measuring(f"writes of {service}", partial(request, service), 0.2)]
    running = [asyncio.create_task(other) for other in others]
    await asyncio.sleep(0.5)
    with ExitStack() as opened:
        half_sent, began = HalfSentRequests(opened), time.monotonic()
        await asyncio.to_thread(half_sent.open, staff.hospital.port)
        while not half_sent.are_accepted(staff.hospital.port):
            assert time.monotonic() - began < 8, "the gateway has not accepted all connections"
            await asyncio.sleep(0.1)
        assert half_sent.are_open()
        lifetimes_s = await asyncio.to_thread(half_sent.lifetimes_s)
    stop.set()
    await asyncio.gather(*running)
    assert min(lifetimes_s) > 9, "a slow client has at least 9 s"
    assert max(lifetimes_s) < 15
    every = sorted(seconds for each in took.values() for seconds in each)
    assert every[int(len(every) * 0.99)] < 1
    # no kind of request waits behind the others
    assert max(median(each) for each in took.values()) < 0.5
    assert len(took) == 10


def has_ended(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


async def wait_for_restart(listener: Listener) -> float:
    """Return the seconds until a new process answers on its port."""
    began = time.monotonic()
    async with httpx.AsyncClient(base_url=listener.url, timeout=1, **LOCAL_HTTP) as probe:
        while time.monotonic() - began < 60:
            # the port is closed during the restart
            with suppress(httpx.HTTPError):
                if has_ended(listener.process) and (await probe.get("/health")).is_success:
                    return time.monotonic() - began
            await asyncio.sleep(0.1)
    raise AssertionError(f"{listener.name} does not start again")


async def repeat_until_created(http: httpx.AsyncClient, request: dict[str, Any]) -> httpx.Response:
    """Return the 201 to a request with a key, repeated like a portal does on 503, 504 and `in_progress`."""
    for _ in range(300):
        if (answer := await http.request(**request)).status_code == 201:
            return answer
        assert answer.status_code in {503, 504} or answer.json()["code"] == "in_progress", answer.text
        await asyncio.sleep(0.1)
    raise AssertionError(answer.text)


WRITES_USING = {
    "auth": ("invite", "add_doctor"),
    "appointments": ("book",),
    "doctors": ("prescribe", "add_doctor"),
    "labs": ("order_tests",),
}
"""Acts that call each service."""


@only_linux
@pytest.mark.attack
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
@pytest.mark.parametrize("service", AUDITED_READS)
async def test_restarted_service_loses_no_read_and_duplicates_none(
    staff: Staff, http: httpx.AsyncClient, service: str, number: signal.Signals
) -> None:
    stop, read, marks = asyncio.Event(), Counter[tuple[str, int]](), defaultdict[str, list[str]](list)
    before, [listener] = staff.last_event(), [listener for listener in listeners(staff.hospital) if listener.name == service]

    async def keep_reading(of: str, pause_s: float) -> None:
        while not stop.is_set():
            read[of, (await staff.read(http, of)).status_code] += 1
            await asyncio.sleep(pause_s)

    async def keep_writing(name: str) -> None:
        while not stop.is_set():
            marks[name].append(secrets.token_hex(8))
            await repeat_until_created(http, staff.marked_request(name, marks[name][-1], keyed=True))
            await asyncio.sleep(0.02)

    readers = [*(keep_reading(of, 0.1) for of in AUDITED_READS), *(keep_reading(service, 0.02) for _ in range(2))]
    # two writers per act, so that a write is always in progress
    writers = [keep_writing(name) for name in WRITES_USING[service] for _ in range(2)]
    running = [asyncio.create_task(work) for work in (*readers, *writers)]
    await asyncio.sleep(0.5)
    writes_before = sum(map(len, marks.values()))
    os.kill(listener.process, number)
    # more reads than connection slots
    reads = [asyncio.create_task(staff.read(http, service)) for _ in range(100)]
    away_s = await wait_for_restart(listener)
    read.update((service, answer.status_code) for answer in await asyncio.gather(*reads))
    await asyncio.sleep(1)
    stop.set()
    await asyncio.gather(*running)
    await asyncio.to_thread(staff.hospital.wait_until_ready)
    assert writes_before > len(writers), "the service was busy at the signal"
    assert {status for _, status in read} == {200}, f"{read}; it was down for {away_s:.1f} s"
    assert {of for of, _ in read} == {*AUDITED_READS}
    for name in marks:
        assert staff.counts_of(name, marks[name]) == {1: len(marks[name])}, name
    # the audit trail shows that no act ran twice, even if a repetition adds no record
    assert staff.changes_since(before) == Counter(event for name in marks for _ in marks[name] for event in events_of(name))


@only_linux
@pytest.mark.attack
@pytest.mark.parametrize("process", [*AUDITED_READS, "gateway", "all"])
async def test_terminated_process_answers_started_requests(staff: Staff, process: str) -> None:
    """Requests go to the terminated process, or to the gateway if all processes are terminated."""
    hospital = staff.hospital
    target = {listener.name: listener for listener in listeners(hospital)}["gateway" if process == "all" else process]
    ended = hospital.process.pid if process == "all" and hospital.process else target.process
    services = [process] if process in AUDITED_READS else list(AUDITED_READS)
    marks = [secrets.token_hex(8) for _ in range(25)]
    names = [OWN_ACTS[services[number % len(services)]] for number in range(25)]
    limits = httpx.Limits(max_connections=50)
    async with httpx.AsyncClient(base_url=target.url, timeout=30, limits=limits, **LOCAL_HTTP) as http:
        requests = [staff.marked_request(name, mark) for name, mark in zip(names, marks, strict=True)]
        port = httpx.URL(target.url).port or 80
        before = accepted_at(port)
        # neither a change nor an audited read is answered while the write lock is held
        async with write_lock(hospital, 1):
            pending = [asyncio.create_task(http.request(**request)) for request in requests]
            pending += [asyncio.create_task(staff.read(http, services[number % len(services)])) for number in range(25)]
            await asyncio.sleep(1)
            assert len(accepted_at(port) - before) >= 50
            os.kill(ended, signal.SIGTERM)
            await asyncio.sleep(0.5)
            assert not any(one.done() for one in pending)
        answers = await asyncio.gather(*pending, return_exceptions=True)
    assert [repr(answer) for answer in answers if isinstance(answer, BaseException)] == []
    found = [answer.status_code for answer in answers if isinstance(answer, httpx.Response) and answer.json()]
    assert found == [201] * 25 + [200] * 25
    if process == "all":
        assert hospital.process is not None
        assert await asyncio.to_thread(hospital.process.wait, 15) == 0
        await asyncio.to_thread(hospital.start)
    else:
        await wait_for_restart(target)
        await asyncio.to_thread(hospital.wait_until_ready)
    for name in set(names):
        mine = [mark for mark, of in zip(marks, names, strict=True) if of == name]
        assert staff.counts_of(name, mine) == {1: len(mine)}


@only_linux
@pytest.mark.attack
async def test_started_service_does_not_wait_for_auth(staff: Staff, http: httpx.AsyncClient) -> None:
    by_name = {listener.name: listener for listener in listeners(staff.hospital)}
    auth = by_name.pop("auth")
    for target in by_name.values():
        os.kill(target.process, signal.SIGKILL)
    await asyncio.gather(*map(wait_for_restart, by_name.values()))
    await asyncio.to_thread(staff.hospital.wait_until_ready)
    # services fetch the keys of auth once a second
    await asyncio.sleep(2.5)
    with paused_supervisor(staff.hospital):
        os.kill(auth.process, signal.SIGSTOP)
        try:
            began = time.monotonic()
            for service in by_name.keys() - {"gateway"}:
                assert (await staff.read(http, service)).status_code == 200
            assert time.monotonic() - began < 2
        finally:
            os.kill(auth.process, signal.SIGCONT)


async def timed(request: Awaitable[httpx.Response]) -> tuple[int, float]:
    """Return the status and the seconds of a request."""
    began = time.monotonic()
    return (await request).status_code, time.monotonic() - began


@only_linux
@pytest.mark.parametrize("service", AUDITED_READS)
@pytest.mark.attack
async def test_hung_service_does_not_delay_others(staff: Staff, http: httpx.AsyncClient, service: str) -> None:
    """The supervisor is paused, so that it does not kill the stopped service. The next test stops one during a write."""
    keyed, unkeyed = [secrets.token_hex(8) for _ in range(10)], [secrets.token_hex(8) for _ in range(10)]
    repeated = [staff.marked_request(OWN_ACTS[service], mark, keyed=True) for mark in keyed]
    unrepeated = [staff.marked_request(OWN_ACTS[service], mark) for mark in unkeyed]
    others = [of for of in AUDITED_READS if of != service]
    other_answers = []

    async def ask_others() -> None:
        for of in others:
            other_answers.append(await timed(staff.read(http, of)))
            other_answers.append(await timed(http.request(**staff.marked_request(OWN_ACTS[of], secrets.token_hex(8)))))

    pid = processes(staff.hospital)[service]
    with paused_supervisor(staff.hospital):
        try:
            # changes that wait for the lock are done after their clients have disconnected; the service is stopped without
            # the write lock
            async with write_lock(staff.hospital, 0.2):
                pending = [asyncio.create_task(timed(http.request(**request))) for request in repeated]
                await asyncio.sleep(0.5)
                os.kill(pid, signal.SIGSTOP)
            pending += [asyncio.create_task(timed(http.request(**request))) for request in unrepeated]
            pending += [asyncio.create_task(timed(staff.read(http, service))) for _ in range(30)]
            for _ in range(10):
                await ask_others()
            answers = await asyncio.gather(*pending)
            at_once = [await timed(staff.read(http, service)), await timed(http.request(**repeated[0]))]
            await ask_others()
        finally:
            os.kill(pid, signal.SIGCONT)
    assert {status for status, _ in answers} <= {503, 504}
    assert max(took for _, took in answers) < 5
    assert {status for status, _ in at_once} == {503}
    assert max(took for _, took in at_once) < 1
    assert {status for status, _ in other_answers} == {200, 201}
    assert max(took for _, took in other_answers) < 1
    began = time.monotonic()
    while (await staff.read(http, service)).status_code != 200:
        assert time.monotonic() - began < 2
        await asyncio.sleep(0.1)
    # the service has finished the earlier requests: repetitions with a key are replayed
    await asyncio.gather(*(repeat_until_created(http, request) for request in repeated))
    assert staff.counts_of(OWN_ACTS[service], keyed) == {1: 10}
    assert staff.counts_of(OWN_ACTS[service], unkeyed).keys() <= {0, 1}


HUNG_S = 0.3


def can_write(hospital: Hospital) -> bool:
    """Return whether the write lock is free within 0.5 s: a working process holds it for milliseconds."""
    try:
        with databases.write_lock(hospital.database, patience_s=0.5):
            return True
    except databases.Locked:
        return False


async def stop_during_a_write(hospital: Hospital, stop: Callable[[], None], resume: Callable[[], None]) -> None:
    """Stop a process that writes continuously at a moment when it holds the write lock."""
    for _ in range(500):
        await asyncio.sleep(random.uniform(0.005, 0.02))
        stop()
        if not await asyncio.to_thread(can_write, hospital):
            return
        resume()
    raise AssertionError("the process never held the write lock when it was stopped")


@only_linux
@pytest.mark.parametrize("service", AUDITED_READS)
@pytest.mark.parametrize(("silent", "delay_s"), [(False, 2), (True, 5)], ids=["stopped", "silent"])
@pytest.mark.attack
async def test_service_hung_in_a_write_costs_others_no_answer(
    staff: Staff, http: httpx.AsyncClient, service: str, silent: bool, delay_s: float
) -> None:
    """Requests to other services wait until the supervisor kills the service that holds the write lock.

    A silent service, as in an endless loop, is killed after its heartbeats stop; a stopped one (SIGSTOP) at once. For the latter
    the supervisor is paused until the service holds the lock.
    """
    stop, other_answers, keyed = asyncio.Event(), list[tuple[int, float]](), list[str]()
    [listener] = [listener for listener in listeners(staff.hospital) if listener.name == service]
    pid = listener.process
    suspend, resume = (
        (attach, detach) if silent else (lambda pid: os.kill(pid, signal.SIGSTOP), lambda pid: os.kill(pid, signal.SIGCONT))
    )

    async def keep_writing() -> None:
        while not stop.is_set():
            keyed.append(secrets.token_hex(8))
            await repeat_until_created(http, staff.marked_request(OWN_ACTS[service], keyed[-1], keyed=True))

    async def keep_measuring(of: str) -> None:
        while not stop.is_set():
            other_answers.append(await timed(staff.read(http, of)))
            other_answers.append(await timed(http.request(**staff.marked_request(OWN_ACTS[of], secrets.token_hex(8)))))
            await asyncio.sleep(0.05)

    for of in AUDITED_READS:
        # a service that has just started fetches the keys of auth
        assert (await staff.read(http, of)).status_code == 200
    running = [asyncio.create_task(keep_writing()) for _ in range(3)]
    try:
        with ExitStack() as until_ended:
            if silent:
                until_ended.callback(detach, pid)
            else:
                until_ended.enter_context(paused_supervisor(staff.hospital))
            await stop_during_a_write(staff.hospital, partial(suspend, pid), partial(resume, pid))
            running += [asyncio.create_task(keep_measuring(of)) for of in AUDITED_READS if of != service for _ in range(2)]
            pending = [asyncio.create_task(timed(staff.read(http, service))) for _ in range(20)]
            await asyncio.sleep(HUNG_S)
            if silent:
                await asyncio.to_thread(eventually, lambda: was_killed(pid), 5)
        own = await asyncio.gather(*pending)
        await wait_for_restart(listener)
        await asyncio.sleep(0.5)
    finally:
        stop.set()
        await asyncio.gather(*running)
    assert {status for status, _ in own} <= {200, 503, 504}
    assert max(took for _, took in own) < 5
    assert {status for status, _ in other_answers} == {200, 201}
    assert HUNG_S / 2 < max(took for _, took in other_answers) < delay_s, "requests waited until the kill only"
    assert f"{service:12} | {'stalled' if silent else 'is stopped'}, is killed" in staff.hospital.log.read_text()
    await asyncio.to_thread(staff.hospital.wait_until_ready)
    assert staff.counts_of(OWN_ACTS[service], keyed) == {1: len(keyed)}
