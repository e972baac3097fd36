"""Writers that repeat each request with its Idempotency-Key until it is acknowledged, and the count of their records."""

import asyncio
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from careplus_contracts.registry import SERVICES
from tests.acts.catalogue import ACTS
from tests.attacks.restarts import OWN_ACTS, Staff, events_of
from tests.hospital import LOCAL_HTTP

REPEATED = {502, 503, 504, 507}
WRITERS = 2
IN_PROGRESS = WRITERS * len(SERVICES)
"""Writes that may be done, and not yet counted, when a process is killed."""
PAUSE_S, REPEAT_S = 0.05, 0.25
PATIENCE_S = 120
RENEWED_AFTER_S = 60
"""Tokens are renewed while all services run, so that no writer signs in while auth is down."""


class Storm:
    """Two writers for each service, each with an act that needs no other service."""

    def __init__(self, staff: Staff, acknowledged: Callable[[str], None] = lambda _: None, pause_s: float = PAUSE_S) -> None:
        """`acknowledged` is called with each mark when its write is acknowledged."""
        self.staff, self._is_acknowledged, self._pause_s = staff, acknowledged, pause_s
        self.marks: dict[str, list[str]] = defaultdict(list)
        self.acknowledged: Counter[str] = Counter()
        self.refused: Counter[int] = Counter()
        self._stop = asyncio.Event()
        self.first_event = staff.last_event()

    @asynccontextmanager
    async def blowing(self) -> AsyncIterator[None]:
        """Write until the block ends; then each writer ends with an acknowledgement."""
        async with httpx.AsyncClient(base_url=self.staff.hospital.url, timeout=30, **LOCAL_HTTP) as http:
            tasks = [asyncio.create_task(self._write(http, service)) for service in SERVICES for _ in range(WRITERS)]
            try:
                yield
            finally:
                self._stop.set()
                await asyncio.gather(*tasks)

    async def next_acknowledged(self, service: str | None = None, after: int = 0) -> float:
        """Return the seconds until a write of the service, or of any, is acknowledged, after some that were answered before."""
        began = time.monotonic()
        before = self._total(service) + after
        while self._total(service) <= before:
            assert time.monotonic() < began + PATIENCE_S, f"{service} acknowledges nothing: {self.refused}"
            await asyncio.sleep(0.02)
        return time.monotonic() - began

    def renew(self) -> None:
        for person in self.staff.context.people.values():
            person.signed_in.renew_after(RENEWED_AFTER_S)

    def check(self) -> None:
        """Check that each mark is in one record, that the trail has one event of each, and that its chain is whole."""
        staff = self.staff
        for name, marks in self.marks.items():
            assert staff.counts_of(name, marks) == {1: len(marks)}, name
        changes = staff.changes_since(self.first_event)
        for name, marks in self.marks.items():
            for event in events_of(name):
                assert changes[event] == len(marks), event
        verified = staff.hospital.careplus("audit", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr

    def _total(self, service: str | None) -> int:
        return self.acknowledged[service] if service else self.acknowledged.total()

    async def _write(self, http: httpx.AsyncClient, service: str) -> None:
        name, context = OWN_ACTS[service], self.staff.context
        act = ACTS[name]
        assert act.mark is not None
        # prepared once: steps before an act use the services, which may be down later
        prepared = context.request(act)
        while not self._stop.is_set():
            mark = secrets.token_hex(8)
            body = {**prepared.body, act.mark.member: act.mark.value.format(mark=mark)}
            if "starts_at" in body:
                body["starts_at"] = context.free_time()
            headers = {**context.headers(act.caller), "Idempotency-Key": f"of {mark}"}
            self.marks[name].append(mark)
            await self._until_acknowledged(http, {"method": "POST", "url": prepared.path, "json": body, "headers": headers})
            self._is_acknowledged(mark)
            self.acknowledged[service] += 1
            await asyncio.sleep(self._pause_s)

    async def _until_acknowledged(self, http: httpx.AsyncClient, request: dict[str, Any]) -> None:
        """Send a request until it is answered with 201, as a portal does."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                answer = await http.request(**request)
            except httpx.TransportError:
                # the gateway is down
                await asyncio.sleep(REPEAT_S)
                continue
            if answer.status_code == 201:
                return
            assert answer.status_code in REPEATED or answer.json()["code"] == "in_progress", answer.text
            self.refused[answer.status_code] += 1
            await asyncio.sleep(REPEAT_S)
        raise AssertionError(f"not acknowledged within {PATIENCE_S} s: {request}")
