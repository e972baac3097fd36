"""What goes through the gateway, what does not, and what callers hear when a service fails."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import httpx
import pytest

from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import Unavailable
from careplus_gateway import breaker
from careplus_gateway.bodies import LARGE_AT_ONCE
from careplus_gateway.breaker import MOST, TURNS, Breaker
from careplus_gateway.forward import IDLE_S
from careplus_gateway.guards import GUARDS
from careplus_runtime.beside import beside
from careplus_runtime.process import KEEP_ALIVE_S
from tests.gateway.conftest import PATIENCE_S, Gateway, running
from tests.gateway.peer import (
    Peer,
    break_off,
    break_off_at_once,
    break_off_late,
    hang_up,
    in_parts,
    never,
    nonsense,
    plain,
    token,
)
from tests.hospital import LOCAL_HTTP, free_port

MIB = 2**20


async def chunks(size: int, count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * size


def test_a_kept_connection_is_left_before_its_service_closes_it() -> None:
    assert IDLE_S < KEEP_ALIVE_S


async def test_only_known_headers_reach_a_service(gateway: Gateway, peer: Peer, patient: str) -> None:
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
    [arrived] = peer.arrived
    assert dict(arrived.headers) == {
        b"host": f"127.0.0.1:{peer.port}".encode(),
        b"accept": b"application/json",
        b"accept-language": b"de",
        b"authorization": f"Bearer {patient}".encode(),
        b"if-none-match": b'"a"',
        b"user-agent": b"tests",
        b"x-request-id": b"request-of-the-tests",
        b"x-forwarded-for": b"127.0.0.1",
    }


async def test_cookies_are_between_callers_and_auth(gateway: Gateway, peer: Peer, patient: str) -> None:
    cookies = [(b"set-cookie", b"__Host-refresh=one; Secure"), (b"set-cookie", b"other=two"), (b"server", b"peer")]
    peer.answer = plain(200, b"{}", *cookies)
    async with gateway.client() as http:
        answer = await http.post("/auth/refresh", headers={"Cookie": "refresh=mine", "Origin": gateway.url, "X-CarePlus": "1"})
    assert answer.headers.get_list("set-cookie") == ["__Host-refresh=one; Secure", "other=two"]
    assert "server" not in answer.headers
    assert peer.arrived[0].header(b"cookie") == b"refresh=mine"
    assert peer.arrived[0].header(b"origin") == gateway.url.encode()
    assert peer.arrived[0].header(b"x-careplus") == b"1"
    async with gateway.client(patient) as somebody_else:
        await somebody_else.post("/auth/refresh")
        answer = await somebody_else.get("/api/appointments")
    assert peer.arrived[1].header(b"cookie") is None
    assert peer.arrived[2].header(b"cookie") is None
    assert "set-cookie" not in answer.headers


async def test_only_known_headers_come_back(gateway: Gateway, peer: Peer, patient: str) -> None:
    known = [
        (b"etag", b'"3"'),
        (b"cache-control", b"no-store"),
        (b"retry-after", b"1"),
        (b"idempotency-replayed", b"true"),
        (b"location", b"/api/appointments/1"),
    ]
    unknown = [(b"x-powered-by", b"peer"), (b"x-request-id", b"of-the-service"), (b"access-control-allow-origin", b"*")]
    peer.answer = plain(201, b'{"id": 1}', *known, *unknown)
    async with gateway.client(patient) as http:
        answer = await http.post("/api/appointments", json={})
    assert answer.json() == {"id": 1}
    assert {name: answer.headers[name.decode()] for name, _ in known} == {name: value.decode() for name, value in known}
    ours = {"content-type", "content-length", "date", "x-request-id", "ratelimit", "ratelimit-policy", "content-security-policy"}
    ours |= {name.lower() for name in GUARDS}
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
async def test_a_query_means_the_same_behind_the_gateway(gateway: Gateway, peer: Peer, query: bytes) -> None:
    with gateway.connect() as connection:
        connection.sendall(b"GET /api/doctors?" + query + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert httpx.QueryParams(peer.arrived[0].query).multi_items() == httpx.QueryParams(query).multi_items()


async def test_callers_are_checked_before_a_service_is_asked(gateway: Gateway, peer: Peer, patient: str) -> None:
    # of a wrong role the service is told, because it has the audit trail; never what was sent
    async with gateway.client() as nobody, gateway.client("x.y.z") as garbage, gateway.client(patient) as http:
        for stranger in (nobody, garbage):
            answer = await stranger.get("/api/appointments")
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
            assert answer.headers["www-authenticate"].startswith("Bearer")
        assert peer.arrived == []
        answer = await http.post("/api/admin/doctors", content=b"not looked at", headers={"Idempotency-Key": "mine"})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    [told] = peer.arrived
    assert (told.body, told.header(b"content-length"), told.header(b"idempotency-key")) == (b"", b"0", None)


@pytest.mark.parametrize("size", [0, 1, 65536, 65537, MIB])
async def test_bodies_arrive_whole(gateway: Gateway, peer: Peer, patient: str, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"y" * (size % 256)
    async with gateway.client(patient) as http:
        assert (await http.post("/api/appointments", content=content)).status_code == 200
    [arrived] = peer.arrived
    assert arrived.body == content
    assert arrived.header(b"content-length") == (str(size).encode() if size else b"0")


async def test_a_body_of_unknown_length_is_streamed(gateway: Gateway, peer: Peer, patient: str) -> None:
    async with gateway.client(patient) as http:
        assert (await http.post("/api/appointments", content=chunks(10_000, 50))).status_code == 200
    assert peer.arrived[0].body == b"x" * 500_000


async def test_too_large_a_body_is_refused_also_when_its_length_is_not_told(gateway: Gateway, peer: Peer, patient: str) -> None:
    async with gateway.client(patient) as http:
        told = await http.post("/api/appointments", content=b"x" * (MIB + 1))
        untold = await http.post("/api/appointments", content=chunks(65536, 17))
        again = await http.get("/api/appointments")
    assert (told.status_code, told.json()["code"]) == (413, "too_large")
    assert (untold.status_code, untold.json()["code"]) == (413, "too_large")
    assert again.status_code == 200
    assert [arrived.method for arrived in peer.arrived] == ["GET"]


async def test_a_large_answer_comes_as_it_is_made(gateway: Gateway, peer: Peer, patient: str) -> None:
    peer.answer = in_parts(b"first", b"x" * MIB, b"last")
    came: list[float] = []
    content = b""
    plainly = {"Accept-Encoding": "identity"}
    async with gateway.client(patient) as http, http.stream("GET", "/api/appointments", headers=plainly) as answer:
        async for chunk in answer.aiter_raw():
            came.append(time.monotonic())
            content += chunk
    assert content == b"first" + b"x" * MIB + b"last"
    assert came[-1] - came[0] > 0.4


@pytest.mark.parametrize("status", [204, 304])
async def test_answers_without_a_body(gateway: Gateway, peer: Peer, patient: str, status: int) -> None:
    peer.answer = plain(status, b"", (b"etag", b'"1"'))
    async with gateway.client(patient) as http:
        answer = await http.get("/api/appointments")
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (status, b"", '"1"')
        assert (await http.get("/api/appointments")).status_code == status


async def test_a_service_that_is_away_is_named_and_the_others_go_on(gateway: Gateway, patient: str) -> None:
    async with gateway.client(patient) as http:
        answer = await http.get("/api/labs/tests")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"] == "2"
        assert "labs" in answer.json()["detail"]
        assert (await http.get("/api/appointments")).status_code == 200
    lines = [json.loads(line) for line in gateway.log.read_text().splitlines() if line.startswith("{")]
    [why] = [line for line in lines if line.get("request_id") == answer.json()["request_id"] and line["event"] != "request"]
    assert (why["failed"], why["service"], why["level"]) == ("labs", "gateway", "warning")


async def test_a_slow_service_is_a_timeout_and_the_next_request_is_served(gateway: Gateway, peer: Peer, patient: str) -> None:
    peer.next_answers = [never]
    async with gateway.client(patient) as http:
        started = time.monotonic()
        answer = await http.get("/api/appointments")
        assert (answer.status_code, answer.json()["code"]) == (504, "timed_out")
        assert time.monotonic() - started < PATIENCE_S + 1
        assert (await http.get("/api/appointments")).status_code == 200
    assert len(peer.arrived) == 2, "what timed out is not tried again"


async def test_a_good_request_after_each_of_a_hundred_failures_is_served(gateway: Gateway, peer: Peer, patient: str) -> None:
    ways = {plain(500): 500, break_off: 503, break_off_at_once: 503, break_off_late: None, hang_up: 503, nonsense: 503}
    failed = 0
    async with gateway.client(patient) as http:
        for failure, status in [*ways.items()] * 17:
            peer.next_answers = [failure]
            if status is None:
                with pytest.raises(httpx.RemoteProtocolError):
                    await http.put("/api/appointments/1", json={})
            else:
                assert (await http.put("/api/appointments/1", json={})).status_code == status
            failed += 1
            assert peer.next_answers == []
            # neither is sent twice: a read because its first answer is good, a change because it has no key
            peer.arrived.clear()
            assert (await http.get("/api/appointments")).status_code == 200
            assert (await http.post("/api/appointments", json={})).status_code == 200
            assert [arrived.method for arrived in peer.arrived] == ["GET", "POST"]
    assert failed > 100


async def test_an_answer_that_is_no_http_is_a_failure_of_the_service(gateway: Gateway, peer: Peer, patient: str) -> None:
    peer.next_answers = [nonsense, nonsense]
    async with gateway.client(patient) as http:
        assert (await http.post("/api/appointments?q=Zyprian", json={})).status_code == 503
        assert (await http.get("/api/appointments")).status_code == 200
    said = gateway.log.read_text()
    assert "service_failed" in said
    assert patient not in said, "a failure is logged without what was asked"
    assert "Zyprian" not in said


async def test_who_waits_too_long_for_a_turn_is_told_so_and_the_service_is_not_suspected(
    monkeypatch: pytest.MonkeyPatch, peer: Peer
) -> None:
    monkeypatch.setattr(breaker, "TURN_S", 0.05)
    async with httpx.AsyncClient(**LOCAL_HTTP) as http, AsyncExitStack() as held:
        of_labs = Breaker("labs", f"http://127.0.0.1:{peer.port}", http)
        for _ in range(TURNS):
            await held.enter_async_context(of_labs.turn("request-of-the-tests"))
        with pytest.raises(Unavailable, match="more to do"):
            await held.enter_async_context(of_labs.turn("request-of-the-tests"))
        assert of_labs.calm.is_set()
    async with of_labs.turn("request-of-the-tests"):
        pass


async def test_a_broken_connection_is_tried_again_where_that_is_safe(gateway: Gateway, peer: Peer, patient: str) -> None:
    async with gateway.client(patient) as http:
        peer.next_answers = [hang_up]
        assert (await http.get("/api/appointments")).status_code == 200
        peer.next_answers = [hang_up]
        keyed = await http.post("/api/appointments", json={"a": 1}, headers={"Idempotency-Key": "once"})
        assert keyed.status_code == 200
        assert peer.arrived[-1].body == peer.arrived[-2].body == b'{"a":1}'
        peer.next_answers = [hang_up]
        before = len(peer.arrived)
        answer = await http.post("/api/appointments", json={"a": 1})
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert "look whether it was done" in answer.json()["detail"]
        assert len(peer.arrived) == before + 1
        peer.next_answers = [hang_up]
        before = len(peer.arrived)
        assert (await http.put("/api/appointments/1", json={})).status_code == 503
        assert len(peer.arrived) == before + 1
        peer.next_answers = [hang_up, hang_up]
        assert (await http.get("/api/appointments")).status_code == 503


async def test_an_answer_that_breaks_off_does_not_look_whole(gateway: Gateway, peer: Peer, patient: str) -> None:
    peer.next_answers = [break_off_late]
    async with gateway.client(patient) as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get("/api/appointments")
        assert (await http.get("/api/appointments")).status_code == 200


async def test_callers_who_hang_up_leave_nothing_behind(gateway: Gateway, peer: Peer, patient: str) -> None:
    head = f"POST /api/appointments HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {patient}\r\ncontent-length: "
    for length in (1000, 500_000):
        for _ in range(40):
            with gateway.connect() as connection:
                connection.sendall(head.encode() + f"{length}\r\n\r\n".encode() + b"x" * 500)
    async with gateway.client(patient) as http:
        answers = await asyncio.gather(*(http.get("/api/appointments") for _ in range(40)))
    assert {answer.status_code for answer in answers} == {200}
    assert {arrived.method for arrived in peer.arrived} == {"GET"}
    assert "unexpected" not in gateway.log.read_text()


async def test_many_at_once_on_few_connections(gateway: Gateway, peer: Peer) -> None:
    async def ask(account_id: int) -> bool:
        mine = token(Role.PATIENT, account_id)
        async with gateway.client(mine) as http:
            return (await http.get("/api/appointments", params={"q": account_id})).status_code == 200

    assert all(await asyncio.gather(*(ask(account_id) for account_id in range(1, 3 * TURNS + 1))))
    assert len(peer.arrived) == 3 * TURNS


async def test_a_service_that_is_away_is_refused_at_once_and_found_when_it_comes_back(
    gateway: Gateway, peer: Peer, patient: str
) -> None:
    async with gateway.client(patient) as http:
        assert (await http.get("/api/appointments")).status_code == 200
        peer.stop()
        try:
            assert (await http.get("/api/appointments")).status_code == 503
            started = time.monotonic()
            answer = await http.get("/api/appointments")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
            assert time.monotonic() - started < PATIENCE_S / 2
        finally:
            peer.start()
        deadline = time.monotonic() + 2
        while (await http.get("/api/appointments")).status_code != 200:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        assert (await http.post("/api/appointments", json={})).status_code == 200


async def test_what_was_begun_is_ended_before_the_gateway_is(gateway: Gateway, peer: Peer, patient: str, folder: Path) -> None:
    peer.answer = in_parts(b"{}")
    with running(folder, peer, patience_s=30) as ending:
        assert ending.process is not None
        async with ending.client(patient) as http:
            asked = [asyncio.create_task(http.get("/api/appointments")) for _ in range(50)]
            for _ in range(2000):
                if len(peer.arrived) >= TURNS * 2:
                    break
                await asyncio.sleep(0.01)
            assert len(peer.arrived) >= TURNS * 2
            ending.process.terminate()
            assert [answer.status_code for answer in await asyncio.gather(*asked)] == [200] * 50
        assert ending.process.wait(10) in {0, -signal.SIGTERM}


async def test_a_service_that_starts_again_is_waited_for(gateway: Gateway, peer: Peer, patient: str) -> None:
    async with gateway.client(patient) as http:
        peer.stop()
        asked = asyncio.create_task(http.put("/api/appointments/1", json={}))
        await asyncio.sleep(PATIENCE_S / 2)
        peer.start()
        assert (await asked).status_code == 200, "nothing was sent before, so it is safe to send"
    assert [arrived.method for arrived in peer.arrived] == ["PUT"]


@pytest.mark.parametrize(("stood_still", "waits_s"), [(True, (0.8, 1.5)), (False, (2.8, 3.5))])
async def test_who_stood_still_and_was_ended_is_not_waited_for_like_one_that_starts_again(
    monkeypatch: pytest.MonkeyPatch, stood_still: bool, waits_s: tuple[float, float]
) -> None:
    for name, seconds in {"SILENT_S": 0.1, "HUNG_S": 0.2, "STOPPED_S": 1.0, "RESTART_S": 3.0}.items():
        monkeypatch.setattr(breaker, name, seconds)
    port = free_port()
    async with AsyncExitStack() as ending:
        http = await ending.enter_async_context(httpx.AsyncClient(**LOCAL_HTTP))
        if stood_still:
            taken: list[asyncio.StreamWriter] = []
            silent = await asyncio.start_server(lambda _, writer: taken.append(writer), "127.0.0.1", port)
        of_labs = Breaker("labs", f"http://127.0.0.1:{port}", http)
        await ending.enter_async_context(beside(of_labs.watch()))
        began = time.monotonic()
        of_labs.admit("request-of-the-tests")
        await asyncio.sleep(0.6)
        if stood_still:
            silent.close()
            for writer in taken:
                writer.transport.abort()
        for _ in range(500):
            if of_labs.is_open:
                break
            await asyncio.sleep(0.02)
        assert waits_s[0] < time.monotonic() - began < waits_s[1]


async def test_a_service_holds_a_bounded_crowd(peer: Peer) -> None:
    async with httpx.AsyncClient(**LOCAL_HTTP) as http:
        of_labs = Breaker("labs", f"http://127.0.0.1:{peer.port}", http)
        places = [of_labs.admit("request-of-the-tests") for _ in range(MOST)]
        with pytest.raises(Unavailable, match="more to do") as full:
            of_labs.admit("request-of-the-tests")
        assert full.value.headers() == {"Retry-After": "2"}
        of_labs.leave(places[0])
        of_labs.admit("request-of-the-tests")


async def test_who_sends_slowly_holds_nothing_of_a_service(gateway: Gateway, peer: Peer) -> None:
    """More of them than connections to a service."""
    head = b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n"
    with ExitStack() as held:
        for _ in range(TURNS + 4):
            held.enter_context(gateway.connect()).sendall(head + b" " * 70_000)
        async with gateway.client() as http:
            started = time.monotonic()
            assert (await http.post("/auth/login", json={})).status_code == 200
            assert time.monotonic() - started < PATIENCE_S / 2


async def test_large_bodies_are_few_at_a_time(gateway: Gateway, patient: str) -> None:
    head = b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n"
    with ExitStack() as held:
        for _ in range(LARGE_AT_ONCE):
            held.enter_context(gateway.connect()).sendall(head + b" " * 70_000)
        await asyncio.sleep(0.2)
        async with gateway.client(patient) as http:
            refused = await http.post("/api/appointments", content=b" " * 70_000)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
            assert (await http.post("/api/appointments", json={})).status_code == 200
