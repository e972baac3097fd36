"""Calls a service in the gateway's own process, without a connection: `careplus run --workers`."""

import asyncio
from collections.abc import Iterator

import httpx
from starlette.types import ASGIApp, Message, Scope, Send

from careplus_gateway.circuit_breaker import CircuitBreaker

COPIED = ("type", "asgi", "http_version", "method", "scheme", "server", "client", "path", "raw_path", "query_string")


class InProcess:
    """The only replica of a service. Its breaker bounds the requests and never opens, because no connection can fail."""

    def __init__(self, service: str, app: ASGIApp) -> None:
        self.app, self.url, self.address = app, f"http://{service}", None
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app))
        self.breaker = CircuitBreaker(service, self.url, self.http)
        self.calls: set[asyncio.Task[None]] = set()

    def __iter__(self) -> Iterator["InProcess"]:
        yield self

    async def are_ready(self) -> bool:
        """Return whether `/ready` answers 200."""
        return (await self.http.get(f"{self.url}/ready")).is_success

    async def keep_resolved(self) -> None:
        """Return: there is no host name."""

    async def close(self) -> None:
        """Return when the requests in progress have ended."""
        await self.breaker.idle.wait()

    async def call(self, request: "Request", send: Send, patience_s: float) -> None:
        """Pass the service's response to `send`. Raise TimeoutError when it begins later than `patience_s` after its slot.

        The service goes on then, as one in another process does: a change that is cut off would be in doubt.
        """
        async with asyncio.timeout(None) as patience:
            call = asyncio.create_task(self._call(request, send, patience, patience_s))
            self.calls.add(call)
            call.add_done_callback(self.calls.discard)
            await asyncio.shield(call)

    async def _call(self, request: "Request", send: Send, patience: asyncio.Timeout, patience_s: float) -> None:
        async def send_unless_late(message: Message) -> None:
            if not patience.expired():
                patience.reschedule(None)
                await send(message)

        async with self.breaker.slot(request.request_id):
            patience.reschedule(asyncio.get_running_loop().time() + patience_s)
            await self.app(request.scope, request.receive, send_unless_late)


class Request:
    """A request to a service: the parts of the client's one in its scope and first message."""

    def __init__(self, scope: Scope, headers: list[tuple[bytes, bytes]], content: bytes) -> None:
        self.request_id = scope["request_id"]
        # without its length, by which the service would count a large body once more than the gateway
        headers = [(b"host", b"localhost"), *(pair for pair in headers if pair[0] != b"content-length")]
        self.scope = {name: scope[name] for name in COPIED} | {"root_path": "", "headers": headers}
        self._messages: list[Message] = [{"type": "http.request", "body": content, "more_body": False}]

    async def receive(self) -> Message:
        """Return the body; wait for ever after it, because a service does not notice that a client has gone."""
        if not self._messages:
            await asyncio.Future()
        return self._messages.pop()
