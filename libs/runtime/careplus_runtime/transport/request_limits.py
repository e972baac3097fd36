"""Limits of one request, at the gateway and at each service's own port: address, headers and body."""

import asyncio
import re
from contextlib import AsyncExitStack

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from careplus_contracts.refusals import AddressTooLong, HeadersTooLarge, NotFound, NotHttp, Refusal, TooLarge, Unavailable
from careplus_runtime.http.problems import NOTHING_HERE, problem

MAX_ADDRESS, MAX_HEADERS, MAX_HEADER_BYTES = 4096, 64, 16384
MAX_BODY, SMALL_BODY = 2**20, 65536
MAX_LARGE_BODIES = 24  # bodies over SMALL_BODY in memory at the same time; the portals send none
_large_bodies = asyncio.Semaphore(MAX_LARGE_BODIES)

HEADERS_TOO_LARGE, BODY_TOO_LARGE = "Send fewer or shorter headers.", "Send at most 1 MiB."
# matches every path of the contracts; parsers disagree about `%2e`, `%2f`, `%00`, `\`, `//` and dot segments
_PATH = re.compile(rb"(?!.*//)(?!.*/\.\.?(/|$))/[A-Za-z0-9/_.\-]*")


class RequestLimitsMiddleware:
    """Refuses unusual paths, and addresses, headers and bodies larger than any endpoint needs.

    `added_headers` and `added_bytes` are allowed beyond the limits of headers: what a proxy in front of this process adds.
    """

    def __init__(self, app: ASGIApp, added_headers: int = 0, added_bytes: int = 0) -> None:
        self.app = app
        self.max_headers, self.max_header_bytes = MAX_HEADERS + added_headers, MAX_HEADER_BYTES + added_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif (refusal := self._refusal(scope)) is not None:
            response = problem(refusal, scope["request_id"])
            if isinstance(refusal, NotHttp):
                # the end of the request is uncertain
                response.headers["Connection"] = "close"
            await response(scope, receive, send)
        elif _declared_length(scope) > SMALL_BODY:
            async with AsyncExitStack() as memory:
                await self.app(scope, _limited(receive, memory), send)
        else:
            await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> Refusal | None:
        path, headers = scope["raw_path"], scope["headers"]
        if len(path) + 1 + len(scope["query_string"]) > MAX_ADDRESS:
            return AddressTooLong("Send less in the address.")
        size = sum(len(name) + len(value) + len(": \r\n") for name, value in headers)
        if len(headers) > self.max_headers or size > self.max_header_bytes:
            return HeadersTooLarge(HEADERS_TOO_LARGE)
        if not _is_http(scope["http_version"], headers):
            return NotHttp("Send HTTP/1.1 with one Host header, and a body with its length or in chunks.")
        if _PATH.fullmatch(path) is None:
            return NotFound(NOTHING_HERE)
        return TooLarge(BODY_TOO_LARGE) if MAX_BODY < _declared_length(scope) < float("inf") else None


def _is_http(version: str, headers: list[tuple[bytes, bytes]]) -> bool:
    """Return whether the request satisfies RFC 9112, 3.2 and 6.1, which the parser does not check."""
    hosts = sum(name == b"host" for name, _ in headers)
    codings = {value.lower() for name, value in headers if name == b"transfer-encoding"}
    return (version == "1.1" and hosts == 1 and codings <= {b"chunked"}) or (version == "1.0" and hosts <= 1 and not codings)


def _declared_length(scope: Scope) -> float:
    """Return the bytes of the body as the headers declare them; infinity for a body in chunks."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value)
        if name == b"transfer-encoding":
            return float("inf")
    return 0


def _limited(receive: Receive, memory: AsyncExitStack) -> Receive:
    """Return a `receive` that counts the body. Closing `memory` frees the place of a large one.

    It raises TooLarge over MAX_BODY, and Unavailable where MAX_LARGE_BODIES are in memory.
    """
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        before, received = received, received + len(message.get("body", b""))
        if received > MAX_BODY:
            raise TooLarge(BODY_TOO_LARGE)
        if before <= SMALL_BODY < received:
            if _large_bodies.locked():
                raise Unavailable("Many are sending much. Try again in a moment, or send less.")
            await memory.enter_async_context(_large_bodies)
        return message

    return limited


async def read_body(receive: Receive) -> bytes:
    """Return the whole body. Raise ClientDisconnect, and TooLarge or Unavailable behind RequestLimitsMiddleware."""
    chunks, more = list[bytes](), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(chunks)
