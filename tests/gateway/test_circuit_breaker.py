"""The circuit breaker of one service: slots, silence, and the time until it opens."""

import asyncio
import socket
import time
from contextlib import AsyncExitStack

import httpx
import pytest

from careplus_contracts.refusals import Unavailable
from careplus_gateway import circuit_breaker
from careplus_gateway.circuit_breaker import MAX_PENDING, SLOTS, CircuitBreaker
from careplus_gateway.connections import connection_pool
from careplus_runtime.process.background import running_tasks as background
from tests.gateway.upstream import Upstream

REQUEST_ID = "request-of-the-tests"


def stopped_service() -> socket.socket:
    """Return a listener without accept: the kernel completes the connections, as for a stopped process."""
    return socket.create_server(("127.0.0.1", 0))


def probing_client() -> httpx.AsyncClient:
    """Return a client as the gateway has it."""
    return httpx.AsyncClient(transport=connection_pool(tls=None), trust_env=False)


def breaker_of(service: socket.socket | Upstream, http: httpx.AsyncClient) -> CircuitBreaker:
    port = service.port if isinstance(service, Upstream) else service.getsockname()[1]
    return CircuitBreaker("labs", f"http://127.0.0.1:{port}", http)


async def occupy_slot(breaker: CircuitBreaker) -> None:
    async with breaker.slot(REQUEST_ID):
        await asyncio.sleep(10)


async def test_full_slots_are_503_and_breaker_stays_closed(monkeypatch: pytest.MonkeyPatch, upstream: Upstream) -> None:
    monkeypatch.setattr(circuit_breaker, "SLOT_WAIT_S", 0.05)
    async with probing_client() as http, AsyncExitStack() as stack:
        of_labs = breaker_of(upstream, http)
        for _ in range(SLOTS):
            await stack.enter_async_context(of_labs.slot(REQUEST_ID))
        with pytest.raises(Unavailable, match="more to do") as refused:
            await stack.enter_async_context(of_labs.slot(REQUEST_ID))
        assert refused.value.headers() == {"Retry-After": "2"}
        assert of_labs.settled.is_set()
    async with of_labs.slot(REQUEST_ID):
        pass


@pytest.mark.parametrize(("is_hung", "waits_s"), [(True, (0.8, 1.5)), (False, (2.8, 3.5))], ids=["hung", "restarting"])
async def test_killed_hung_service_opens_breaker_sooner(
    monkeypatch: pytest.MonkeyPatch, is_hung: bool, waits_s: tuple[float, float]
) -> None:
    """A service that was silent before it was killed delays its callers less than a service that restarts."""
    for name, seconds in {"SILENCE_S": 0.1, "HUNG_S": 0.9, "RESTART_S": 3.0}.items():
        monkeypatch.setattr(circuit_breaker, name, seconds)
    service = stopped_service()
    async with probing_client() as http:
        of_labs = breaker_of(service, http)
        async with background(of_labs.watch()):
            began = time.monotonic()
            if is_hung:
                request = asyncio.create_task(occupy_slot(of_labs))
                await asyncio.sleep(0.6)
                service.close()
                with pytest.raises(TimeoutError):
                    await request
            else:
                service.close()
                of_labs.suspect()
                await of_labs.settled.wait()
            assert of_labs.is_open
            assert waits_s[0] < time.monotonic() - began < waits_s[1]


async def test_open_breaker_refuses_requests_that_wait_for_a_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests in slots of a hung service time out; requests that wait for a slot were not sent and are Unavailable."""
    for name, seconds in {"SILENCE_S": 0.1, "PROBE_S": 0.2}.items():
        monkeypatch.setattr(circuit_breaker, name, seconds)
    async with probing_client() as http:
        with stopped_service() as service:
            of_labs = breaker_of(service, http)
            async with background(of_labs.watch()):
                results = await asyncio.gather(*(occupy_slot(of_labs) for _ in range(SLOTS + 5)), return_exceptions=True)
    assert [type(result) for result in results] == [TimeoutError] * SLOTS + [Unavailable] * 5
    assert "cannot be reached" in str(results[-1])
    assert (of_labs.pending, of_labs.slots.locked()) == (0, False)


async def test_hung_service_after_a_failed_connection_opens_breaker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection failed, so that the breaker waits for a restart; then the service accepts connections and is silent."""
    monkeypatch.setattr(circuit_breaker, "PROBE_S", 0.2)
    async with probing_client() as http:
        with stopped_service() as service:
            of_labs = breaker_of(service, http)
            of_labs.suspect()
            async with background(of_labs.watch()), asyncio.timeout(2):
                await of_labs.settled.wait()
            assert of_labs.is_open


async def test_slow_response_does_not_open_breaker(monkeypatch: pytest.MonkeyPatch, upstream: Upstream) -> None:
    for name, seconds in {"SILENCE_S": 0.1, "PROBE_S": 0.2}.items():
        monkeypatch.setattr(circuit_breaker, name, seconds)
    async with probing_client() as http:
        of_labs = breaker_of(upstream, http)
        async with background(of_labs.watch()), of_labs.slot(REQUEST_ID):
            await asyncio.sleep(1)
        assert not of_labs.is_open


async def test_pending_requests_are_bounded(upstream: Upstream) -> None:
    async with probing_client() as http:
        of_labs = breaker_of(upstream, http)
        async with background(*(occupy_slot(of_labs) for _ in range(MAX_PENDING))):
            await asyncio.sleep(0)
            with pytest.raises(Unavailable, match="more to do") as refused:
                await occupy_slot(of_labs)
            assert refused.value.headers() == {"Retry-After": "2"}
        assert of_labs.pending == 0
        async with of_labs.slot(REQUEST_ID):
            assert of_labs.pending == 1


async def test_stalled_gateway_does_not_open_breaker(upstream: Upstream) -> None:
    """After a stall of the gateway's own event loop the last response is old, although the service is healthy."""
    async with probing_client() as http:
        of_labs = breaker_of(upstream, http)
        async with background(of_labs.watch()), of_labs.slot(REQUEST_ID):
            of_labs.last_response -= 60
            await asyncio.sleep(1)
            assert asyncio.get_running_loop().time() - of_labs.last_response < 1
        assert not of_labs.is_open
