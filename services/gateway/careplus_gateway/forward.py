"""Forwards a request to the service that serves its endpoint, and the response back."""

from functools import lru_cache
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from starlette.types import Receive, Scope, Send

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.refusals import Forbidden, Refusal, TimedOut, Unavailable
from careplus_gateway.circuit_breaker import SLOTS, UNREACHABLE, CircuitBreaker
from careplus_gateway.request_limits import ClientDisconnected, RequestBody
from careplus_runtime.identity.authorization import Door
from careplus_runtime.process.logs import log, without_words

TIMEOUTS = {"connect": 2.0, "read": 10.0, "write": 10.0, "pool": 5.0}
SMALL_RESPONSE = 65536
"""Bytes up to which a response is buffered, so that a slow client occupies no connection to the service."""
IDLE_S = 4.0
"""Below the services' KEEP_ALIVE_S, so that no request is sent on a connection that the service is closing."""

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
    """Raises httpx's errors also for a response that is not HTTP, where the library lets aiohttp's through."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except aiohttp.ClientError as error:
            raise httpx.RemoteProtocolError("the response is not HTTP") from error


def connection_pool() -> Transport:
    """Return a pool of at most SLOTS connections to each service. It stores no cookies, which belong to the clients."""

    def session() -> aiohttp.ClientSession:
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, limit_per_host=SLOTS, keepalive_timeout=IDLE_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=["accept", "accept-encoding", "content-type", "user-agent"],
        )
        # aiohttp repeats a PUT or DELETE whose connection broke, done or not; it has no public switch
        session._retry_connection = False
        return session

    return Transport(client=session, trust_env=False)


class Forward:
    """ASGI app: one endpoint of a service behind the gateway."""

    def __init__(self, endpoint: Endpoint[..., Any]) -> None:
        self.endpoint = endpoint
        self.service, self.method = endpoint.service, endpoint.method
        self.to_service, self.from_service = (TO_AUTH, FROM_AUTH) if self.service == "auth" else (TO_SERVICE, FROM_SERVICE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = RequestBody(receive)
        try:
            await self._forward(self._request(scope, await body.read(), self.to_service), scope, send)
        except ClientDisconnected:
            return
        finally:
            body.close()

    async def forward_forbidden(self, refusal: Forbidden, scope: Scope, send: Send) -> None:
        """Forward without the body, so that the service refuses and audits. Raise the refusal if the service would not refuse."""
        await self._forward(self._request(scope, b"", self.to_service - OF_BODY), scope, send, refusal)

    async def _forward(self, request: httpx.Request, scope: Scope, send: Send, refusal: Forbidden | None = None) -> None:
        state, request_id, response = scope["app"].state, scope["request_id"], None
        breaker: CircuitBreaker = state.breakers[self.service]
        try:
            async with breaker.slot(request_id):
                response = await self._send(state.transport, request, breaker)
                if refusal is not None and response.start["status"] < 400:
                    await response.stream.aclose()
                    raise refusal
                if response.content is None:
                    await response.stream_to(send)
        except (httpx.TransportError, TimeoutError) as error:
            log.warning("service_failed", failed=self.service, request_id=request_id, reason=without_words(error))
            if response is not None and response.started:
                # the status has been sent: an incomplete response makes the server close the connection
                return
            raise self._unavailable(error) from None
        # outside the slot, which a slow reader would occupy
        if response.content is not None:
            await send(response.start)
            await send({"type": "http.response.body", "body": response.content})

    def _request(self, scope: Scope, content: bytes, allowed: frozenset[bytes]) -> httpx.Request:
        url = scope["app"].state.settings.service_url(self.service) + scope["raw_path"].decode("ascii")
        if query := scope["query_string"]:
            url += "?" + query.decode("ascii")
        headers = [pair for pair in scope["headers"] if pair[0] in allowed]
        headers.append((b"x-request-id", scope["request_id"].encode()))
        if scope.get("client"):
            headers.append((b"x-forwarded-for", scope["client"][0].encode()))
        stream = httpx.ByteStream(content)
        request = httpx.Request(self.method, _parsed(url), headers=headers, stream=stream, extensions={"timeout": TIMEOUTS})
        # sends the body in one piece, and permits to send it again
        request.read()
        return request

    async def _send(self, transport: httpx.AsyncBaseTransport, request: httpx.Request, breaker: CircuitBreaker) -> "Response":
        try:
            return await self._send_once(transport, request, breaker)
        except httpx.TransportError as error:
            if isinstance(error, httpx.ReadTimeout):
                raise
            breaker.suspect()
            if not self._may_repeat(request, error) or not await breaker.recovered():
                raise
        return await self._send_once(transport, request, breaker)

    async def _send_once(
        self, transport: httpx.AsyncBaseTransport, request: httpx.Request, breaker: CircuitBreaker
    ) -> "Response":
        received = await transport.handle_async_request(request)
        breaker.record_response()
        headers = [(lower, value) for name, value in received.headers.raw if (lower := name.lower()) in self.from_service]
        response = Response(received, headers)
        if response.is_small:
            await response.read()
        return response

    def _may_repeat(self, request: httpx.Request, error: Exception) -> bool:
        if isinstance(error.__cause__, aiohttp.ConnectionTimeoutError):
            return False
        return self.method == "GET" or _never_sent(error) or (self.endpoint.keyed and "idempotency-key" in request.headers)

    def _unavailable(self, error: Exception) -> Refusal:
        if isinstance(error, httpx.ReadTimeout | TimeoutError):
            return TimedOut(SLOW.format(self.service))
        return Unavailable((UNREACHABLE if _never_sent(error) else INTERRUPTED).format(self.service))


class CheckedForward(Door):
    """ASGI app: check token and role, then forward. The service, which has the audit trail, answers for a wrong role."""

    def __init__(self, endpoint: Endpoint[..., Any]) -> None:
        self.forward = Forward(endpoint)
        super().__init__(self.forward, endpoint)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except Forbidden as refusal:
            await self.forward.forward_forbidden(refusal, scope, send)


class Response:
    """A service's response: `content` if it is small and read, or None while it is still to be streamed."""

    def __init__(self, response: httpx.Response, headers: list[tuple[bytes, bytes]]) -> None:
        assert isinstance(response.stream, httpx.AsyncByteStream)
        self.stream = response.stream
        self.start = {"type": "http.response.start", "status": response.status_code, "headers": headers}
        self.is_small = response.status_code in {204, 304} or any(
            name == b"content-length" and int(value) <= SMALL_RESPONSE for name, value in headers
        )
        self.content: bytes | None = None
        self.started = False

    async def read(self) -> None:
        try:
            self.content = b"".join([chunk async for chunk in self.stream])
        finally:
            await self.stream.aclose()

    async def stream_to(self, send: Send) -> None:
        """Send each chunk as it arrives. `started` from the first one: until then a refusal can be sent instead."""
        try:
            async for chunk in self.stream:
                if not self.started:
                    self.started = True
                    await send(self.start)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            if not self.started:
                await send(self.start)
            await send({"type": "http.response.body", "body": b""})
        finally:
            await self.stream.aclose()


# many clients request the same lists, and httpx parses an address character by character
_parsed = lru_cache(maxsize=1024)(httpx.URL)


def _never_sent(error: Exception) -> bool:
    return isinstance(error.__cause__, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
