"""Forwards a request to the service of its endpoint, and the response back."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from functools import lru_cache, partial
from typing import Any

import aiohttp
import httpx
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.refusals import Forbidden, TimedOut, Unavailable
from careplus_gateway.circuit_breaker import UNREACHABLE
from careplus_gateway.in_process import InProcess, Request
from careplus_gateway.replicas import Replica, Replicas
from careplus_runtime.http.addresses import forwarded_headers
from careplus_runtime.identity.authorization import RequireRole
from careplus_runtime.process.logs import error_type, log
from careplus_runtime.process.settings import Settings
from careplus_runtime.transport.request_limits import read_body

TIMEOUTS = {"connect": 2.0, "read": 10.0, "write": 10.0, "pool": 5.0}
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


RequestTo = Callable[[str], httpx.Request]
"""Returns the request to the replica at a URL."""
Answer = tuple[Message, Any, bytes | None]
"""The response's first message, its stream, and its content, which is None if it may be longer than BUFFERED."""


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
            await self._forward(scope, b"", self.to_service - OF_BODY, send, refusal)

    async def _forward_with_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(ClientDisconnect):
            await self._forward(scope, await read_body(receive), self.to_service, send)

    async def _forward(
        self, scope: Scope, content: bytes, allowed: frozenset[bytes], send: Send, refusal: Forbidden | None = None
    ) -> None:
        """Send the service's response. Raise TimedOut, Unavailable, or the `refusal` if the service does not refuse."""
        replicas: Replicas | InProcess = scope["app"].state.replicas[self.service]
        if isinstance(replicas, InProcess):
            await self._call(replicas, Request(scope, self._headers(scope, allowed), content), send, refusal)
        else:
            await self._exchange(replicas, partial(self._request, scope, content, allowed), scope["request_id"], send, refusal)

    async def _call(self, service: InProcess, request: Request, send: Send, refusal: Forbidden | None) -> None:
        is_accepted = False

        async def send_refused(message: Message) -> None:
            nonlocal is_accepted
            if message["type"] == "http.response.start":
                is_accepted = refusal is not None and message["status"] < 400
                message["headers"] = [pair for pair in message["headers"] if pair[0] in self.from_service]
            if not is_accepted:
                await send(message)

        try:
            await service.call(request, send_refused, TIMEOUTS["read"])
        except TimeoutError as error:
            log.warning("service_failed", failed=self.service, request_id=request.request_id, reason=error_type(error))
            raise TimedOut(SLOW.format(self.service)) from None
        if is_accepted and refusal is not None:
            raise refusal

    async def _exchange(
        self, replicas: Replicas, request_to: RequestTo, request_id: str, send: Send, refusal: Forbidden | None
    ) -> None:
        started = False
        try:
            async with self._answer(replicas, request_to, request_id) as answer:
                start, stream, content = answer
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

    def _request(self, scope: Scope, content: bytes, allowed: frozenset[bytes], url: str) -> httpx.Request:
        path, query = scope["raw_path"].decode("ascii"), scope["query_string"].decode("ascii")
        full_url, headers = _parsed(f"{url}{path}{query and '?'}{query}"), self._headers(scope, allowed)
        return httpx.Request(self.method, full_url, headers=headers, content=content, extensions={"timeout": TIMEOUTS})

    def _headers(self, scope: Scope, allowed: frozenset[bytes]) -> list[tuple[bytes, bytes]]:
        settings: Settings = scope["app"].state.settings
        return [
            *(pair for pair in scope["headers"] if pair[0] in allowed),
            (b"x-request-id", scope["request_id"].encode()),
            *scope.get("trace_headers", ()),
            *forwarded_headers(scope["client"][0], settings.forwarded_key),
        ]

    @asynccontextmanager
    async def _answer(self, replicas: Replicas, request_to: RequestTo, request_id: str) -> AsyncIterator[Answer]:
        """Yield the answer of a replica, in a slot of it.

        A request that was not sent goes to another replica; one that is safe to repeat is sent twice at most. While none is
        healthy, wait once for the probes. Raise the last error.
        """
        was_sent = has_waited = False
        while True:
            replica = replicas.least_busy()
            async with AsyncExitStack() as slot:
                try:
                    await slot.enter_async_context(replica.breaker.slot(request_id))
                    request = request_to(replica.url)
                    answer = await _answer_of(replica, request, self.from_service)
                except Unavailable as refused:
                    # the breaker opened while the request waited for a slot
                    if not (replica.breaker.is_open and replicas.has_healthy):
                        raise
                    failed: Exception = refused
                except httpx.TransportError as error:
                    if isinstance(error, httpx.ReadTimeout):
                        raise
                    replica.breaker.suspect()
                    if not _never_sent(error):
                        if was_sent or not self._is_safe(request):
                            raise
                        was_sent = True
                    failed = error
                else:
                    yield answer
                    return
            if replicas.has_healthy:
                continue
            if has_waited or isinstance(failed.__cause__, aiohttp.ConnectionTimeoutError) or not await replicas.recovered():
                raise failed
            has_waited = True

    def _is_safe(self, request: httpx.Request) -> bool:
        """Return whether the request may be sent again after it may have been executed."""
        return self.method == "GET" or (self.endpoint.idempotent and "idempotency-key" in request.headers)


async def _answer_of(replica: Replica, request: httpx.Request, from_service: frozenset[bytes]) -> Answer:
    response, content = await replica.transport.handle_async_request(request), None
    replica.breaker.record_response()
    headers = [(lower, value) for name, value in response.headers.raw if (lower := name.lower()) in from_service]
    stream: Any = response.stream
    length = next((int(value) for name, value in headers if name == b"content-length"), BUFFERED + 1)
    if length <= BUFFERED or response.status_code in {204, 304}:
        async with aclosing(stream):
            content = b"".join([chunk async for chunk in stream])
    return {"type": "http.response.start", "status": response.status_code, "headers": headers}, stream, content


# many clients request the same lists, and httpx parses an address character by character
_parsed = lru_cache(maxsize=1024)(httpx.URL)


def _never_sent(error: Exception) -> bool:
    return isinstance(error.__cause__, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
