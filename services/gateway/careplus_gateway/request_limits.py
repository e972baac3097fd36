"""Limits of a request: of request line and headers by the middleware, of its body by RequestBody."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from careplus_contracts.refusals import AddressTooLong, HeadersTooLarge, NotFound, NotHttp, Refusal, TooLarge, Unavailable
from careplus_runtime.http.problems import NOTHING_HERE, problem

MAX_ADDRESS, MAX_HEADERS, MAX_HEADER_BYTES = 4096, 64, 16384
HEADER_OVERHEAD = len(": \r\n")
MAX_BODY, SMALL_BODY = 2**20, 65536
MAX_LARGE_BODIES = 24  # bodies over SMALL_BODY in memory at the same time; the portals send none

HEADERS_TOO_LARGE, BODY_TOO_LARGE = "Send fewer or shorter headers.", "Send at most 1 MiB."
# matches every path of the contracts; parsers disagree about `%2e`, `%2f`, `%00`, `\`, `//` and dot segments
_PATH = re.compile(rb"(?!.*//)(?!.*/\.\.?(/|$))/[A-Za-z0-9/_.\-]*")


class RequestLimitsMiddleware:
    """Refuses unusual paths, and addresses, headers and declared bodies larger than any endpoint needs."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (refusal := _refusal(scope)) is None:
            await self.app(scope, receive, send)
            return
        response = problem(refusal, scope["request_id"])
        if isinstance(refusal, NotHttp):
            # the end of the request is uncertain
            response.headers["Connection"] = "close"
        await response(scope, receive, send)


def _refusal(scope: Scope) -> Refusal | None:
    path, headers = scope["raw_path"], scope["headers"]
    if len(path) + 1 + len(scope["query_string"]) > MAX_ADDRESS:
        return AddressTooLong("Send less in the address.")
    if len(headers) > MAX_HEADERS or sum(len(name) + len(value) + HEADER_OVERHEAD for name, value in headers) > MAX_HEADER_BYTES:
        return HeadersTooLarge(HEADERS_TOO_LARGE)
    if not _is_http(scope["http_version"], headers):
        return NotHttp("Send HTTP/1.1 with one Host header, and a body with its length or in chunks.")
    if _PATH.fullmatch(path) is None:
        return NotFound(NOTHING_HERE)
    length = next((value for name, value in headers if name == b"content-length"), b"0")
    return TooLarge(BODY_TOO_LARGE) if int(length) > MAX_BODY else None


def _is_http(version: str, headers: list[tuple[bytes, bytes]]) -> bool:
    """Return whether the request satisfies RFC 9112, 3.2 and 6.1, which the parser does not check."""
    hosts = sum(name == b"host" for name, _ in headers)
    codings = {value.lower() for name, value in headers if name == b"transfer-encoding"}
    return (version == "1.1" and hosts == 1 and codings <= {b"chunked"}) or (version == "1.0" and hosts <= 1 and not codings)


class ClientDisconnected(Exception):
    """The client closed the connection before the body was complete."""


class RequestBody:
    """The body of one request; one over SMALL_BODY counts as large until `close`."""

    large_bodies = 0

    def __init__(self, receive: Receive) -> None:
        self.receive = receive
        self.is_large = False

    async def read(self) -> bytes:
        """Return the whole body. Raise ClientDisconnected, TooLarge, or Unavailable when MAX_LARGE_BODIES are in memory."""
        chunks: list[bytes] = []
        received, more = 0, True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnected
            chunks.append(message.get("body", b""))
            received += len(chunks[-1])
            if received > MAX_BODY:
                raise TooLarge(BODY_TOO_LARGE)
            if received > SMALL_BODY and not self.is_large:
                if RequestBody.large_bodies >= MAX_LARGE_BODIES:
                    raise Unavailable("Many are sending much. Try again in a moment, or send less.")
                self.is_large = True
                RequestBody.large_bodies += 1
            more = message.get("more_body", False)
        return b"".join(chunks)

    def close(self) -> None:
        RequestBody.large_bodies -= self.is_large
        self.is_large = False
