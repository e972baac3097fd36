"""Replaces the peer's address by the client's from X-Forwarded-For, if the peer is a proxy that the settings trust."""

import asyncio
import socket
from contextlib import suppress
from ipaddress import IPv4Address, ip_network
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from careplus_runtime.http.addresses import parse_address

RESOLVE_S = 2.0  # between resolutions of names: a container that restarts has another address
MAX_HOPS = 8  # proxies in a chain
HOST = "host"  # in a container: the machine that runs it, from which published ports are reached
ROUTES = Path("/proc/net/route")


class ProxyHeadersMiddleware:
    """Sets `scope["client"]`. Unlike uvicorn's it resolves names, maps IPv4 in IPv6 to IPv4, and accepts only addresses."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            peer = (scope.get("client") or [""])[0]  # None: the peer disconnected at once
            scope["client"] = (scope["app"].state.proxies.client_address(peer, scope["headers"]), 0)
        await self.app(scope, receive, send)


class TrustedProxies:
    """The proxies of CAREPLUS_PROXIES: addresses, networks, host names and `host`, separated by commas."""

    def __init__(self, setting: str | None) -> None:
        self.networks, self.names = [], []
        self.resolved: dict[str, set[str]] = {}
        for entry in filter(None, map(str.strip, (setting or "").split(","))):
            try:
                self.networks.append(ip_network(entry, strict=False))
            except ValueError:
                self.names.append(entry)

    def client_address(self, address: str, headers: list[tuple[bytes, bytes]]) -> str:
        """Return the last address of the chain that is not a trusted proxy; `address` is the peer's."""
        forwarded = b",".join(value for name, value in headers if name == b"x-forwarded-for").decode("latin-1")
        hops = forwarded.rsplit(",", MAX_HOPS)[-MAX_HOPS:]
        while hops and self.is_trusted(address) and (previous := parse_address(hops.pop().strip())) is not None:
            address = str(previous)
        return address

    def is_trusted(self, text: str) -> bool:
        address = parse_address(text)
        is_resolved = any(text in addresses for addresses in self.resolved.values())
        return is_resolved or (address is not None and any(address in network for network in self.networks))

    async def resolve(self) -> None:
        for name in self.names:
            # keep the last addresses while a name cannot be resolved
            with suppress(OSError, LookupError, ValueError):
                self.resolved[name] = await _addresses(name)

    async def keep_resolved(self) -> None:
        """Resolve the names every RESOLVE_S, as long as the gateway runs."""
        while self.names:
            await self.resolve()
            await asyncio.sleep(RESOLVE_S)


async def _addresses(name: str) -> set[str]:
    if name == HOST:
        routes = map(str.split, ROUTES.read_text().splitlines())  # noqa: ASYNC240 - the kernel answers at once
        [gateway, *_] = [fields[2] for fields in routes if fields[1] == "00000000"]
        return {str(IPv4Address(bytes.fromhex(gateway)[::-1]))}
    found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return {str(address[0]) for *_, address in found}
