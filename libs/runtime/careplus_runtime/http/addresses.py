"""Network addresses of callers."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.types import Scope

from careplus_runtime.http.problems import header


# the same few callers and proxies again and again; ipaddress takes longer than the rest of what is noted about a request
@lru_cache(maxsize=4096)
def parsed(text: str) -> IPv4Address | IPv6Address | None:
    """None where it is no address; an IPv4 address in IPv6's clothes is one of IPv4."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def caller(scope: Scope) -> str | None:
    """Who called the gateway, as it says; else who called this process. The gateway drops what callers say about theirs."""
    for said in (header(scope, b"x-forwarded-for"), (scope.get("client") or [None])[0]):
        if said and (address := _written(said)):
            return address
    return None


@lru_cache(maxsize=4096)
def _written(text: str) -> str | None:
    address = parsed(text)
    return None if address is None else str(address)


@lru_cache(maxsize=4096)
def network_of(text: str) -> str:
    """What is counted as one address: of IPv6 the first 64 bits, which one household has for itself."""
    address = parsed(text)
    return str(ip_network(f"{address}/64", strict=False)) if isinstance(address, IPv6Address) else str(address or text)
