"""Watches a process that serves: whoever stands still may keep the database from everybody else, and is ended."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from ipaddress import ip_address
from typing import NamedTuple

CONNECT_S, PATIENCE_S = 2.0, 5.0
WATCH_S, STEP_S = 1.0, 0.5
"""Each is asked whether it is there so often, and silence is counted in steps."""
SERVICES_STEPS, GATEWAYS_STEPS = 6, 20
"""A service may stand still in the middle of writing, and others wait five seconds to write (`busy_timeout`): so they are late,
not refused. The gateway keeps nobody from writing, and a crowd may keep it busy."""
STANDS_STILL, IS_STOPPED = "stands still, is killed", "is stopped, is killed"


class Place(NamedTuple):
    """Where a process listens, and after how many steps of silence it is taken to stand still."""

    host: str
    port: int
    steps: int


def place_of(service: str, host: str, port: int) -> Place:
    """Where to ask a service that listens at `host`, which may mean every address of this machine."""
    # a name is no address, and stays one
    with suppress(ValueError):
        if (address := ip_address(host)).is_unspecified:
            host = "127.0.0.1" if address.version == 4 else "::1"
    return Place(host, port, GATEWAYS_STEPS if service == "gateway" else SERVICES_STEPS)


def fork_and_watch(service: str, place: Place) -> int | None:
    """In a new process, which is to serve at `place` and whose standard input ends with this one: None.

    In this one: the exit code, when the new one has ended.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(reading)
        return asyncio.run(_Watching(service, child, place).run())
    # Ctrl-C in the terminal is for the one that watches
    os.setsid()
    os.close(writing)
    os.dup2(reading, sys.stdin.fileno())
    os.close(reading)
    return None


class _Watching:
    def __init__(self, service: str, child: int, place: Place) -> None:
        self.service, self.child, self.place = service, child, place
        self.ended = asyncio.Event()
        self.code = 0

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signal, signal.SIGTERM)
        loop.add_signal_handler(signal.SIGCHLD, self._look)
        # something may have happened before
        self._look()
        watching = asyncio.create_task(self._watch())
        await self.ended.wait()
        watching.cancel()
        return self.code if self.code >= 0 else 128 - self.code

    async def _watch(self) -> None:
        await stands_still(self.place)
        self._kill(STANDS_STILL)

    def _look(self) -> None:
        if self.ended.is_set():
            return
        if is_stopped(self.child):
            self._kill(IS_STOPPED)
        ended, status = os.waitpid(self.child, os.WNOHANG)
        if ended:
            self.code = os.waitstatus_to_exitcode(status)
            self.ended.set()

    def _kill(self, why: str) -> None:
        self._signal(signal.SIGKILL)
        # a full disk costs a line
        with suppress(OSError):
            sys.stderr.write(f"careplus: {self.service} {why}\n")

    def _signal(self, number: signal.Signals) -> None:
        if not self.ended.is_set():
            os.kill(self.child, number)


def is_stopped(child: int) -> bool:
    """Whether a child of this process was stopped (SIGSTOP) and has not gone on. To be asked at SIGCHLD; says so once."""
    if not hasattr(os, "waitid"):
        # macOS, before Python 3.13: it is silent, which takes longer to see
        return False
    with suppress(ChildProcessError):
        return os.waitid(os.P_PID, child, os.WSTOPPED | os.WNOHANG) is not None
    return False


async def stands_still(place: Place) -> None:
    """Returns when somebody there takes a question and says nothing. Whoever still starts does not listen."""
    while True:
        if await _is_silent(place):
            return
        await asyncio.sleep(WATCH_S)


async def becomes_ready(place: Place) -> None:
    """Returns when `/ready` answers 200."""
    while True:
        status = await _status(place, "/ready")
        if status == 200:
            return
        await asyncio.sleep(0.05 if status is None else 0.25)


async def _is_silent(place: Place) -> bool:
    """A machine that stood still itself, with all of us, costs one step."""
    asked = asyncio.create_task(_status(place, "/health"))
    for _ in range(place.steps):
        if (await asyncio.wait({asked}, timeout=STEP_S))[0]:
            return False
    asked.cancel()
    return True


async def _status(place: Place, path: str) -> int | None:
    """None: nobody is there, or nobody answers."""
    try:
        # whoever stands still takes connections all the same, until his queue is full
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(place.host, place.port)
    except OSError:
        return None
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {place.host}\r\nConnection: close\r\n\r\n".encode())
        answer = await asyncio.wait_for(reader.readline(), place.steps * STEP_S + PATIENCE_S)
        return int(answer.split(b" ")[1])
    except (OSError, TimeoutError, IndexError, ValueError):
        return None
    finally:
        writer.close()
