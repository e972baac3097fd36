"""Unusual addresses, oversized and half-sent requests, written to a bare socket."""

import json
import socket
import time
from contextlib import closing

import pytest

from tests.gateway.conftest import TIMEOUT_S, Gateway
from tests.gateway.upstream import Upstream

END = b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"


def read_to_end(connection: socket.socket) -> bytes:
    """Return the bytes that arrive until the gateway closes the connection."""
    received = b""
    while part := connection.recv(65536):
        received += part
    return received


def status_and_code(gateway: Gateway, request: bytes) -> tuple[int, str]:
    """Send the bytes and return status and refusal code of the response."""
    with closing(gateway.connect()) as connection:
        connection.sendall(request)
        head, _, body = read_to_end(connection).partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["code"] if b"problem+json" in head else ""


def can_send(connection: socket.socket, parts: list[bytes], pause_s: float = 0) -> bool:
    """Return whether all parts can be sent before the gateway closes the connection."""
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
def test_unusual_path_is_404_and_not_forwarded(gateway: Gateway, upstream: Upstream, path: bytes) -> None:
    assert status_and_code(gateway, b"GET " + path + END) in {(404, "not_found"), (400, "not_http")}
    assert upstream.arrived == []


@pytest.mark.parametrize(
    "request_line", [b"GET //api/config", b"GET api/config", b"GET http://", b"GET * ", b"CONNECT x:1", b"GET /api/doctors?\x7f"]
)
def test_invalid_request_line_is_refused(gateway: Gateway, upstream: Upstream, request_line: bytes) -> None:
    assert status_and_code(gateway, request_line + END)[0] in {400, 404}
    assert upstream.arrived == []


def test_long_address_and_headers_are_refused(gateway: Gateway, upstream: Upstream) -> None:
    def head(headers: bytes) -> bytes:
        return b"GET /api/specialties HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" + headers + b"\r\n"

    assert status_and_code(gateway, b"GET /api/doctors?q=" + b"a" * 4081 + END)[0] == 200
    assert status_and_code(gateway, b"GET /api/doctors?q=" + b"a" * 4082 + END) == (414, "address_too_long")
    assert status_and_code(gateway, b"GET /" + b"a" * 5000 + END) == (414, "address_too_long")
    assert status_and_code(gateway, head(b"x: y\r\n" * 62))[0] == 200
    assert status_and_code(gateway, head(b"x: y\r\n" * 63)) == (431, "headers_too_large")
    assert status_and_code(gateway, head(b"x: " + b"y" * 16000 + b"\r\n"))[0] == 200
    assert status_and_code(gateway, head(b"x: " + b"y" * 16384 + b"\r\n")) == (431, "headers_too_large")
    assert len(upstream.arrived) == 3


@pytest.mark.parametrize("start", [b"GET / HTTP/1.1\r\nx: ", b"GET /", b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 5])
def test_endless_head_is_refused_before_it_is_buffered(gateway: Gateway, start: bytes) -> None:
    with closing(gateway.connect()) as connection:
        connection.sendall(start)
        filling = b"y" * 32768 if not start.endswith(b"\r\n") else b"x: y\r\n" * 5000
        assert not can_send(connection, [filling] * 2000)
    with closing(gateway.connect()) as connection:
        connection.sendall(start + filling * 3)
        head, _, body = read_to_end(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 431 ")
    assert json.loads(body)["code"] == "headers_too_large"


def test_endless_trailers_close_the_connection(gateway: Gateway) -> None:
    request = b"POST /auth/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: "
    with closing(gateway.connect()) as connection:
        connection.sendall(request)
        assert not can_send(connection, [b"y" * 32768] * 2000)


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
def test_half_sent_request_closes_the_connection(gateway: Gateway, upstream: Upstream, half: bytes) -> None:
    with closing(gateway.connect()) as connection:
        started = time.monotonic()
        connection.sendall(half)
        assert read_to_end(connection) == b""
        assert TIMEOUT_S * 0.8 < time.monotonic() - started < TIMEOUT_S + 1
    assert upstream.arrived == []


def test_request_sent_byte_by_byte_closes_the_connection(gateway: Gateway) -> None:
    with closing(gateway.connect()) as connection:
        started = time.monotonic()
        request = b"GET /api/config?q=" + b"a" * 1000
        assert not can_send(connection, [bytes([byte]) for byte in request], pause_s=0.02)
        assert time.monotonic() - started < TIMEOUT_S + 1


HEALTH = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"


def read_health_responses(connection: socket.socket, times: int = 1) -> None:
    """Read so many complete responses of `/health`."""
    received = b""
    while received.count(b'{"status":"ok"}') < times:
        received += connection.recv(65536)
    assert received.count(b"HTTP/1.1 200") == times


def test_line_breaks_do_not_keep_a_connection_open(gateway: Gateway) -> None:
    with closing(gateway.connect()) as connection:
        connection.sendall(HEALTH)
        read_health_responses(connection)
        started = time.monotonic()
        connection.sendall(b"\r\n")
        assert read_to_end(connection) == b""
        assert time.monotonic() - started < TIMEOUT_S + 1


def test_idle_connection_between_requests_stays_open(gateway: Gateway) -> None:
    with closing(gateway.connect()) as connection:
        for _ in range(3):
            connection.sendall(HEALTH)
            read_health_responses(connection)
            time.sleep(TIMEOUT_S * 0.8)
        connection.sendall(HEALTH * 2)
        read_health_responses(connection, 2)


def test_conflicting_body_lengths_are_400(gateway: Gateway, upstream: Upstream) -> None:
    both = b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
    twice = b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\n{} "
    for request in (both, twice):
        assert status_and_code(gateway, request)[0] == 400
    assert upstream.arrived == []


def test_websocket_upgrade_is_ignored(gateway: Gateway) -> None:
    request = b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"
    with closing(gateway.connect()) as connection:
        connection.sendall(request)
        assert read_to_end(connection).startswith(b"HTTP/1.1 200 OK\r\n")
