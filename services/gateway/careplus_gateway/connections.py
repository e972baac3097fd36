"""Connections to one address of a service."""

import socket
import ssl

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport

from careplus_gateway.circuit_breaker import SLOTS

IDLE_S = 4.0  # below the services' KEEP_ALIVE_S, so that no request is sent on a connection that the service is closing


class Transport(AiohttpTransport):
    """Raises httpx's error also for a response that is not HTTP; the library lets aiohttp's through."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except aiohttp.ClientError as error:
            raise httpx.RemoteProtocolError("the response is not HTTP") from error


class _OneAddress(AbstractResolver):
    """Resolves every name to one address; TLS goes on to verify the name."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        known = ResolveResult(hostname=host, host=self.address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)
        return [known]

    async def close(self) -> None:
        pass


def connection_pool(tls: ssl.SSLContext | None, address: str | None = None) -> Transport:
    """Return a pool of at most SLOTS connections, to `address` whatever the name in a URL. It stores no cookies of clients."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0,
            limit_per_host=SLOTS,
            keepalive_timeout=IDLE_S,
            ssl=tls or True,
            resolver=_OneAddress(address) if address else None,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=["accept", "accept-encoding", "content-type", "user-agent"],
    )
    # aiohttp repeats a PUT or DELETE after a broken connection, even if it was executed; there is no public switch
    session._retry_connection = False
    return Transport(client=session, trust_env=False, verify=tls or True)
