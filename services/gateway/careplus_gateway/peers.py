"""Who stands at the other end: a proxy of ours is believed when it says so in X-Forwarded-For, and nobody else."""

import asyncio
import socket
from contextlib import suppress
from ipaddress import IPv4Address, ip_network
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from careplus_runtime.http.addresses import parse_address

LOOKED_UP_S = 2.0
"""So often names are looked up: a container that starts again has another address."""
HOPS = 8
"""Proxies in a row that are believed."""
THIS_MACHINE = "host"
"""In a container: the machine that it runs on, from where its published ports are reached."""
ROUTES = Path("/proc/net/route")


class Peers:
    """ASGI layer after which `scope["client"]` is who asked."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope.get("client"):
            proxies: Proxies = scope["app"].state.proxies
            if proxies.are_there:
                scope["client"] = (proxies.peer(scope["client"][0], scope["headers"]), 0)
        await self.app(scope, receive, send)


class Proxies:
    """The proxies in front, as CAREPLUS_PROXIES names them: addresses, networks, names of hosts, `host`."""

    def __init__(self, setting: str | None) -> None:
        self.networks = []
        self.names = []
        self.found: dict[str, set[str]] = {}
        for entry in filter(None, map(str.strip, (setting or "").split(","))):
            try:
                self.networks.append(ip_network(entry, strict=False))
            except ValueError:
                self.names.append(entry)
        self.are_there = bool(self.networks or self.names)

    def peer(self, address: str, headers: list[tuple[bytes, bytes]]) -> str:
        """Whom the proxies, one after the other, say that they speak for."""
        forwarded = b",".join(value for name, value in headers if name == b"x-forwarded-for").decode("latin-1")
        hops = forwarded.rsplit(",", HOPS)[-HOPS:]
        while hops and self.trust(address):
            before = parse_address(hops.pop().strip())
            if before is None:
                break
            address = str(before)
        return address

    def trust(self, text: str) -> bool:
        if any(text in addresses for addresses in self.found.values()):
            return True
        address = parse_address(text)
        return address is not None and any(address in network for network in self.networks)

    async def look_up(self) -> None:
        for name in self.names:
            # whoever cannot be looked up now is still where they were
            with suppress(OSError, LookupError, ValueError):
                self.found[name] = {_default_route()} if name == THIS_MACHINE else await _addresses(name)

    async def keep_looking(self) -> None:
        """As long as the gateway runs, where there are names."""
        while self.names:
            await self.look_up()
            await asyncio.sleep(LOOKED_UP_S)


async def _addresses(name: str) -> set[str]:
    found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return {str(address[0]) for *_, address in found}


def _default_route() -> str:
    [gateway] = [fields[2] for line in ROUTES.read_text().splitlines() if (fields := line.split())[1:2] == ["00000000"]][:1]
    return str(IPv4Address(bytes.fromhex(gateway)[::-1]))
