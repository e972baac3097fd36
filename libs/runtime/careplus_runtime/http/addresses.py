"""Network addresses of clients."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.types import Scope

from careplus_runtime.http.problems import header


# cached, because few clients and proxies send most requests, and parsing takes longer than the rest of an audit event
@lru_cache(maxsize=4096)
def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address, None for any other text; an IPv4-mapped IPv6 address as IPv4."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def client_address(scope: Scope) -> str | None:
    """Return the address of the gateway's client from X-Forwarded-For, by default the address of this process's client.

    The gateway removes X-Forwarded-For of its own clients, so the header can be trusted.
    """
    for text in (header(scope, b"x-forwarded-for"), (scope.get("client") or [None])[0]):
        if text and (address := _normalized(text)):
            return address
    return None


@lru_cache(maxsize=4096)
def _normalized(text: str) -> str | None:
    address = parse_address(text)
    return None if address is None else str(address)


@lru_cache(maxsize=4096)
def network_of(text: str) -> str:
    """Return the network that rate limits count as one client: for IPv6 the first 64 bits, which one household has."""
    address = parse_address(text)
    return str(ip_network(f"{address}/64", strict=False)) if isinstance(address, IPv6Address) else str(address or text)
