"""Several addresses of a service: the next one where a connection fails, least busy first, names resolved again and again."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from careplus_gateway import replicas as gateway_replicas
from careplus_gateway.replicas import Replicas
from careplus_runtime.process.background import running_tasks
from tests.gateway.conftest import Gateway, run_gateway
from tests.gateway.upstream import Upstream, close_connection, json_response, token
from tests.hospital import free_port

PATIENCE_S = 10.0
BODY = {"doctor_id": 1, "starts_at": "2030-01-07T09:00:00Z"}


@pytest.fixture(scope="module")
def two() -> Iterator[tuple[Upstream, Upstream]]:
    """Start two replicas of appointments."""
    started = Upstream(free_port()), Upstream(free_port())
    for one in started:
        one.start()
    yield started
    for one in started:
        one.stop()


@pytest.fixture(scope="module")
def gateway_of_two(two: tuple[Upstream, Upstream], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Run a gateway that knows both, and a third address where nobody listens."""
    urls = ",".join(f"http://127.0.0.1:{port}" for port in (two[0].port, two[1].port, free_port()))
    with run_gateway(tmp_path_factory.mktemp("two"), two[0], PATIENCE_S, CAREPLUS_APPOINTMENTS_URL=urls) as gateway:
        yield gateway


@pytest.fixture
def gateway(gateway_of_two: Gateway, two: tuple[Upstream, Upstream]) -> Gateway:
    for one in two:
        one.reset()
    return gateway_of_two


async def until(condition: Callable[[], bool]) -> None:
    """Return when the condition holds; fail after 20 s."""
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("not within 20 s")


async def make_healthy(gateway: Gateway, two: tuple[Upstream, Upstream]) -> None:
    """Send requests until both replicas answer: a test before may have broken the connections of one."""
    async with gateway.client(token()) as http:
        for _ in range(1000):
            await http.get("/api/appointments")
            if all(one.arrived for one in two):
                break
            await asyncio.sleep(0.02)
    assert all(one.arrived for one in two)
    for one in two:
        one.reset()


async def test_missing_replica_refuses_no_request(gateway: Gateway, two: tuple[Upstream, Upstream]) -> None:
    async with gateway.client(token()) as http:
        answers = [await http.post("/api/appointments", json=BODY) for _ in range(40)]
    assert {one.status_code for one in answers} == {200}
    assert sum(len(one.arrived) for one in two) == 40, "each request was executed once"
    assert all(one.arrived for one in two)


@pytest.mark.parametrize(
    ("method", "headers", "status", "executed"),
    [("GET", {}, 200, 2), ("POST", {"Idempotency-Key": "once"}, 200, 2), ("POST", {}, 503, 1), ("PUT", {}, 503, 1)],
)
async def test_broken_connection_is_repeated_if_safe(
    gateway: Gateway, two: tuple[Upstream, Upstream], method: str, headers: dict[str, str], status: int, executed: int
) -> None:
    """The first replica that gets the request reads it and closes the connection.

    It may get the repeated request too, if its probe succeeds before that of the other, which the test before broke.
    """
    two[0].next_answers = two[1].next_answers = [close_connection]
    path = "/api/appointments/1" if method == "PUT" else "/api/appointments"
    async with gateway.client(token()) as http:
        answer = await http.request(method, path, headers=headers, json=None if method == "GET" else BODY)
    assert (answer.status_code, sum(len(one.arrived) for one in two)) == (status, executed)


async def test_request_goes_to_the_least_busy_replica(gateway: Gateway, two: tuple[Upstream, Upstream]) -> None:
    await make_healthy(gateway, two)
    released = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def wait(*scope: Any) -> None:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(released.wait(), loop))
        await json_response()(*scope)

    two[0].next_answers = two[1].next_answers = [wait]
    async with gateway.client(token()) as http:
        waiting = asyncio.create_task(http.get("/api/appointments"))
        await until(lambda: any(one.arrived for one in two))
        busy = next(one for one in two if one.arrived)
        # sooner than PATIENCE_S, after which the request that waits is 504
        assert {(await http.get("/api/appointments")).status_code for _ in range(10)} == {200}
        assert len(busy.arrived) == 1
        released.set()
        await waiting


async def test_gateway_is_ready_with_one_replica_of_each_service(two: tuple[Upstream, Upstream], folder: Path) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    urls: dict[str, Any] = {
        f"CAREPLUS_{name}_URL": f"{gone},http://127.0.0.1:{two[0].port}" for name in ("AUTH", "DOCTORS", "LABS")
    }
    with run_gateway(folder, two[0], **urls) as gateway:
        async with gateway.client() as http:
            assert (await http.get("/ready")).status_code == 200


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the addresses of the name `labs.test`; a test changes them."""
    known: set[str] = set()

    async def resolve(_: Any, host: str, *__: Any, **___: Any) -> list[tuple[Any, ...]]:
        if host != "labs.test" or not known:
            raise socket.gaierror
        kinds = {one: socket.AF_INET6 if ":" in one else socket.AF_INET for one in known}
        return [(kind, socket.SOCK_STREAM, 6, "", (one, 0)) for one, kind in kinds.items()]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", resolve)
    monkeypatch.setattr(gateway_replicas, "RESOLVE_S", 0.02)
    return known


async def test_name_is_resolved_again_and_again(addresses: set[str]) -> None:
    """The port is the name's, the address the resolver's, and the host header stays the name for certificates and logs."""
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    port = free_port()
    known = Replicas("labs", [f"http://labs.test:{port}"], None)
    async with AsyncExitStack() as closing, await asyncio.start_server(answer, "127.0.0.2", port):
        closing.push_async_callback(known.close)
        await closing.enter_async_context(running_tasks(known.keep_resolved()))
        assert [one.address for one in known] == [None], "a connection resolves it"
        addresses |= {"127.0.0.1", "127.0.0.2", "::1"}
        await until(lambda: [one.address for one in known] == ["127.0.0.1", "127.0.0.2"])
        first, second = known
        request = httpx.Request("GET", f"{second.url}/x")
        assert (await second.transport.handle_async_request(request)).status_code == 200
        assert f"host: labs.test:{port}".encode() in heard[-1]
        addresses.discard("127.0.0.1")
        await until(lambda: [one.address for one in known] == ["127.0.0.2"])
        assert next(iter(known)) is second
        # a request that waits for it goes elsewhere at once
        await until(lambda: first.breaker.is_open)
        addresses.clear()
        await asyncio.sleep(0.1)
        assert list(known) == [second], "the last addresses stay while the name cannot be resolved"
