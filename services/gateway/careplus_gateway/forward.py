"""Forwards a request to the service of its endpoint, and the response back."""

from contextlib import AsyncExitStack, aclosing, suppress
from functools import lru_cache
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.refusals import Forbidden, TimedOut, Unavailable
from careplus_gateway.circuit_breaker import SLOTS, UNREACHABLE, CircuitBreaker
from careplus_gateway.request_limits import read_body
from careplus_runtime.identity.authorization import RequireRole
from careplus_runtime.process.logs import error_type, log

TIMEOUTS = {"connect": 2.0, "read": 10.0, "write": 10.0, "pool": 5.0}
IDLE_S = 4.0  # below the services' KEEP_ALIVE_S, so that no request is sent on a connection that the service is closing
BUFFERED = 65536  # bytes of a response that are read before it is sent, so that a slow client occupies no slot

OF_BODY = frozenset(b"content-type content-length idempotency-key".split())
TO_SERVICE = OF_BODY | frozenset(b"accept accept-language authorization if-match if-none-match user-agent".split())
TO_AUTH = TO_SERVICE | {b"origin", b"cookie", b"x-careplus"}
FROM_SERVICE = frozenset(
    b"content-type content-length etag cache-control retry-after www-authenticate idempotency-replayed location".split()
)
FROM_AUTH = FROM_SERVICE | {b"set-cookie"}

INTERRUPTED = "The {} service stopped while it answered. If you changed something, look whether it was done before you repeat it."
SLOW = "The {} service took too long. If you changed something, look whether it was done before you repeat it."


class Transport(AiohttpTransport):
    """Raises httpx's error also for a response that is not HTTP; the library lets aiohttp's through."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except aiohttp.ClientError as error:
            raise httpx.RemoteProtocolError("the response is not HTTP") from error


def connection_pool() -> Transport:
    """Return a pool of at most SLOTS connections to each service. It stores no cookies: they belong to the clients."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, limit_per_host=SLOTS, keepalive_timeout=IDLE_S),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=["accept", "accept-encoding", "content-type", "user-agent"],
    )
    # aiohttp repeats a PUT or DELETE after a broken connection, even if it was executed; there is no public switch
    session._retry_connection = False
    return Transport(client=session, trust_env=False)


class Forward(RequireRole):
    """ASGI app: one endpoint of a service. Checks token and role before it reads the body."""

    def __init__(self, endpoint: Endpoint[..., Any]) -> None:
        super().__init__(self._forward_with_body, endpoint)
        self.service, self.method = endpoint.service, endpoint.method
        self.to_service, self.from_service = (TO_AUTH, FROM_AUTH) if self.service == "auth" else (TO_SERVICE, FROM_SERVICE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except Forbidden as refusal:
            # the service refuses too and audits it
            await self._forward(self._request(scope, b"", self.to_service - OF_BODY), scope, send, refusal)

    async def _forward_with_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(ClientDisconnect):
            async with AsyncExitStack() as memory:
                request = self._request(scope, await read_body(receive, memory), self.to_service)
                await self._forward(request, scope, send)

    async def _forward(self, request: httpx.Request, scope: Scope, send: Send, refusal: Forbidden | None = None) -> None:
        """Send the service's response. Raise TimedOut, Unavailable, or the `refusal` if the service does not refuse."""
        state, request_id, started = scope["app"].state, scope["request_id"], False
        breaker: CircuitBreaker = state.breakers[self.service]
        try:
            async with breaker.slot(request_id):
                start, stream, content = await self._response(state.transport, request, breaker)
                if refusal is not None and start["status"] < 400:
                    await stream.aclose()
                    raise refusal
                if content is None:
                    async with aclosing(stream):
                        async for chunk in stream:
                            if not started:
                                started = True
                                await send(start)
                            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except (httpx.TransportError, TimeoutError) as error:
            log.warning("service_failed", failed=self.service, request_id=request_id, reason=error_type(error))
            if started:
                # too late for a refusal: an incomplete response makes the server close the connection
                return
            if isinstance(error, httpx.ReadTimeout | TimeoutError):
                raise TimedOut(SLOW.format(self.service)) from None
            raise Unavailable((UNREACHABLE if _never_sent(error) else INTERRUPTED).format(self.service)) from None
        if not started:
            await send(start)
        await send({"type": "http.response.body", "body": content or b""})

    def _request(self, scope: Scope, content: bytes, allowed: frozenset[bytes]) -> httpx.Request:
        path, query = scope["raw_path"].decode("ascii"), scope["query_string"].decode("ascii")
        url = _parsed(f"{scope['app'].state.settings.service_url(self.service)}{path}{query and '?'}{query}")
        headers = [pair for pair in scope["headers"] if pair[0] in allowed]
        headers += [(b"x-request-id", scope["request_id"].encode()), (b"x-forwarded-for", scope["client"][0].encode())]
        return httpx.Request(self.method, url, headers=headers, content=content, extensions={"timeout": TIMEOUTS})

    async def _response(
        self, transport: Transport, request: httpx.Request, breaker: CircuitBreaker, *, is_repeated: bool = False
    ) -> tuple[Message, Any, bytes | None]:
        """Return the response's first message, its stream, and its content, which is None if it may be longer than BUFFERED."""
        try:
            response, content = await transport.handle_async_request(request), None
            breaker.record_response()
            headers = [(lower, value) for name, value in response.headers.raw if (lower := name.lower()) in self.from_service]
            stream: Any = response.stream
            length = next((int(value) for name, value in headers if name == b"content-length"), BUFFERED + 1)
            if length <= BUFFERED or response.status_code in {204, 304}:
                async with aclosing(stream):
                    content = b"".join([chunk async for chunk in stream])
        except httpx.TransportError as error:
            if isinstance(error, httpx.ReadTimeout):
                raise
            breaker.suspect()
            has_key = self.endpoint.idempotent and "idempotency-key" in request.headers
            is_safe = self.method == "GET" or has_key or _never_sent(error)
            is_last = is_repeated or not is_safe or isinstance(error.__cause__, aiohttp.ConnectionTimeoutError)
            if is_last or not await breaker.recovered():
                raise
            return await self._response(transport, request, breaker, is_repeated=True)
        return {"type": "http.response.start", "status": response.status_code, "headers": headers}, stream, content


# many clients request the same lists, and httpx parses an address character by character
_parsed = lru_cache(maxsize=1024)(httpx.URL)


def _never_sent(error: Exception) -> bool:
    return isinstance(error.__cause__, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
