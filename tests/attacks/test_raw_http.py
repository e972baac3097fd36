"""Unusual and malformed raw requests: the gateway refuses or serves each as listed and forwards no smuggled request."""

import re
import socket
from contextlib import closing
from dataclasses import dataclass

import pytest

from tests.gateway.conftest import Gateway
from tests.gateway.upstream import Upstream, token

HOST = b"host: x\r\n"
END = b"connection: close\r\n\r\n"
DOCTORS = "GET /api/doctors"
LOGIN = "POST /auth/login"


@dataclass(frozen=True)
class RawRequest:
    """The bytes sent, the statuses returned in order, and the requests that reach a service."""

    name: str
    sent: bytes
    statuses: tuple[int, ...]
    forwarded: tuple[str, ...] = ()


def get(target: bytes, *headers: bytes, method: bytes = b"GET", version: bytes = b"HTTP/1.1", host: bytes = HOST) -> bytes:
    lines = b"".join(header + b"\r\n" for header in headers)
    return method + b" " + target + b" " + version + b"\r\n" + host + lines + END


def post(*headers: bytes, body: bytes = b"") -> bytes:
    return get(b"/auth/login", *headers, method=b"POST") + body


def chunked(body: bytes, *headers: bytes) -> bytes:
    return post(b"transfer-encoding: chunked", *headers, body=body)


def smuggling(head: bytes) -> bytes:
    """Return a request with another request in its body, for parsers that end the body too early."""
    smuggled = b"GET /api/admin/stats HTTP/1.1\r\nhost: x\r\n\r\n"
    return b"POST /auth/login HTTP/1.1\r\nhost: x\r\n" + head + b"\r\n" + smuggled


