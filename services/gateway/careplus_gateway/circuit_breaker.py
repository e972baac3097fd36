"""Circuit breaker of one service: bounds the requests to it, and refuses them at once while it is unreachable.

closed ── a connection failed, or no response for SILENCE_S while requests wait ──► probing: GET /health until it answers
probing ── 200 ──► closed
probing ── no answer for RESTART_S, or HUNG_S after the last response ──► open: refuse requests, go on probing
open ── 200 ──► closed

A service that responds is never probed. Its own watchdog ends it when its event loop stalls.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx

from careplus_contracts.refusals import Unavailable
from careplus_runtime.process.logs import log

MAX_PENDING = 512
"""Requests of one service in progress, including requests that wait for a slot."""
SLOTS, SLOT_WAIT_S = 16, 15.0
"""Connections to one service; the wait for one is longer than RESTART_S, for which a request may occupy a slot."""
SILENCE_S, HUNG_S = 1.0, 4.5
"""Since the last response. Callers of a hung service get their refusal within 5 s, also when it is killed meanwhile."""
RESTART_S = 9.5
"""A restart takes 2 s, on a busy machine longer."""
TICK_S = 0.1

UNREACHABLE = "The {} service cannot be reached. Other parts may work; try again in a moment."
OVERLOADED = "The {} service has more to do than it can. Try again in a moment."


class CircuitBreaker:
    """The breaker of the service at `url`. `http` probes it, on connections that no request uses."""

    def __init__(self, service: str, url: str, http: httpx.AsyncClient) -> None:
        self.service, self.http = service, http
        self.health_url = f"{url}/health"
        self.pending = 0
        self.slots = asyncio.Semaphore(SLOTS)
        self.in_slots: set[asyncio.Timeout] = set()
        self.last_response = 0.0
        self.settled = asyncio.Event()
        """Cleared from a failed connection until the probe has closed or opened the breaker."""
        self.settled.set()
        self.is_open = False

    @asynccontextmanager
    async def slot(self, request_id: str) -> AsyncIterator[None]:
        """Hold one of SLOTS. Raise Unavailable if open, if MAX_PENDING are pending, or if no slot is free within SLOT_WAIT_S.

        Raise TimeoutError in the block when the breaker opens meanwhile.
        """
        if self.is_open or self.pending >= MAX_PENDING:
            raise self._refusal(request_id)
        self.pending += 1
        timeout, has_slot = asyncio.timeout(SLOT_WAIT_S if self.slots.locked() else None), False
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

    def _refusal(self, request_id: str) -> Unavailable:
        log.warning("service_failed", failed=self.service, request_id=request_id, reason="open" if self.is_open else "overloaded")
        return Unavailable((UNREACHABLE if self.is_open else OVERLOADED).format(self.service))

    def record_response(self) -> None:
        """Restart the measurement of silence."""
        self.last_response = _now()

    def suspect(self) -> None:
        """Start probing, because a connection failed."""
        self.settled.clear()

    async def recovered(self) -> bool:
        """Wait for the result of the probe; return whether the service answered it."""
        await self.settled.wait()
        if not self.is_open:
            # spread the repetitions
            await asyncio.sleep(random.uniform(0.05, 0.25))  # noqa: S311 - not a secret
        return not self.is_open

    async def watch(self) -> None:
        """Probe when a connection failed or the service is silent, as long as the gateway runs."""
        while True:
            await asyncio.sleep(TICK_S)
            if not self.settled.is_set():
                deadline = _now() + RESTART_S
            elif self.in_slots and _now() - self.last_response >= SILENCE_S:
                deadline = self.last_response + HUNG_S
            else:
                continue
            try:
                async with asyncio.timeout_at(deadline):
                    await self._until_healthy()
            except TimeoutError:
                self._open()
                await self._until_healthy()
            self._close()

    async def _until_healthy(self) -> None:
        while True:
            with suppress(httpx.HTTPError):
                if (await self.http.get(self.health_url)).is_success:
                    return
            await asyncio.sleep(TICK_S)

    def _open(self) -> None:
        log.warning("breaker_opened", failed=self.service)
        self.is_open = True
        # requests whose connection failed wake first and raise that error; the others wait for a hung service and time out
        self.settled.set()
        hung, self.in_slots = self.in_slots, set()
        for timeout in hung:
            timeout.reschedule(_now())

    def _close(self) -> None:
        if self.is_open:
            log.warning("breaker_closed", failed=self.service)
        self.is_open = False
        self.record_response()
        self.settled.set()


def _now() -> float:
    return asyncio.get_running_loop().time()
