"""Limits of a request: of request line and headers by the middleware, of the body by `read_body`."""

import asyncio
import re
from contextlib import AsyncExitStack

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

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
    if len(headers) > MAX_HEADERS or sum(len(name) + len(value) + len(": \r\n") for name, value in headers) > MAX_HEADER_BYTES:
        return HeadersTooLarge(HEADERS_TOO_LARGE)
    if not _is_http(scope["http_version"], headers):
        return NotHttp("Send HTTP/1.1 with one Host header, and a body with its length or in chunks.")
    if _PATH.fullmatch(path) is None:
        return NotFound(NOTHING_HERE)
    length = int(next((value for name, value in headers if name == b"content-length"), b"0"))
    return TooLarge(BODY_TOO_LARGE) if length > MAX_BODY else None


def _is_http(version: str, headers: list[tuple[bytes, bytes]]) -> bool:
    """Return whether the request satisfies RFC 9112, 3.2 and 6.1, which the parser does not check."""
    hosts = sum(name == b"host" for name, _ in headers)
    codings = {value.lower() for name, value in headers if name == b"transfer-encoding"}
    return (version == "1.1" and hosts == 1 and codings <= {b"chunked"}) or (version == "1.0" and hosts <= 1 and not codings)


async def read_body(receive: Receive, memory: AsyncExitStack) -> bytes:
    """Return the whole body, which counts as large until `memory` closes. Raise ClientDisconnect, TooLarge or Unavailable."""
    chunks, received, more = list[bytes](), 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        before, received = received, received + len(chunks[-1])
        if received > MAX_BODY:
            raise TooLarge(BODY_TOO_LARGE)
        if before <= SMALL_BODY < received:
            if _large_bodies.locked():
                raise Unavailable("Many are sending much. Try again in a moment, or send less.")
            await memory.enter_async_context(_large_bodies)
        more = message.get("more_body", False)
    return b"".join(chunks)