TARGETS = [
    RawRequest("dot segments", get(b"/api/../api/doctors"), (404,)),
    RawRequest("encoded dot segments", get(b"/api/%2e%2e/api/doctors"), (404,)),
    RawRequest("half encoded dot segments", get(b"/api/.%2e/doctors"), (404,)),
    RawRequest("encoded slash", get(b"/api%2fdoctors"), (404,)),
    RawRequest("encoded letter", get(b"/api/d%6fctors"), (404,)),
    RawRequest("doubly encoded", get(b"/api/%252e%252e/doctors"), (404,)),
    RawRequest("encoded NUL", get(b"/api/doctors%00"), (404,)),
    RawRequest("encoded line break", get(b"/api/doctors%0d%0aX:y"), (404,)),
    RawRequest("overlong UTF-8", get(b"/api/%c0%ae%c0%ae/doctors"), (404,)),
    RawRequest("broken escape", get(b"/api/doctors%zz"), (404,)),
    RawRequest("double slash", get(b"//api/doctors"), (404,)),
    RawRequest("double slash within", get(b"/api//doctors"), (404,)),
    RawRequest("trailing slash", get(b"/api/doctors/"), (404,)),
    RawRequest("backslash", get(b"/api\\doctors"), (404,)),
    RawRequest("semicolon", get(b"/api/doctors;x=y"), (404,)),
    RawRequest("other case", get(b"/API/Doctors"), (404,)),
    RawRequest("raw bytes", get(b"/api/\xff\xfe"), (400,)),
    RawRequest("space in the path", get(b"/api/doctors x"), (400,)),
    RawRequest("tab in the path", get(b"/api/\tdoctors"), (400,)),
    RawRequest("no target", b"GET  HTTP/1.1\r\n" + HOST + END, (400,)),
    RawRequest("no leading slash", get(b"api/doctors"), (400,)),
    RawRequest("fragment", get(b"/api/doctors#x"), (200,), (DOCTORS,)),
    RawRequest("absolute form", get(b"http://x/api/doctors"), (200,), (DOCTORS,)),
    RawRequest("absolute form of another host", get(b"http://evil.example/api/doctors"), (200,), (DOCTORS,)),
    RawRequest("absolute form with a user", get(b"http://a:b@x/api/doctors"), (200,), (DOCTORS,)),
    RawRequest("absolute form without a path", get(b"http://x"), (400,)),
    RawRequest("another scheme", get(b"file:///etc/passwd"), (400,)),
    RawRequest("asterisk", get(b"*", method=b"OPTIONS"), (404,)),
    RawRequest("authority form", get(b"x:443", method=b"CONNECT"), (400,)),
    RawRequest("CONNECT to a path", get(b"/api/doctors", method=b"CONNECT"), (405,)),
    RawRequest("internal readiness of a service", get(b"/api/ready"), (404,)),
    RawRequest("long query", get(b"/api/doctors?q=" + b"a" * 5000), (414,)),
]
METHODS = [
    RawRequest("TRACE", get(b"/api/doctors", method=b"TRACE"), (405,)),
    RawRequest("OPTIONS", get(b"/api/doctors", method=b"OPTIONS"), (405,)),
    RawRequest("HEAD", get(b"/api/doctors", method=b"HEAD"), (405,)),
    RawRequest("PATCH", get(b"/api/doctors", method=b"PATCH"), (405,)),
    RawRequest("PROPFIND", get(b"/api/doctors", method=b"PROPFIND"), (405,)),
    RawRequest("an unknown method", get(b"/api/doctors", method=b"BREW"), (400,)),
    RawRequest("a method in lower case", get(b"/api/doctors", method=b"get"), (400,)),
    RawRequest(
        "method override", get(b"/api/doctors", b"x-http-method-override: DELETE", b"x-method-override: PUT"), (200,), (DOCTORS,)
    ),
    RawRequest("method in the query", get(b"/api/doctors?_method=DELETE"), (200,), (DOCTORS,)),
    RawRequest(
        "original address", get(b"/api/doctors", b"x-original-url: /api/admin/stats", b"x-rewrite-url: /x"), (200,), (DOCTORS,)
    ),
]
VERSIONS = [
    RawRequest("HTTP/1.0", get(b"/api/doctors", version=b"HTTP/1.0", host=b""), (200,), (DOCTORS,)),
    RawRequest("HTTP/0.9", b"GET /api/doctors\r\n\r\n", (400,)),
    RawRequest("HTTP/1.2", get(b"/api/doctors", version=b"HTTP/1.2"), (400,)),
    RawRequest("HTTP/9.9", get(b"/api/doctors", version=b"HTTP/9.9"), (400,)),
    RawRequest("HTTP in lower case", get(b"/api/doctors", version=b"http/1.1"), (400,)),
    RawRequest("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", (400,)),
    RawRequest("HTTP/2 upgrade", get(b"/api/doctors", b"upgrade: h2c", b"http2-settings: AAMAAABk"), (200,), (DOCTORS,)),
    RawRequest("TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64, (400,)),
    RawRequest("line breaks, then a request", b"\r\n\r\n" + get(b"/api/doctors"), (200,), (DOCTORS,)),
]
HEADERS = [
    RawRequest("no host", get(b"/api/doctors", host=b""), (400,)),
    RawRequest("two hosts", get(b"/api/doctors", b"host: y"), (400,)),
    RawRequest("space before the colon", get(b"/api/doctors", b"x-a : b"), (400,)),
    RawRequest("folded", get(b"/api/doctors", b"x-a: b", b" c"), (400,)),
    RawRequest("folded before the first", get(b"/api/doctors", host=b" x: y\r\n" + HOST), (400,)),
    RawRequest("no colon", get(b"/api/doctors", b"x-a"), (400,)),
    RawRequest("no name", get(b"/api/doctors", b": b"), (400,)),
    RawRequest("NUL in a name", get(b"/api/doctors", b"x\x00a: b"), (400,)),
    RawRequest("NUL in a value", get(b"/api/doctors", b"x-a: b\x00c"), (400,)),
    RawRequest("CR in a value", get(b"/api/doctors", b"x-a: b\rx-c: d"), (400,)),
    RawRequest("LF ends lines", get(b"/api/doctors").replace(b"\r\n", b"\n"), (400,)),
    RawRequest("CR ends lines", get(b"/api/doctors").replace(b"\r\n", b"\r"), (400,)),
    RawRequest("high bytes in a value", get(b"/api/doctors", b"x-a: \xff\xfe"), (200,), (DOCTORS,)),
    RawRequest("an id of a request with a line break", get(b"/api/doctors", b"x-request-id: a\tb"), (200,), (DOCTORS,)),
    RawRequest("connection names authorization", get(b"/api/doctors", b"connection: authorization"), (200,), (DOCTORS,)),
    RawRequest("many small ones", get(b"/api/doctors", *[b"x: y"] * 70), (431,)),
    RawRequest("one large one", get(b"/api/doctors", b"x: " + b"y" * 17000), (431,)),
    RawRequest("one huge one", get(b"/api/doctors", b"x: " + b"y" * 200_000), (431,)),
]
FRAMING = [
    RawRequest("length", post(b"content-length: 2", body=b"{}"), (200,), (LOGIN,)),
    RawRequest("chunks", chunked(b"2\r\n{}\r\n0\r\n\r\n"), (200,), (LOGIN,)),
    RawRequest("chunks and extensions", chunked(b'2;a=b;c="d"\r\n{}\r\n0;e\r\n\r\n'), (200,), (LOGIN,)),
    RawRequest("chunks and trailers", chunked(b"2\r\n{}\r\n0\r\nauthorization: Bearer x\r\n\r\n"), (200,), (LOGIN,)),
    RawRequest("a chunk of sixteen digits", chunked(b"0000000000000002\r\n{}\r\n0\r\n\r\n"), (200,), (LOGIN,)),
    RawRequest("a chunk larger than any number", chunked(b"FFFFFFFFFFFFFFFFF\r\n{}"), (400,)),
    RawRequest("a negative chunk", chunked(b"-2\r\n{}\r\n0\r\n\r\n"), (400,)),
    RawRequest("a chunk in 0x", chunked(b"0x2\r\n{}\r\n0\r\n\r\n"), (400,)),
    RawRequest("a chunk with LF", chunked(b"2\n{}\n0\n\n"), (400,)),
    RawRequest("a chunk longer than it says", chunked(b"2\r\n{}{}\r\n0\r\n\r\n"), (400,)),
    RawRequest("length and chunks", smuggling(b"content-length: 5\r\ntransfer-encoding: chunked\r\n"), (400,)),
    RawRequest("chunks and length", smuggling(b"transfer-encoding: chunked\r\ncontent-length: 5\r\n"), (400,)),
    RawRequest("two lengths", smuggling(b"content-length: 0\r\ncontent-length: 44\r\n"), (400,)),
    RawRequest("two equal lengths", smuggling(b"content-length: 0\r\ncontent-length: 0\r\n"), (400,)),
    RawRequest("two lengths in one", smuggling(b"content-length: 0, 44\r\n"), (400,)),
    RawRequest("a negative length", smuggling(b"content-length: -1\r\n"), (400,)),
    RawRequest("a length with a sign", smuggling(b"content-length: +44\r\n"), (400,)),
    RawRequest("a length in hex", smuggling(b"content-length: 0x2c\r\n"), (400,)),
    RawRequest("a length larger than any number", smuggling(b"content-length: 99999999999999999999\r\n"), (400,)),
    RawRequest("a length with a space before the colon", smuggling(b"content-length : 44\r\n"), (400,)),
    RawRequest("chunked twice", smuggling(b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n"), (400,)),
    RawRequest("chunked, then identity", smuggling(b"transfer-encoding: chunked, identity\r\n"), (400,)),
    RawRequest("xchunked", smuggling(b"transfer-encoding: xchunked\r\n"), (400,)),
    RawRequest("chunked behind a tab", smuggling(b"transfer-encoding:\tchunked\r\n"), (400,)),
    RawRequest("chunked behind a vertical tab", smuggling(b"transfer-encoding: \x0bchunked\r\n"), (400,)),
    RawRequest(
        "encoding with an underscore", post(b"transfer_encoding: chunked", b"content-length: 2", body=b"{}"), (200,), (LOGIN,)
    ),
    RawRequest("gzip, chunked", post(b"transfer-encoding: gzip, chunked", body=b"2\r\n{}\r\n0\r\n\r\n"), (400,)),
    RawRequest("chunks in HTTP/1.0", chunked(b"2\r\n{}\r\n0\r\n\r\n").replace(b"HTTP/1.1", b"HTTP/1.0"), (400,)),
    RawRequest("too large a length", post(b"content-length: 209715200", body=b" " * 100), (413,)),
    RawRequest("a body that GET does not take", get(b"/api/doctors", b"content-length: 2") + b"{}", (200,), (DOCTORS,)),
    RawRequest("expected to go on", post(b"expect: 100-continue", b"content-length: 2", body=b"{}"), (100, 200), (LOGIN,)),
    RawRequest("expected to go on, but refused", get(b"/api/x", b"expect: 100-continue", b"content-length: 2"), (404,)),
    RawRequest("another expectation", post(b"expect: a-miracle", b"content-length: 2", body=b"{}"), (200,), (LOGIN,)),
    RawRequest(
        "three in a row",
        b"GET /api/doctors HTTP/1.1\r\nhost: x\r\n\r\n" * 2 + get(b"/health"),
        (200, 200, 200),
        (DOCTORS, DOCTORS),
    ),
    RawRequest(
        "a request pipelined after connection: close",
        get(b"/api/doctors") + b"GET /api/admin/stats HTTP/1.1\r\nhost: x\r\n\r\n",
        (200,),
        (DOCTORS,),
    ),
    RawRequest(
        "garbage pipelined after a request", b"GET /api/doctors HTTP/1.1\r\nhost: x\r\n\r\n\x00\x00\r\n\r\n", (200,), (DOCTORS,)
    ),
]
RAW_REQUESTS = TARGETS + METHODS + VERSIONS + HEADERS + FRAMING


def receive_all(connection: socket.socket) -> bytes:
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    return received


def statuses_of(gateway: Gateway, sent: bytes) -> tuple[int, ...]:
    with closing(gateway.connect()) as connection:
        connection.sendall(sent)
        return tuple(int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", receive_all(connection)))


@pytest.mark.parametrize("raw", RAW_REQUESTS, ids=lambda raw: raw.name)
def test_raw_request_gets_its_status_and_reaches_services(gateway: Gateway, upstream: Upstream, raw: RawRequest) -> None:
    assert statuses_of(gateway, raw.sent) == raw.statuses
    assert [f"{one.method} {one.path}" for one in upstream.arrived] == list(raw.forwarded)
    for one in upstream.arrived:
        assert {name for name, _ in one.headers} <= {b"host", b"content-length", b"x-request-id", b"x-forwarded-for"}
        assert one.body in {b"", b"{}"}
    assert statuses_of(gateway, get(b"/api/appointments", b"authorization: Bearer " + token().encode())) == (200,)


def test_raw_requests_are_distinct_and_over_60() -> None:
    assert len({raw.sent for raw in RAW_REQUESTS}) == len({raw.name for raw in RAW_REQUESTS}) == len(RAW_REQUESTS) >= 60
