"""Requests that no decent client sends, byte by byte: refused as designed or served; none is smuggled to a service."""

import re
import socket
from contextlib import closing
from dataclasses import dataclass

import pytest

from tests.gateway.conftest import Gateway
from tests.gateway.peer import Peer, token

HOST = b"host: x\r\n"
END = b"connection: close\r\n\r\n"
DOCTORS = "GET /api/doctors"
LOGIN = "POST /auth/login"


@dataclass(frozen=True)
class Probe:
    """The bytes sent, the statuses returned in order, and the requests that reach a service."""

    name: str
    sent: bytes
    answers: tuple[int, ...]
    arrives: tuple[str, ...] = ()


def get(target: bytes, *headers: bytes, method: bytes = b"GET", version: bytes = b"HTTP/1.1", host: bytes = HOST) -> bytes:
    lines = b"".join(header + b"\r\n" for header in headers)
    return method + b" " + target + b" " + version + b"\r\n" + host + lines + END


def post(*headers: bytes, body: bytes = b"") -> bytes:
    return get(b"/auth/login", *headers, method=b"POST") + body


def chunked(body: bytes, *headers: bytes) -> bytes:
    return post(b"transfer-encoding: chunked", *headers, body=body)


def hidden(head: bytes) -> bytes:
    """A request inside the body of another one, for parsers that end the body too early."""
    smuggled = b"GET /api/admin/stats HTTP/1.1\r\nhost: x\r\n\r\n"
    return b"POST /auth/login HTTP/1.1\r\nhost: x\r\n" + head + b"\r\n" + smuggled


