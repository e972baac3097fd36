"""Network addresses of clients, and how one process tells another the address of its client."""

import hmac
from functools import cache, lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.types import Scope

from careplus_runtime.http.problems import header
from careplus_runtime.process.logs import log

FORWARDED_FOR, FORWARDED_MAC = b"x-forwarded-for", b"x-forwarded-for-mac"
MAX_ADDRESS_LENGTH = 64
"""Longer than any address, so that the caches below stay small."""


# cached, because few clients and proxies send most requests, and parsing takes longer than the rest of an audit event
@lru_cache(maxsize=4096)
def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address, None for any other text; an IPv4-mapped IPv6 address as IPv4."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def forwarded_headers(address: str, key: str | None) -> list[tuple[bytes, bytes]]:
    """Return the headers that tell a service the client's address. The service ignores them without its key."""
    mac = [(FORWARDED_MAC, _mac(address, key).encode())] if key else []
    return [(FORWARDED_FOR, address.encode()), *mac]


def onward_headers(scope: Scope) -> dict[str, str]:
    """Return the headers of a call to another service for the same request and client."""
    address = client_address(scope)
    forwarded = forwarded_headers(address, scope["app"].state.settings.forwarded_key) if address else []
    return {"X-Request-Id": scope["request_id"], **{name.decode(): value.decode() for name, value in forwarded}}


def client_address(scope: Scope) -> str | None:
    """Return the client's address: the forwarded one, if it has the MAC of CAREPLUS_FORWARDED_KEY, or that of the peer.

    Only gateway and services have the key, so a direct caller of a service cannot choose the address that limits and audit use.
    """
    forwarded = header(scope, FORWARDED_FOR)
    if forwarded is None or not _is_signed(forwarded, header(scope, FORWARDED_MAC), scope["app"].state.settings.forwarded_key):
        forwarded = (scope.get("client") or [None])[0]
    return _normalized(forwarded) if forwarded else None


def _is_signed(address: str, mac: str | None, key: str | None) -> bool:
    if mac is None or key is None or len(address) > MAX_ADDRESS_LENGTH:
        return False
    is_signed = hmac.compare_digest(_mac(address, key).encode(), mac.encode())
    if not is_signed:
        _warn_of_wrong_mac()
    return is_signed


# the MAC covers the address only: a reader of these headers has the access token too, so binding the request adds nothing
@lru_cache(maxsize=4096)
def _mac(address: str, key: str) -> str:
    return hmac.digest(key.encode(), address.encode(), "sha256").hex()


@cache
def _warn_of_wrong_mac() -> None:
    # once a process: any caller can provoke it
    log.warning("forwarded_address_refused", remedy="the gateway and each service need the same CAREPLUS_FORWARDED_KEY")


@lru_cache(maxsize=4096)
def _normalized(text: str) -> str | None:
    address = parse_address(text)
    return None if address is None else str(address)


@lru_cache(maxsize=4096)
def network_of(text: str) -> str:
    """Return the network that rate limits count as one client: for IPv6 the first 64 bits, which one household has."""
    address = parse_address(text)
    return str(ip_network(f"{address}/64", strict=False)) if isinstance(address, IPv6Address) else str(address or text)
