"""Hands a request to the service that keeps its promise, and the answer back."""

from functools import lru_cache
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from starlette.types import Receive, Scope, Send

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.refusals import Refusal, TimedOut, Unavailable
from careplus_gateway.bodies import SMALL, Body, Gone
from careplus_gateway.breaker import AWAY, TURNS, Breaker
from careplus_runtime.process.logs import error_type, log

PATIENCE = {"connect": 2.0, "read": 10.0, "write": 10.0, "pool": 5.0}
IDLE_S = 4.0
"""Below the services' own (`KEEP_ALIVE_S`), so that no request is sent down a connection that is being closed."""

SENT = frozenset(
    b"accept accept-language authorization content-type content-length idempotency-key if-match if-none-match user-agent".split()
)
SENT_TO_AUTH = SENT | {b"origin", b"cookie", b"x-careplus"}
ANSWERED = frozenset(
    b"content-type content-length etag cache-control retry-after www-authenticate idempotency-replayed location".split()
)
ANSWERED_BY_AUTH = ANSWERED | {b"set-cookie"}

BROKE_OFF = "The {} service stopped while it answered. If you changed something, look whether it was done before you repeat it."
SLOW = "The {} service took too long. If you changed something, look whether it was done before you repeat it."


class Transport(AiohttpTransport):
    """Fails as httpx does, also where an answer is no HTTP, which the library passes on as aiohttp says it."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except aiohttp.ClientError as error:
            raise httpx.RemoteProtocolError("an answer that is no HTTP") from error


def pool() -> Transport:
    """The connections of this process to all services. No cookies are kept: they are the callers', not ours."""

    def session() -> aiohttp.ClientSession:
        made = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, limit_per_host=TURNS, keepalive_timeout=IDLE_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=["accept", "accept-encoding", "content-type", "user-agent"],
        )
        # by itself it sends a PUT or DELETE again whose connection broke, done or not; there is no public switch
        made._retry_connection = False
        return made

    return Transport(client=session, trust_env=False)


class Forward:
    """ASGI app: one endpoint of a service behind the gateway."""

    def __init__(self, endpoint: Endpoint[..., Any]) -> None:
        self.endpoint = endpoint
        self.service = endpoint.service
        self.method = endpoint.method
        self.keyed = endpoint.idempotent
        is_auth = endpoint.service == "auth"
        self.sent, self.answered = (SENT_TO_AUTH, ANSWERED_BY_AUTH) if is_auth else (SENT, ANSWERED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = Body(receive)
        try:
            await self._forward(scope, await body.read(), send)
        except Gone:
            return
        finally:
            body.close()

    async def _forward(self, scope: Scope, content: bytes, send: Send) -> None:
        state, request_id = scope["app"].state, scope["request_id"]
        breaker: Breaker = state.breakers[self.service]
        request, timeout, answer = self.request(scope, content), breaker.admit(request_id), None
        try:
            async with timeout, breaker.turn(request_id):
                answer = await self._ask(state.transport, request, breaker)
                if answer.content is None:
                    await answer.pass_on(send)
        except (httpx.TransportError, TimeoutError) as error:
            refusal = self._refusal(error, request_id)
            if answer is not None and answer.begun:
                # too late for a refusal: an answer without its end makes the server close the connection
                return
            raise refusal from None
        finally:
            breaker.leave(timeout)
        if answer.content is not None:
            await send(answer.start)
            await send({"type": "http.response.body", "body": answer.content})

    def request(self, scope: Scope, content: bytes) -> httpx.Request:
        url = scope["app"].state.settings.service_url(self.service) + scope["raw_path"].decode("ascii")
        if query := scope["query_string"]:
            url += "?" + query.decode("ascii")
        headers = [pair for pair in scope["headers"] if pair[0] in self.sent]
        headers.append((b"x-request-id", scope["request_id"].encode()))
        if scope.get("client"):
            headers.append((b"x-forwarded-for", scope["client"][0].encode()))
        stream = httpx.ByteStream(content)
        request = httpx.Request(self.method, _parsed(url), headers=headers, stream=stream, extensions={"timeout": PATIENCE})
        # so that it is sent in one piece, and can be sent again
        request.read()
        return request

    async def _ask(self, transport: httpx.AsyncBaseTransport, request: httpx.Request, breaker: Breaker) -> "Answer":
        try:
            return await self._once(transport, request, breaker)
        except httpx.TransportError as error:
            if isinstance(error, httpx.ReadTimeout):
                raise
            breaker.doubt()
            if not self._may_repeat(request, error) or not await breaker.recovery():
                raise
        return await self._once(transport, request, breaker)

    async def _once(self, transport: httpx.AsyncBaseTransport, request: httpx.Request, breaker: Breaker) -> "Answer":
        response = await transport.handle_async_request(request)
        breaker.heard()
        headers = [(lower, value) for name, value in response.headers.raw if (lower := name.lower()) in self.answered]
        answer = Answer(response, headers)
        if answer.is_small:
            await answer.read()
        return answer

    def _may_repeat(self, request: httpx.Request, error: Exception) -> bool:
        if isinstance(error.__cause__, aiohttp.ConnectionTimeoutError):
            return False
        return self.method == "GET" or _never_sent(error) or (self.keyed and "idempotency-key" in request.headers)

    def _refusal(self, error: Exception, request_id: str) -> Refusal:
        log.warning("service_failed", failed=self.service, request_id=request_id, reason=error_type(error))
        if isinstance(error, httpx.ReadTimeout | TimeoutError):
            return TimedOut(SLOW.format(self.service))
        return Unavailable((AWAY if _never_sent(error) else BROKE_OFF).format(self.service))


class Answer:
    """What a service answers: `content` where it is small and here, else None and still on its way."""

    def __init__(self, response: httpx.Response, headers: list[tuple[bytes, bytes]]) -> None:
        assert isinstance(response.stream, httpx.AsyncByteStream)
        self.stream = response.stream
        self.start = {"type": "http.response.start", "status": response.status_code, "headers": headers}
        self.is_small = response.status_code in {204, 304} or any(
            name == b"content-length" and int(value) <= SMALL for name, value in headers
        )
        self.content: bytes | None = None
        self.begun = False

    async def read(self) -> None:
        try:
            self.content = b"".join([chunk async for chunk in self.stream])
        finally:
            await self.stream.aclose()

    async def pass_on(self, send: Send) -> None:
        """Chunk by chunk, as it comes. `begun` with the first: before it there may still be a refusal."""
        try:
            async for chunk in self.stream:
                if not self.begun:
                    self.begun = True
                    await send(self.start)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            if not self.begun:
                await send(self.start)
            await send({"type": "http.response.body", "body": b""})
        finally:
            await self.stream.aclose()


# many people ask for the same lists, and httpx reads an address letter by letter
_parsed = lru_cache(maxsize=1024)(httpx.URL)


def _never_sent(error: Exception) -> bool:
    return isinstance(error.__cause__, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
