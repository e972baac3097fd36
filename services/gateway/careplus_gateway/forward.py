"""Hands a request to the service that keeps its promise, and the answer back."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable
from functools import lru_cache
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from starlette.types import Receive, Scope, Send

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.refusals import Refusal, TimedOut, TooLarge, Unavailable
from careplus_gateway.limits import MAX_BODY
from careplus_runtime.logs import log

PATIENCE = {"connect": 2.0, "read": 10.0, "write": 10.0, "pool": 5.0}
CONNECTIONS = 16
"""To each service: more wait longer without being served sooner, and a service that hangs holds no more than these."""
IDLE_S = 4.0
"""Below uvicorn's 5 s, so that no request is sent down a connection that is being closed."""
SMALL = 65536
"""Bodies up to so many bytes travel in one piece."""

SENT = frozenset(
    b"accept accept-language authorization content-type content-length idempotency-key if-match if-none-match user-agent".split()
)
SENT_TO_AUTH = SENT | {b"origin", b"cookie", b"x-careplus"}
ANSWERED = frozenset(
    b"content-type content-length etag cache-control retry-after www-authenticate idempotency-replayed location".split()
)
ANSWERED_BY_AUTH = ANSWERED | {b"set-cookie"}
NO_SNIFFING = (b"x-content-type-options", b"nosniff")

AWAY = "The {} service cannot be reached. Other parts may work; try again in a moment."
BROKE_OFF = "The {} service stopped while it answered. If you changed something, look whether it was done before you repeat it."
SLOW = "The {} service took too long. If you changed something, look whether it was done before you repeat it."


FAILURES = (httpx.TransportError, aiohttp.ClientError)
"""The transport translates what it knows; an answer that is no HTTP comes as aiohttp says it."""


class Gone(Exception):
    """The caller hung up before the request was here."""


def pool() -> AiohttpTransport:
    """The connections of this process to all services. No cookies are kept: they are the callers', not ours."""

    def session() -> aiohttp.ClientSession:
        made = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, limit_per_host=CONNECTIONS, keepalive_timeout=IDLE_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=["accept", "accept-encoding", "content-type", "user-agent"],
        )
        # by itself it sends a PUT or DELETE again whose connection broke, done or not; there is no public switch
        made._retry_connection = False
        return made

    return AiohttpTransport(client=session, trust_env=False)


class Forward:
    """ASGI app: one endpoint of a service behind the gateway."""

    def __init__(self, endpoint: Endpoint[..., Any]) -> None:
        self.service = endpoint.service
        self.method = endpoint.method
        self.keyed = endpoint.keyed
        is_auth = endpoint.service == "auth"
        self.sent, self.answered = (SENT_TO_AUTH, ANSWERED_BY_AUTH) if is_auth else (SENT, ANSWERED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = Incoming(scope, receive)
        try:
            request = self._request(scope, await body.content())
            answer = await self._ask(scope["app"].state.transport, request)
        except Gone:
            return
        except FAILURES as error:
            if body.gone:
                return
            raise body.refusal or self._refusal(error, scope["request_id"]) from None
        try:
            await self._answer(answer, send, scope["request_id"])
        finally:
            await answer.aclose()

    def _request(self, scope: Scope, content: bytes | httpx.AsyncByteStream) -> httpx.Request:
        url = scope["app"].state.settings.service_url(self.service) + scope["raw_path"].decode("ascii")
        if query := scope["query_string"]:
            url += "?" + query.decode("ascii")
        headers = [pair for pair in scope["headers"] if pair[0] in self.sent]
        headers.append((b"x-request-id", scope["request_id"].encode()))
        if scope.get("client"):
            headers.append((b"x-forwarded-for", scope["client"][0].encode()))
        stream = httpx.ByteStream(content) if isinstance(content, bytes) else content
        request = httpx.Request(self.method, _parsed(url), headers=headers, stream=stream, extensions={"timeout": PATIENCE})
        if isinstance(stream, httpx.ByteStream):
            # so that it is sent in one piece, and can be sent again
            request.read()
        return request

    async def _ask(self, transport: httpx.AsyncBaseTransport, request: httpx.Request) -> httpx.Response:
        try:
            return await transport.handle_async_request(request)
        except FAILURES as error:
            if not self._may_repeat(request, error):
                raise
        await asyncio.sleep(random.uniform(0.05, 0.25))  # noqa: S311 - spreads the callers, hides nothing
        return await transport.handle_async_request(request)

    def _may_repeat(self, request: httpx.Request, error: Exception) -> bool:
        if isinstance(error, httpx.ReadTimeout) or isinstance(error.__cause__, aiohttp.ConnectionTimeoutError):
            return False
        is_whole = isinstance(request.stream, httpx.ByteStream)
        return self.method == "GET" or (self.keyed and is_whole and "idempotency-key" in request.headers)

    def _refusal(self, error: Exception, request_id: str) -> Refusal:
        reason = repr(error.__cause__ or error)
        log.warning("service_failed", failed=self.service, request_id=request_id, reason=reason)
        if isinstance(error, httpx.ReadTimeout):
            return TimedOut(SLOW.format(self.service))
        never_sent = isinstance(error.__cause__, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
        return Unavailable((AWAY if never_sent else BROKE_OFF).format(self.service))

    async def _answer(self, answer: httpx.Response, send: Send, request_id: str) -> None:
        headers = [(name.lower(), value) for name, value in answer.headers.raw if name.lower() in self.answered]
        headers.append(NO_SNIFFING)
        start = {"type": "http.response.start", "status": answer.status_code, "headers": headers}
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        if _is_small(headers) or answer.status_code in {204, 304}:
            try:
                content = b"".join([chunk async for chunk in answer.stream])
            except FAILURES as error:
                raise self._refusal(error, request_id) from None
            await send(start)
            await send({"type": "http.response.body", "body": content})
            return
        await send(start)
        try:
            async for chunk in answer.stream:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except FAILURES as error:
            # too late for a refusal: an answer without its end makes the server close the connection
            self._refusal(error, request_id)


class Incoming(httpx.AsyncByteStream):
    """The body of the request: in one piece where it is small, else chunk by chunk, and never more than the limit."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.headers = scope["headers"]
        self.receive = receive
        self.gone = False
        self.refusal: Refusal | None = None

    async def content(self) -> "bytes | Incoming":
        """All of it, where it is small; else itself. Raises Gone."""
        if _is_small(self.headers):
            return b"".join([chunk async for chunk in self])
        return self if any(name in _BODY_FOLLOWS for name, _ in self.headers) else b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received, more = 0, True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                self.gone = True
                raise Gone
            chunk = message.get("body", b"")
            received += len(chunk)
            if received > MAX_BODY:
                self.refusal = TooLarge("Send at most 1 MiB.")
                raise self.refusal
            yield chunk
            more = message.get("more_body", False)


# many people ask for the same lists, and httpx reads an address letter by letter
_parsed = lru_cache(maxsize=1024)(httpx.URL)
_BODY_FOLLOWS = frozenset({b"content-length", b"transfer-encoding"})


def _is_small(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name == b"content-length" and int(value) <= SMALL for name, value in headers)
