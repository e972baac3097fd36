"""What the gateway knows of one service: how many requests are there, and whether it answers at all.

well ── a connection failed, or silence for SILENT_S while something is asked ──► in doubt: asked for its health again and again
in doubt ── it answers ──► well          in doubt ── no word within PROBE_S, or nobody listens for RESTART_S ──► open
open: refused at once, asked for its health all the while ── it answers ──► well
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from careplus_contracts.refusals import Unavailable
from careplus_runtime.process.logs import log

MOST = 512
"""Requests of one service that are being answered or wait for their turn."""
TURNS = 16
"""Of one service at a time, each on a connection: more wait longer without being served sooner."""
TURN_S = 15.0
"""So long somebody waits for their turn: longer than those before them wait for a service that starts again."""
SILENT_S, PROBE_S = 1.0, 2.5
TICK_S = 0.1
"""Together less than five seconds: so long a caller waits for a service that has stopped."""
HUNG_S, STOPPED_S = 0.5, 4.5
"""Nor longer after its last word where it is ended meanwhile. A question that breaks off only after a while was asked of one that
stood still; one that starts again refuses at once."""
RESTART_S = 9.5
"""A service that was there and starts again is waited for so long: two seconds are enough, but not on a busy machine."""

AWAY = "The {} service cannot be reached. Other parts may work; try again in a moment."
FULL = "The {} service has more to do than it can. Try again in a moment."


class Breaker:
    """Of one service at `url`, asked by `http`, which shares no connection with the requests."""

    def __init__(self, service: str, url: str, http: httpx.AsyncClient) -> None:
        self.service, self.http = service, http
        self.health = f"{url}/health"
        self.asking: set[asyncio.Timeout] = set()
        self.turns = asyncio.Semaphore(TURNS)
        self.heard_at = 0.0
        self.calm = asyncio.Event()
        self.calm.set()
        self.is_open = False

    def admit(self, request_id: str) -> asyncio.Timeout:
        """Room for one request, until `leave`; to be entered while the service is asked. Raises Unavailable at once."""
        if self.is_open or len(self.asking) >= MOST:
            raise self._refusal(request_id)
        if not self.asking:
            self.heard()
        timeout = asyncio.timeout(None)
        self.asking.add(timeout)
        return timeout

    @asynccontextmanager
    async def turn(self, request_id: str) -> AsyncIterator[None]:
        """Ask the service now. Raises Unavailable where those before take too long: that is no sign that the service is away."""
        if self.turns.locked():
            await self._wait(request_id)
        else:
            await self.turns.acquire()
        try:
            # the service may have gone away while this one waited
            if self.is_open:
                raise self._refusal(request_id)
            yield
        finally:
            self.turns.release()

    async def _wait(self, request_id: str) -> None:
        try:
            async with asyncio.timeout(TURN_S):
                await self.turns.acquire()
        except TimeoutError:
            raise self._refusal(request_id) from None

    def _refusal(self, request_id: str) -> Unavailable:
        log.warning("service_failed", failed=self.service, request_id=request_id, reason="away" if self.is_open else "full")
        return Unavailable((AWAY if self.is_open else FULL).format(self.service))

    def leave(self, timeout: asyncio.Timeout) -> None:
        self.asking.discard(timeout)

    def heard(self) -> None:
        """The service said something."""
        self.heard_at = _now()

    def doubt(self) -> None:
        """A connection failed: ask whether the service is there."""
        self.calm.clear()

    async def recovery(self) -> bool:
        """Wait a moment, and for a service that starts again; whether it is there."""
        await asyncio.sleep(random.uniform(0.05, 0.25))  # noqa: S311 - spreads the callers, hides nothing
        await self.calm.wait()
        return not self.is_open

    async def watch(self) -> None:
        """As long as the gateway runs."""
        while True:
            await asyncio.sleep(TICK_S)
            silent = self.calm.is_set()
            if silent and (not self.asking or _now() - self.heard_at < SILENT_S):
                continue
            asked, until = _now(), None
            while not await self._is_there():
                if until is None:
                    until = self.heard_at + STOPPED_S if silent and _now() - asked > HUNG_S else asked + RESTART_S
                if _now() >= until:
                    self._open()
                await asyncio.sleep(TICK_S)
            self._close()

    async def _is_there(self) -> bool:
        try:
            return (await self.http.get(self.health, timeout=PROBE_S)).is_success
        except httpx.HTTPError as error:
            if isinstance(error.__cause__, TimeoutError):
                self._open()
                # those who wait will not be answered either
                hopeless, self.asking = self.asking, set()
                for timeout in hopeless:
                    timeout.reschedule(_now())
            return False

    def _open(self) -> None:
        if not self.is_open:
            log.warning("service_away", failed=self.service)
        self.is_open = True
        self.calm.set()

    def _close(self) -> None:
        if self.is_open:
            log.warning("service_back", failed=self.service)
        self.is_open = False
        self.heard()
        self.calm.set()


def _now() -> float:
    return asyncio.get_running_loop().time()
