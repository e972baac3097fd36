"""Forwarding: allowed headers, bodies, streams, and the responses when a service fails."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from careplus_contracts.endpoints import Role
from careplus_contracts.registry import ENDPOINTS
from careplus_gateway.circuit_breaker import SLOTS
from careplus_gateway.connections import IDLE_S
from careplus_gateway.security_headers import SECURITY_HEADERS
from careplus_runtime.process.server import KEEP_ALIVE_S
from careplus_runtime.transport.request_limits import MAX_LARGE_BODIES
from tests.gateway.conftest import TIMEOUT_S, Gateway, run_gateway
from tests.gateway.upstream import (
    Upstream,
    close_connection,
    in_chunks,
    interrupt,
    interrupt_after_head,
    interrupt_stream,
    json_response,
    no_response,
    not_http,
    token,
)

MIB = 2**20


async def chunks(size: int, count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * size


def test_pool_idle_time_is_below_service_keep_alive() -> None:
    assert IDLE_S < KEEP_ALIVE_S


async def test_only_allowed_request_headers_are_forwarded(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    sent = {
        "Accept": "application/json",
        "Accept-Language": "de",
        "If-None-Match": '"a"',
        "User-Agent": "tests",
        "Cookie": "refresh=secret",
        "Origin": "http://evil.example",
        "X-CarePlus": "1",
        "X-Forwarded-For": "10.0.0.1",
        "Forwarded": "for=10.0.0.1",
        "X-Original-URL": "/api/admin/stats",
        "X-HTTP-Method-Override": "DELETE",
        "X-User": "1",
        "X-Request-Id": "request-of-the-tests",
        "TE": "trailers",
    }
    async with gateway.client(patient) as http:
        answer = await http.get("/api/appointments", headers=sent)
    assert answer.headers["x-request-id"] == "request-of-the-tests"
    [arrived] = upstream.arrived
    assert dict(arrived.headers) == {
        b"host": f"127.0.0.1:{upstream.port}".encode(),
        b"accept": b"application/json",
        b"accept-language": b"de",
        b"authorization": f"Bearer {patient}".encode(),
        b"if-none-match": b'"a"',
        b"user-agent": b"tests",
        b"x-request-id": b"request-of-the-tests",
        b"x-forwarded-for": b"127.0.0.1",
    }


async def test_cookies_are_forwarded_only_to_and_from_auth(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    cookies = [(b"set-cookie", b"__Host-refresh=one; Secure"), (b"set-cookie", b"other=two"), (b"server", b"upstream")]
    upstream.answer = json_response(200, b"{}", *cookies)
    async with gateway.client() as http:
        answer = await http.post("/auth/refresh", headers={"Cookie": "refresh=mine", "Origin": gateway.url, "X-CarePlus": "1"})
    assert answer.headers.get_list("set-cookie") == ["__Host-refresh=one; Secure", "other=two"]
    assert "server" not in answer.headers
    assert upstream.arrived[0].header(b"cookie") == b"refresh=mine"
    assert upstream.arrived[0].header(b"origin") == gateway.url.encode()
    assert upstream.arrived[0].header(b"x-careplus") == b"1"
    async with gateway.client(patient) as patient_http:
        await patient_http.post("/auth/refresh")
        answer = await patient_http.get("/api/appointments")
    assert upstream.arrived[1].header(b"cookie") is None
    assert upstream.arrived[2].header(b"cookie") is None
    assert "set-cookie" not in answer.headers


async def test_only_allowed_response_headers_are_forwarded(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    known = [
        (b"etag", b'"3"'),
        (b"cache-control", b"no-store"),
        (b"retry-after", b"1"),
        (b"idempotency-replayed", b"true"),
        (b"location", b"/api/appointments/1"),
    ]
    unknown = [(b"x-powered-by", b"upstream"), (b"x-request-id", b"of-the-service"), (b"access-control-allow-origin", b"*")]
    upstream.answer = json_response(201, b'{"id": 1}', *known, *unknown)
    async with gateway.client(patient) as http:
        answer = await http.post("/api/appointments", json={})
    assert answer.json() == {"id": 1}
    assert {name: answer.headers[name.decode()] for name, _ in known} == {name: value.decode() for name, value in known}
    ours = {"content-type", "content-length", "date", "x-request-id", "ratelimit", "ratelimit-policy", "content-security-policy"}
    ours |= {name.lower() for name in SECURITY_HEADERS}
    assert answer.headers.keys() == ours | {name.decode() for name, _ in known}
    assert answer.headers["x-request-id"] != "of-the-service"


@pytest.mark.parametrize(
    "query",
    [
        b"limit=20&cursor=abc_-",
        b"q=a+b&q=c%2Bd&q=",
        b"q=%C3%A4%20%26%3D%23%25&x",
        b"a;b=1&&=&q=%22%3C%27",
        b"q=(a)[b]{c}|^`~!*',:@/?$",
        b"q=%zz&r=%",
        b"q=%00%ff",
    ],
)
async def test_forwarded_query_has_the_same_meaning(gateway: Gateway, upstream: Upstream, query: bytes) -> None:
    with gateway.connect() as connection:
        connection.sendall(b"GET /api/doctors?" + query + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert httpx.QueryParams(upstream.arrived[0].query).multi_items() == httpx.QueryParams(query).multi_items()


async def test_token_is_checked_before_forwarding(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    # a wrong role is forwarded without the body, because the service has the audit trail
    async with gateway.client() as without_token, gateway.client("x.y.z") as with_garbage, gateway.client(patient) as http:
        for anonymous in (without_token, with_garbage):
            answer = await anonymous.get("/api/appointments")
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
            assert answer.headers["www-authenticate"].startswith("Bearer")
        assert upstream.arrived == []
        answer = await http.post("/api/admin/doctors", content=b"not looked at", headers={"Idempotency-Key": "mine"})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    [forwarded] = upstream.arrived
    assert (forwarded.body, forwarded.header(b"content-length"), forwarded.header(b"idempotency-key")) == (b"", b"0", None)


async def test_wrong_role_gets_the_refusal_of_the_service(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    """One request, which the service refuses and audits; a success of the service is never passed on."""
    of_service = json_response(403, b'{"code": "forbidden", "of": "the service"}')
    upstream.next_answers = [of_service, json_response(401, b'{"code": "unauthenticated"}'), json_response(200), in_chunks(b"{}")]
    async with gateway.client(patient) as http:
        refused = await http.get("/api/admin/stats")
        assert (refused.status_code, refused.json()["of"]) == (403, "the service")
        assert (await http.get("/api/admin/stats")).status_code == 401, "a 401 of the service is passed on"
        for _ in range(2):
            answer = await http.get("/api/admin/stats")
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert len(upstream.arrived) == 4


async def test_wrong_role_at_an_unreachable_service_is_503(gateway: Gateway, patient: str) -> None:
    """The refusal cannot be audited there, so the client is told to try again."""
    of_labs = next(one for one in ENDPOINTS if one.service == "labs" and one.method == "GET" and not one.admits(Role.PATIENT))
    async with gateway.client(patient) as http:
        assert (await http.get(of_labs.path.replace("{id}", "7"))).status_code == 503


@pytest.mark.parametrize("size", [0, 1, 65536, 65537, MIB])
async def test_request_body_is_forwarded_whole(gateway: Gateway, upstream: Upstream, patient: str, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"y" * (size % 256)
    async with gateway.client(patient) as http:
        assert (await http.post("/api/appointments", content=content)).status_code == 200
    [arrived] = upstream.arrived
    assert arrived.body == content
    assert arrived.header(b"content-length") == (str(size).encode() if size else b"0")


async def test_chunked_body_is_forwarded_whole(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    async with gateway.client(patient) as http:
        assert (await http.post("/api/appointments", content=chunks(10_000, 50))).status_code == 200
    assert upstream.arrived[0].body == b"x" * 500_000


async def test_body_above_1_mib_is_413_with_and_without_length(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    async with gateway.client(patient) as http:
        with_length = await http.post("/api/appointments", content=b"x" * (MIB + 1))
        without_length = await http.post("/api/appointments", content=chunks(65536, 17))
        again = await http.get("/api/appointments")
    assert (with_length.status_code, with_length.json()["code"]) == (413, "too_large")
    assert (without_length.status_code, without_length.json()["code"]) == (413, "too_large")
    assert again.status_code == 200
    assert [arrived.method for arrived in upstream.arrived] == ["GET"]


async def test_long_response_is_streamed(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    upstream.answer = in_chunks(b"first", b"x" * MIB, b"last")
    arrivals: list[float] = []
    content = b""
    plainly = {"Accept-Encoding": "identity"}
    async with gateway.client(patient) as http, http.stream("GET", "/api/appointments", headers=plainly) as answer:
        async for chunk in answer.aiter_raw():
            arrivals.append(time.monotonic())
            content += chunk
    assert content == b"first" + b"x" * MIB + b"last"
    assert arrivals[-1] - arrivals[0] > 0.4


@pytest.mark.parametrize("status", [204, 304])
async def test_response_without_body_is_forwarded(gateway: Gateway, upstream: Upstream, patient: str, status: int) -> None:
    upstream.answer = json_response(status, b"", (b"etag", b'"1"'))
    async with gateway.client(patient) as http:
        answer = await http.get("/api/appointments")
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (status, b"", '"1"')
        assert (await http.get("/api/appointments")).status_code == status


async def test_unreachable_service_is_503_and_others_answer(gateway: Gateway, patient: str) -> None:
    async with gateway.client(patient) as http:
        answer = await http.get("/api/labs/tests")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"] == "2"
        assert "labs" in answer.json()["detail"]
        assert (await http.get("/api/appointments")).status_code == 200
    lines = [json.loads(line) for line in gateway.log.read_text().splitlines() if line.startswith("{")]
    [why] = [
        line for line in lines if line.get("request_id") == answer.json()["request_id"] and line["event"] != "request_finished"
    ]
    assert (why["failed"], why["service"], why["level"]) == ("labs", "gateway", "warning")


async def test_slow_service_is_504_and_next_request_succeeds(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    upstream.next_answers = [no_response]
    async with gateway.client(patient) as http:
        started = time.monotonic()
        answer = await http.get("/api/appointments")
        assert (answer.status_code, answer.json()["code"]) == (504, "timed_out")
        assert time.monotonic() - started < TIMEOUT_S + 1
        assert (await http.get("/api/appointments")).status_code == 200
    assert len(upstream.arrived) == 2, "a request that timed out is not repeated"


async def test_valid_request_after_each_service_failure_succeeds(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    failures = {
        json_response(500): 500,
        interrupt: 503,
        interrupt_after_head: 503,
        interrupt_stream: None,
        close_connection: 503,
        not_http: 503,
    }
    count = 0
    async with gateway.client(patient) as http:
        for failure, status in [*failures.items()] * 17:
            upstream.next_answers = [failure]
            if status is None:
                with pytest.raises(httpx.RemoteProtocolError):
                    await http.put("/api/appointments/1", json={})
            else:
                assert (await http.put("/api/appointments/1", json={})).status_code == status
            count += 1
            assert upstream.next_answers == []
            # sent once each: the GET succeeds at once, the POST has no idempotency key
            upstream.arrived.clear()
            assert (await http.get("/api/appointments")).status_code == 200
            assert (await http.post("/api/appointments", json={})).status_code == 200
            assert [arrived.method for arrived in upstream.arrived] == ["GET", "POST"]
    assert count > 100


async def test_response_that_is_not_http_is_503(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    upstream.next_answers = [not_http, not_http]
    async with gateway.client(patient) as http:
        assert (await http.post("/api/appointments?q=Zyprian", json={})).status_code == 503
        assert (await http.get("/api/appointments")).status_code == 200
    log_lines = gateway.log.read_text()
    assert "service_failed" in log_lines
    assert patient not in log_lines, "the log line has no part of the request"
    assert "Zyprian" not in log_lines


async def test_broken_connection_is_repeated_if_safe(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    async with gateway.client(patient) as http:
        upstream.next_answers = [close_connection]
        assert (await http.get("/api/appointments")).status_code == 200
        upstream.next_answers = [close_connection]
        keyed = await http.post("/api/appointments", json={"a": 1}, headers={"Idempotency-Key": "once"})
        assert keyed.status_code == 200
        assert upstream.arrived[-1].body == upstream.arrived[-2].body == b'{"a":1}'
        upstream.next_answers = [close_connection]
        before = len(upstream.arrived)
        answer = await http.post("/api/appointments", json={"a": 1})
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert "look whether it was done" in answer.json()["detail"]
        assert len(upstream.arrived) == before + 1
        upstream.next_answers = [close_connection]
        before = len(upstream.arrived)
        assert (await http.put("/api/appointments/1", json={})).status_code == 503
        assert len(upstream.arrived) == before + 1
        upstream.next_answers = [close_connection, close_connection]
        assert (await http.get("/api/appointments")).status_code == 503


async def test_interrupted_response_is_incomplete_for_the_client(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    upstream.next_answers = [interrupt_stream]
    async with gateway.client(patient) as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get("/api/appointments")
        assert (await http.get("/api/appointments")).status_code == 200


async def test_disconnected_clients_free_their_slots(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    head = f"POST /api/appointments HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {patient}\r\ncontent-length: "
    for length in (1000, 500_000):
        for _ in range(40):
            with gateway.connect() as connection:
                connection.sendall(head.encode() + f"{length}\r\n\r\n".encode() + b"x" * 500)
    async with gateway.client(patient) as http:
        answers = await asyncio.gather(*(http.get("/api/appointments") for _ in range(40)))
    assert {answer.status_code for answer in answers} == {200}
    assert {arrived.method for arrived in upstream.arrived} == {"GET"}
    assert "request_failed" not in gateway.log.read_text()


async def test_concurrent_requests_share_few_connections(gateway: Gateway, upstream: Upstream) -> None:
    async def ask(account_id: int) -> bool:
        mine = token(Role.PATIENT, account_id)
        async with gateway.client(mine) as http:
            return (await http.get("/api/appointments", params={"q": account_id})).status_code == 200

    assert all(await asyncio.gather(*(ask(account_id) for account_id in range(1, 3 * SLOTS + 1))))
    assert len(upstream.arrived) == 3 * SLOTS


async def test_open_breaker_refuses_at_once_and_closes_again(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    async with gateway.client(patient) as http:
        assert (await http.get("/api/appointments")).status_code == 200
        upstream.stop()
        try:
            assert (await http.get("/api/appointments")).status_code == 503
            started = time.monotonic()
            answer = await http.get("/api/appointments")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
            assert time.monotonic() - started < TIMEOUT_S / 2
        finally:
            upstream.start()
        deadline = time.monotonic() + 2
        while (await http.get("/api/appointments")).status_code != 200:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        assert (await http.post("/api/appointments", json={})).status_code == 200


async def test_terminated_gateway_finishes_its_requests(gateway: Gateway, upstream: Upstream, patient: str, folder: Path) -> None:
    upstream.answer = in_chunks(b"{}")
    with run_gateway(folder, upstream, timeout_s=30) as terminating:
        assert terminating.process is not None
        async with terminating.client(patient) as http:
            requests = [asyncio.create_task(http.get("/api/appointments")) for _ in range(50)]
            for _ in range(2000):
                if len(upstream.arrived) >= SLOTS * 2:
                    break
                await asyncio.sleep(0.01)
            assert len(upstream.arrived) >= SLOTS * 2
            terminating.process.terminate()
            assert [answer.status_code for answer in await asyncio.gather(*requests)] == [200] * 50
        assert terminating.process.wait(10) in {0, -signal.SIGTERM}


async def test_requests_wait_for_a_restarting_service(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    async with gateway.client(patient) as http:
        upstream.stop()
        request = asyncio.create_task(http.put("/api/appointments/1", json={}))
        await asyncio.sleep(TIMEOUT_S / 2)
        upstream.start()
        assert (await request).status_code == 200, "an unsent request can be repeated"
    assert [arrived.method for arrived in upstream.arrived] == ["PUT"]


async def test_slow_senders_occupy_no_slot(gateway: Gateway, upstream: Upstream) -> None:
    """More slow senders than connections to a service do not delay another client."""
    head = b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(SLOTS + 4):
            stack.enter_context(gateway.connect()).sendall(head + b" " * 70_000)
        async with gateway.client() as http:
            started = time.monotonic()
            assert (await http.post("/auth/login", json={})).status_code == 200
            assert time.monotonic() - started < TIMEOUT_S / 2


async def test_concurrent_large_bodies_are_bounded(gateway: Gateway, patient: str) -> None:
    head = b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(MAX_LARGE_BODIES):
            stack.enter_context(gateway.connect()).sendall(head + b" " * 70_000)
        async with gateway.client(patient) as http:
            for _ in range(100):
                refused = await http.post("/api/appointments", content=b" " * 70_000)
                # until the gateway has read the other bodies
                if refused.status_code == 503:
                    break
                await asyncio.sleep(0.1)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
            assert (await http.post("/api/appointments", json={})).status_code == 200
