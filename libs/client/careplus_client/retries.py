"""Repeats a request that the hospital asks to send again later."""

import asyncio
import time

import httpx

LATER = frozenset({409, 429, 503, 504})
"""Statuses that may have a Retry-After; a 409 with it says that the first request with this key is still in progress."""
MAX_TRIES = 5


class RetryTransport(httpx.AsyncBaseTransport):
    """Waits as Retry-After says and sends the request again: a GET, or a request with an Idempotency-Key.

    One request is sent at most MAX_TRIES times, and waits at most `patience_s` in all; then its last answer counts.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport, patience_s: float) -> None:
        self.transport = transport
        self.patience_s = patience_s

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        is_safe = request.method == "GET" or "Idempotency-Key" in request.headers
        deadline = time.monotonic() + self.patience_s
        for _ in range(MAX_TRIES - 1 if is_safe else 0):
            response = await self.transport.handle_async_request(request)
            seconds = response.headers.get("Retry-After", "")
            if response.status_code not in LATER or not seconds.isdecimal() or time.monotonic() + int(seconds) > deadline:
                return response
            await response.aclose()
            await asyncio.sleep(int(seconds))
        return await self.transport.handle_async_request(request)

    async def aclose(self) -> None:
        await self.transport.aclose()
