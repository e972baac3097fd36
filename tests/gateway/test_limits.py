"""Odd addresses, oversized and half-sent requests, sent byte by byte as no decent client would."""

import json
import socket
import time
from contextlib import closing

import pytest

from tests.gateway.conftest import PATIENCE_S, Gateway
from tests.gateway.peer import Peer

END = b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"


def everything(connection: socket.socket) -> bytes:
    """What comes until the other side closes."""
    came = b""
    while part := connection.recv(65536):
        came += part
    return came


def ask(gateway: Gateway, request: bytes) -> tuple[int, str]:
    """Status and code of the answer to these bytes."""
    with closing(gateway.connect()) as connection:
        connection.sendall(request)
        head, _, body = everything(connection).partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["code"] if b"problem+json" in head else ""


def accepts(connection: socket.socket, parts: list[bytes], pause_s: float = 0) -> bool:
    """Whether all parts can be sent before the other side closes."""
    try:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause_s)
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    "path",
    [
        b"/api/appointments/%2e%2e/admin/stats",
        b"/api/appointments/..%2fadmin",
        b"/api/appointments/../admin/stats",
        b"/api/./appointments",
        b"/api/appointments/.",
        b"/api/appointments/%00",
        b"/api/appointments%2f1",
        b"/%61pi/appointments",
        b"/api//appointments",
        b"/api\\appointments",
        b"/api/appointments;a=b",
        b"/api/appointments/1/",
        b"/api/appointments/\xc3\xa4",
        b"/api/nothing",
        b"/auth",
        b"/.env",
        b"/.well-known/other",
        b"/ready/",
    ],
)
def test_an_address_that_is_not_ours_reaches_nobody(gateway: Gateway, peer: Peer, path: bytes) -> None:
    assert ask(gateway, b"GET " + path + END) in {(404, "not_found"), (400, "not_http")}
    assert peer.arrived == []


@pytest.mark.parametrize(
    "request_line", [b"GET //api/config", b"GET api/config", b"GET http://", b"GET * ", b"CONNECT x:1", b"GET /api/doctors?\x7f"]
)
def test_request_lines_that_are_none(gateway: Gateway, peer: Peer, request_line: bytes) -> None:
    assert ask(gateway, request_line + END)[0] in {400, 404}
    assert peer.arrived == []


def test_limits_of_the_head(gateway: Gateway, peer: Peer) -> None:
    def head(headers: bytes) -> bytes:
        return b"GET /api/specialties HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" + headers + b"\r\n"

    assert ask(gateway, b"GET /api/doctors?q=" + b"a" * 4081 + END)[0] == 200
    assert ask(gateway, b"GET /api/doctors?q=" + b"a" * 4082 + END) == (414, "address_too_long")
    assert ask(gateway, b"GET /" + b"a" * 5000 + END) == (414, "address_too_long")
    assert ask(gateway, head(b"x: y\r\n" * 62))[0] == 200
    assert ask(gateway, head(b"x: y\r\n" * 63)) == (431, "headers_too_large")
    assert ask(gateway, head(b"x: " + b"y" * 16000 + b"\r\n"))[0] == 200
    assert ask(gateway, head(b"x: " + b"y" * 16384 + b"\r\n")) == (431, "headers_too_large")
    assert len(peer.arrived) == 3


@pytest.mark.parametrize("start", [b"GET / HTTP/1.1\r\nx: ", b"GET /", b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 5])
def test_a_head_without_end_is_refused_before_it_is_all_held(gateway: Gateway, start: bytes) -> None:
    with closing(gateway.connect()) as connection:
        connection.sendall(start)
        filling = b"y" * 32768 if not start.endswith(b"\r\n") else b"x: y\r\n" * 5000
        assert not accepts(connection, [filling] * 2000)
    with closing(gateway.connect()) as connection:
        connection.sendall(start + filling * 3)
        head, _, body = everything(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 431 ")
    assert json.loads(body)["code"] == "headers_too_large"


def test_trailers_without_end_are_not_held(gateway: Gateway) -> None:
    request = b"POST /auth/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: "
    with closing(gateway.connect()) as connection:
        connection.sendall(request)
        assert not accepts(connection, [b"y" * 32768] * 2000)


@pytest.mark.parametrize(
    "half",
    [
        b"",
        b"GET /api/config",
        b"GET /api/config HTTP/1.1\r\nhost: x\r\n",
        b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n12345",
        b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n12345",
        b"POST /auth/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n",
    ],
)
def test_a_half_sent_request_is_not_waited_for(gateway: Gateway, peer: Peer, half: bytes) -> None:
    with closing(gateway.connect()) as connection:
        started = time.monotonic()
        connection.sendall(half)
        assert everything(connection) == b""
        assert PATIENCE_S * 0.8 < time.monotonic() - started < PATIENCE_S + 1
    assert peer.arrived == []


def test_a_request_sent_byte_by_byte_is_not_waited_for(gateway: Gateway) -> None:
    with closing(gateway.connect()) as connection:
        started = time.monotonic()
        request = b"GET /api/config?q=" + b"a" * 1000
        assert not accepts(connection, [bytes([byte]) for byte in request], pause_s=0.02)
        assert time.monotonic() - started < PATIENCE_S + 1


HEALTH = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"


def healthy(connection: socket.socket, times: int = 1) -> None:
    """Read so many answers of /health, whole."""
    came = b""
    while came.count(b'{"status":"ok"}') < times:
        came += connection.recv(65536)
    assert came.count(b"HTTP/1.1 200") == times


def test_line_breaks_do_not_keep_a_connection(gateway: Gateway) -> None:
    with closing(gateway.connect()) as connection:
        connection.sendall(HEALTH)
        healthy(connection)
        started = time.monotonic()
        connection.sendall(b"\r\n")
        assert everything(connection) == b""
        assert time.monotonic() - started < PATIENCE_S + 1


def test_an_idle_moment_between_requests_is_fine(gateway: Gateway) -> None:
    with closing(gateway.connect()) as connection:
        for _ in range(3):
            connection.sendall(HEALTH)
            healthy(connection)
            time.sleep(PATIENCE_S * 0.8)
        connection.sendall(HEALTH * 2)
        healthy(connection, 2)


def test_two_lengths_are_not_guessed_at(gateway: Gateway, peer: Peer) -> None:
    both = b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
    twice = b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\n{} "
    for request in (both, twice):
        assert ask(gateway, request)[0] == 400
    assert peer.arrived == []


def test_an_upgrade_is_not_taken(gateway: Gateway) -> None:
    request = b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"
    with closing(gateway.connect()) as connection:
        connection.sendall(request)
        assert everything(connection).startswith(b"HTTP/1.1 200 OK\r\n")
