"""The replicas of one service: the addresses of its setting, and those to which the host names in it resolve."""

import asyncio
import random
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from careplus_gateway.circuit_breaker import MAX_PENDING, TICK_S, CircuitBreaker
from careplus_gateway.connections import connection_pool

RESOLVE_S = 2.0  # between resolutions of names: a replica that starts has another address
READY_S = 2.0


class Replica:
    """One address of a service, with a circuit breaker and connections of its own.

    `address` is the IP address to which the host name of the URL resolves, None where the URL is used as it is.
    """

    def __init__(self, service: str, url: str, address: str | None, tls: ssl.SSLContext | None) -> None:
        self.url, self.address = url, address
        # pools of their own, so that many requests for readiness delay no probe and no forwarded request
        self.transport, probing, asking = (connection_pool(tls, address) for _ in range(3))
        self.probing, self.asking = (httpx.AsyncClient(transport=pool, trust_env=False) for pool in (probing, asking))
        self.breaker = CircuitBreaker(service, url, self.probing)
        self.watching = asyncio.create_task(self.breaker.watch())

    async def is_ready(self) -> bool:
        """Return whether `/ready` answers 200 within READY_S."""
        try:
            return (await self.asking.get(f"{self.url}/ready", timeout=READY_S)).is_success
        except httpx.HTTPError:
            return False

    async def close(self) -> None:
        """End the probes, refuse requests, and close the connections when the requests in progress have ended."""
        self.watching.cancel()
        self.breaker.open()
        await self.breaker.idle.wait()
        for closing in (self.transport, self.probing, self.asking):
            await closing.aclose()


class Replicas:
    """The replicas of one service. Create it in the event loop that uses it."""

    def __init__(self, service: str, urls: Sequence[str], tls: ssl.SSLContext | None) -> None:
        self.service, self.urls, self.tls = service, urls, tls
        self.waiting = 0
        # until a name is resolved each connection resolves it
        self.by_url = {url: [Replica(service, url, None, tls)] for url in urls}
        self.closing: set[asyncio.Task[None]] = set()

    def __iter__(self) -> Iterator[Replica]:
        for replicas in self.by_url.values():
            yield from replicas

    @property
    def has_healthy(self) -> bool:
        """Whether a replica answered its last request or probe."""
        return any(replica.breaker.is_healthy for replica in self)

    def least_busy(self) -> Replica:
        """Return the replica with the fewest requests: a healthy one, else one that restarts, else any."""

        def order(replica: Replica) -> tuple[bool, bool, int, float]:
            breaker = replica.breaker
            return breaker.is_open, not breaker.is_healthy, breaker.pending, random.random()  # noqa: S311 - not a secret

        return min(self, key=order)

    async def recovered(self) -> bool:
        """Wait until a replica answers its probe; return False when the breakers of all are open, or MAX_PENDING wait."""
        if self.waiting >= MAX_PENDING:
            return False
        self.waiting += 1
        try:
            while not self.has_healthy:
                if all(replica.breaker.is_open for replica in self):
                    return False
                await asyncio.sleep(TICK_S)
        finally:
            self.waiting -= 1
        # spread the repeated requests
        await asyncio.sleep(random.uniform(0.05, 0.25))  # noqa: S311 - not a secret
        return True

    async def are_ready(self) -> bool:
        """Return whether one replica is ready."""
        return any(await asyncio.gather(*(replica.is_ready() for replica in self)))

    async def keep_resolved(self) -> None:
        """Resolve the host names every RESOLVE_S, as long as the gateway runs."""
        names = {url: urlsplit(url).hostname or "" for url in self.urls}
        while names := {url: name for url, name in names.items() if not _is_address(name)}:
            for url, name in names.items():
                # keep the last addresses while a name cannot be resolved
                with suppress(OSError, UnicodeError):
                    self._update(url, await _addresses(name))
            await asyncio.sleep(RESOLVE_S)

    def _update(self, url: str, addresses: set[str]) -> None:
        known = {replica.address: replica for replica in self.by_url[url]}
        if not addresses or addresses == known.keys():
            return
        self.by_url[url] = [known.get(address) or Replica(self.service, url, address, self.tls) for address in sorted(addresses)]
        for address in known.keys() - addresses:
            closing = asyncio.create_task(known[address].close())
            self.closing.add(closing)
            closing.add_done_callback(self.closing.discard)

    async def close(self) -> None:
        await asyncio.gather(*self.closing, *(replica.close() for replica in self))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


async def _addresses(name: str) -> set[str]:
    """Return the IPv4 addresses of a name, or the IPv6 addresses of one without: both would count a replica twice."""
    found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
    families = {family: {str(address[0]) for kind, *_, address in found if kind == family} for family, *_ in found}
    return families.get(socket.AF_INET) or families.get(socket.AF_INET6) or set()