TARGETS = [
    Probe("dot segments", get(b"/api/../api/doctors"), (404,)),
    Probe("encoded dot segments", get(b"/api/%2e%2e/api/doctors"), (404,)),
    Probe("half encoded dot segments", get(b"/api/.%2e/doctors"), (404,)),
    Probe("encoded slash", get(b"/api%2fdoctors"), (404,)),
    Probe("encoded letter", get(b"/api/d%6fctors"), (404,)),
    Probe("doubly encoded", get(b"/api/%252e%252e/doctors"), (404,)),
    Probe("encoded NUL", get(b"/api/doctors%00"), (404,)),
    Probe("encoded line break", get(b"/api/doctors%0d%0aX:y"), (404,)),
    Probe("overlong UTF-8", get(b"/api/%c0%ae%c0%ae/doctors"), (404,)),
    Probe("broken escape", get(b"/api/doctors%zz"), (404,)),
    Probe("double slash", get(b"//api/doctors"), (404,)),
    Probe("double slash within", get(b"/api//doctors"), (404,)),
    Probe("trailing slash", get(b"/api/doctors/"), (404,)),
    Probe("backslash", get(b"/api\\doctors"), (404,)),
    Probe("semicolon", get(b"/api/doctors;x=y"), (404,)),
    Probe("other case", get(b"/API/Doctors"), (404,)),
    Probe("raw bytes", get(b"/api/\xff\xfe"), (400,)),
    Probe("space in the path", get(b"/api/doctors x"), (400,)),
    Probe("tab in the path", get(b"/api/\tdoctors"), (400,)),
    Probe("no path", b"GET  HTTP/1.1\r\n" + HOST + END, (400,)),
    Probe("no leading slash", get(b"api/doctors"), (400,)),
    Probe("fragment", get(b"/api/doctors#x"), (200,), (DOCTORS,)),
    Probe("absolute form", get(b"http://x/api/doctors"), (200,), (DOCTORS,)),
    Probe("absolute form of another host", get(b"http://evil.example/api/doctors"), (200,), (DOCTORS,)),
    Probe("absolute form with a user", get(b"http://a:b@x/api/doctors"), (200,), (DOCTORS,)),
    Probe("absolute form without a path", get(b"http://x"), (400,)),
    Probe("another scheme", get(b"file:///etc/passwd"), (400,)),
    Probe("asterisk", get(b"*", method=b"OPTIONS"), (404,)),
    Probe("authority form", get(b"x:443", method=b"CONNECT"), (400,)),
    Probe("CONNECT to a path", get(b"/api/doctors", method=b"CONNECT"), (405,)),
    Probe("internal readiness of a service", get(b"/api/ready"), (404,)),
    Probe("long query", get(b"/api/doctors?q=" + b"a" * 5000), (414,)),
]
METHODS = [
    Probe("TRACE", get(b"/api/doctors", method=b"TRACE"), (405,)),
    Probe("OPTIONS", get(b"/api/doctors", method=b"OPTIONS"), (405,)),
    Probe("HEAD", get(b"/api/doctors", method=b"HEAD"), (405,)),
    Probe("PATCH", get(b"/api/doctors", method=b"PATCH"), (405,)),
    Probe("PROPFIND", get(b"/api/doctors", method=b"PROPFIND"), (405,)),
    Probe("a method of nobody's", get(b"/api/doctors", method=b"BREW"), (400,)),
    Probe("a method in lower case", get(b"/api/doctors", method=b"get"), (400,)),
    Probe(
        "method override", get(b"/api/doctors", b"x-http-method-override: DELETE", b"x-method-override: PUT"), (200,), (DOCTORS,)
    ),
    Probe("method in the query", get(b"/api/doctors?_method=DELETE"), (200,), (DOCTORS,)),
    Probe(
        "original address", get(b"/api/doctors", b"x-original-url: /api/admin/stats", b"x-rewrite-url: /x"), (200,), (DOCTORS,)
    ),
]
VERSIONS = [
    Probe("HTTP/1.0", get(b"/api/doctors", version=b"HTTP/1.0", host=b""), (200,), (DOCTORS,)),
    Probe("HTTP/0.9", b"GET /api/doctors\r\n\r\n", (400,)),
    Probe("HTTP/1.2", get(b"/api/doctors", version=b"HTTP/1.2"), (400,)),
    Probe("HTTP/9.9", get(b"/api/doctors", version=b"HTTP/9.9"), (400,)),
    Probe("HTTP in lower case", get(b"/api/doctors", version=b"http/1.1"), (400,)),
    Probe("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", (400,)),
    Probe("HTTP/2 upgrade", get(b"/api/doctors", b"upgrade: h2c", b"http2-settings: AAMAAABk"), (200,), (DOCTORS,)),
    Probe("TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64, (400,)),
    Probe("nothing but line breaks, then a request", b"\r\n\r\n" + get(b"/api/doctors"), (200,), (DOCTORS,)),
]
HEADERS = [
    Probe("no host", get(b"/api/doctors", host=b""), (400,)),
    Probe("two hosts", get(b"/api/doctors", b"host: y"), (400,)),
    Probe("space before the colon", get(b"/api/doctors", b"x-a : b"), (400,)),
    Probe("folded", get(b"/api/doctors", b"x-a: b", b" c"), (400,)),
    Probe("folded before the first", get(b"/api/doctors", host=b" x: y\r\n" + HOST), (400,)),
    Probe("no colon", get(b"/api/doctors", b"x-a"), (400,)),
    Probe("no name", get(b"/api/doctors", b": b"), (400,)),
    Probe("NUL in a name", get(b"/api/doctors", b"x\x00a: b"), (400,)),
    Probe("NUL in a value", get(b"/api/doctors", b"x-a: b\x00c"), (400,)),
    Probe("CR in a value", get(b"/api/doctors", b"x-a: b\rx-c: d"), (400,)),
    Probe("LF ends lines", get(b"/api/doctors").replace(b"\r\n", b"\n"), (400,)),
    Probe("CR ends lines", get(b"/api/doctors").replace(b"\r\n", b"\r"), (400,)),
    Probe("high bytes in a value", get(b"/api/doctors", b"x-a: \xff\xfe"), (200,), (DOCTORS,)),
    Probe("an id of a request with a line break", get(b"/api/doctors", b"x-request-id: a\tb"), (200,), (DOCTORS,)),
    Probe("connection names authorization", get(b"/api/doctors", b"connection: authorization"), (200,), (DOCTORS,)),
    Probe("many small ones", get(b"/api/doctors", *[b"x: y"] * 70), (431,)),
    Probe("one large one", get(b"/api/doctors", b"x: " + b"y" * 17000), (431,)),
    Probe("one huge one", get(b"/api/doctors", b"x: " + b"y" * 200_000), (431,)),
]
FRAMING = [
    Probe("length", post(b"content-length: 2", body=b"{}"), (200,), (LOGIN,)),
    Probe("chunks", chunked(b"2\r\n{}\r\n0\r\n\r\n"), (200,), (LOGIN,)),
    Probe("chunks and extensions", chunked(b'2;a=b;c="d"\r\n{}\r\n0;e\r\n\r\n'), (200,), (LOGIN,)),
    Probe("chunks and trailers", chunked(b"2\r\n{}\r\n0\r\nauthorization: Bearer x\r\n\r\n"), (200,), (LOGIN,)),
    Probe("a chunk of sixteen digits", chunked(b"0000000000000002\r\n{}\r\n0\r\n\r\n"), (200,), (LOGIN,)),
    Probe("a chunk larger than any number", chunked(b"FFFFFFFFFFFFFFFFF\r\n{}"), (400,)),
    Probe("a negative chunk", chunked(b"-2\r\n{}\r\n0\r\n\r\n"), (400,)),
    Probe("a chunk in 0x", chunked(b"0x2\r\n{}\r\n0\r\n\r\n"), (400,)),
    Probe("a chunk with LF", chunked(b"2\n{}\n0\n\n"), (400,)),
    Probe("a chunk longer than it says", chunked(b"2\r\n{}{}\r\n0\r\n\r\n"), (400,)),
    Probe("length and chunks", hidden(b"content-length: 5\r\ntransfer-encoding: chunked\r\n"), (400,)),
    Probe("chunks and length", hidden(b"transfer-encoding: chunked\r\ncontent-length: 5\r\n"), (400,)),
    Probe("two lengths", hidden(b"content-length: 0\r\ncontent-length: 44\r\n"), (400,)),
    Probe("two equal lengths", hidden(b"content-length: 0\r\ncontent-length: 0\r\n"), (400,)),
    Probe("two lengths in one", hidden(b"content-length: 0, 44\r\n"), (400,)),
    Probe("a negative length", hidden(b"content-length: -1\r\n"), (400,)),
    Probe("a length with a sign", hidden(b"content-length: +44\r\n"), (400,)),
    Probe("a length in hex", hidden(b"content-length: 0x2c\r\n"), (400,)),
    Probe("a length larger than any number", hidden(b"content-length: 99999999999999999999\r\n"), (400,)),
    Probe("a length with a space before the colon", hidden(b"content-length : 44\r\n"), (400,)),
    Probe("chunked twice", hidden(b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n"), (400,)),
    Probe("chunked, then identity", hidden(b"transfer-encoding: chunked, identity\r\n"), (400,)),
    Probe("xchunked", hidden(b"transfer-encoding: xchunked\r\n"), (400,)),
    Probe("chunked behind a tab", hidden(b"transfer-encoding:\tchunked\r\n"), (400,)),
    Probe("chunked behind a vertical tab", hidden(b"transfer-encoding: \x0bchunked\r\n"), (400,)),
    Probe("encoding with an underscore", post(b"transfer_encoding: chunked", b"content-length: 2", body=b"{}"), (200,), (LOGIN,)),
    Probe("gzip, chunked", post(b"transfer-encoding: gzip, chunked", body=b"2\r\n{}\r\n0\r\n\r\n"), (400,)),
    Probe("chunks in HTTP/1.0", chunked(b"2\r\n{}\r\n0\r\n\r\n").replace(b"HTTP/1.1", b"HTTP/1.0"), (400,)),
    Probe("too large a length", post(b"content-length: 209715200", body=b" " * 100), (413,)),
    Probe("a body that GET does not take", get(b"/api/doctors", b"content-length: 2") + b"{}", (200,), (DOCTORS,)),
    Probe("expected to go on", post(b"expect: 100-continue", b"content-length: 2", body=b"{}"), (100, 200), (LOGIN,)),
    Probe("expected to go on, but refused", get(b"/api/x", b"expect: 100-continue", b"content-length: 2"), (404,)),
    Probe("another expectation", post(b"expect: a-miracle", b"content-length: 2", body=b"{}"), (200,), (LOGIN,)),
    Probe(
        "three in a row",
        b"GET /api/doctors HTTP/1.1\r\nhost: x\r\n\r\n" * 2 + get(b"/health"),
        (200, 200, 200),
        (DOCTORS, DOCTORS),
    ),
    Probe("one behind the last", get(b"/api/doctors") + b"GET /api/admin/stats HTTP/1.1\r\nhost: x\r\n\r\n", (200,), (DOCTORS,)),
    Probe("nonsense behind one", b"GET /api/doctors HTTP/1.1\r\nhost: x\r\n\r\n\x00\x00\r\n\r\n", (200,), (DOCTORS,)),
]
PROBES = TARGETS + METHODS + VERSIONS + HEADERS + FRAMING


def everything(connection: socket.socket) -> bytes:
    came = b""
    try:
        while part := connection.recv(65536):
            came += part
    except ConnectionResetError:
        pass
    return came


def answers(gateway: Gateway, sent: bytes) -> tuple[int, ...]:
    with closing(gateway.connect()) as connection:
        connection.sendall(sent)
        return tuple(int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", everything(connection)))


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_raw_request_gets_its_status_and_reaches_services(gateway: Gateway, peer: Peer, probe: Probe) -> None:
    assert answers(gateway, probe.sent) == probe.answers
    assert [f"{one.method} {one.path}" for one in peer.arrived] == list(probe.arrives)
    for one in peer.arrived:
        assert {name for name, _ in one.headers} <= {b"host", b"content-length", b"x-request-id", b"x-forwarded-for"}
        assert one.body in {b"", b"{}"}
    assert answers(gateway, get(b"/api/appointments", b"authorization: Bearer " + token().encode())) == (200,)


def test_raw_requests_are_distinct_and_over_60() -> None:
    assert len({probe.sent for probe in PROBES}) == len({probe.name for probe in PROBES}) == len(PROBES) >= 60
