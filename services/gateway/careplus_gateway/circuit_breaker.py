"""Circuit breaker of one replica of a service: bounds the requests to it, and refuses them at once while it is unreachable.

| state | event | next state |
|---|---|---|
| closed | a connection failed, or no response for SILENCE_S while requests wait | probing: GET /health until it answers 200 |
| probing | no 200 for RESTART_S after a failed connection, for HUNG_S after silence | open: refuse requests, go on probing |
| probing, open | 200 | closed |

Each probe is given up after PROBE_S. A replica that responds is not probed; its own watchdog ends it when its loop stalls.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from careplus_contracts.refusals import Unavailable
from careplus_runtime.process.logs import log

MAX_PENDING = 512  # requests to one replica, including requests that wait for a slot
SLOTS, SLOT_WAIT_S = 16, 15.0  # connections to one replica
SILENCE_S, PROBE_S, HUNG_S = 1.0, 2.5, 3.0  # callers of a hung service wait less than 5 s, also if it is killed meanwhile
RESTART_S, TICK_S = 9.5, 0.1  # a restart takes 2 s, on a busy machine longer

UNREACHABLE = "The {} service cannot be reached. Other parts may work; try again in a moment."
OVERLOADED = "The {} service has more to do than it can. Try again in a moment."


class CircuitBreaker:
    """The breaker of the replica at `url`. `http` probes it, on connections of its own."""

    def __init__(self, service: str, url: str, http: httpx.AsyncClient) -> None:
        self.service, self.health_url, self.http = service, f"{url}/health", http
        self.pending, self.slots, self.in_slots = 0, asyncio.Semaphore(SLOTS), set[asyncio.Timeout]()
        self.last_response, self.is_open = 0.0, False
        # cleared by a failed connection, set when the probe has closed or opened the breaker
        self.settled = asyncio.Event()
        self.settled.set()
        # set while no request is pending
        self.idle = asyncio.Event()
        self.idle.set()

    @asynccontextmanager
    async def slot(self, request_id: str) -> AsyncIterator[None]:
        """Hold one of SLOTS. Raise Unavailable if open, full, or after SLOT_WAIT_S; raise TimeoutError when the breaker opens."""
        if self.is_open or self.pending >= MAX_PENDING:
            raise self._refusal(request_id)
        timeout, has_slot = asyncio.timeout(SLOT_WAIT_S if self.slots.locked() else None), False
        self.pending += 1
        self.idle.clear()
        try:
            async with timeout, self.slots:
                # the breaker may have opened during the wait
                if self.is_open:
                    raise self._refusal(request_id)
                has_slot = True
                timeout.reschedule(None)
                if not self.in_slots:
                    self.record_response()
                self.in_slots.add(timeout)
                yield
        except TimeoutError:
            if has_slot:
                raise
            raise self._refusal(request_id) from None
        finally:
            self.in_slots.discard(timeout)
            self.pending -= 1
            if not self.pending:
                self.idle.set()

    def _refusal(self, request_id: str) -> Unavailable:
        text, reason = (UNREACHABLE, "open") if self.is_open else (OVERLOADED, "overloaded")
        log.warning("service_failed", failed=self.service, request_id=request_id, reason=reason)
        return Unavailable(text.format(self.service))

    def record_response(self) -> None:
        self.last_response = asyncio.get_running_loop().time()

    def suspect(self) -> None:
        self.settled.clear()

    @property
    def is_healthy(self) -> bool:
        """Whether the last request or probe reached the replica."""
        return self.settled.is_set() and not self.is_open

    def open(self) -> None:
        """Refuse requests from now on."""
        self.is_open = True
        self.settled.set()

    async def watch(self) -> None:
        """Probe after a failed connection or silence, as long as the gateway runs."""
        now = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(TICK_S)
            is_silent = bool(self.in_slots) and now() - self.last_response >= SILENCE_S
            if self.settled.is_set() and not is_silent:
                continue
            try:
                async with asyncio.timeout(HUNG_S if self.settled.is_set() else RESTART_S):
                    await self._until_healthy()
            except TimeoutError:
                log.warning("breaker_opened", failed=self.service, at=self.health_url)
                self.open()
                hung, self.in_slots = self.in_slots, set()
                for timeout in hung:
                    timeout.reschedule(now())
                await self._until_healthy()
                log.warning("breaker_closed", failed=self.service, at=self.health_url)
            self.is_open = False
            self.record_response()
            self.settled.set()

    async def _until_healthy(self) -> None:
        while True:
            try:
                if (await self.http.get(self.health_url, timeout=PROBE_S)).is_success:
                    return
            except httpx.HTTPError as error:
                if isinstance(error.__cause__, TimeoutError) and not self.is_open:
                    raise TimeoutError from None
            await asyncio.sleep(TICK_S)
