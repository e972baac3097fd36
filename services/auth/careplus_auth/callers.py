"""Who called: the network address and the browser, as far as they can be known."""

from ipaddress import IPv6Address, ip_address, ip_network

from starlette.types import Scope

from careplus_auth.rules import Device, device_of
from careplus_runtime.problems import header


def address(scope: Scope) -> str | None:
    """The address that the gateway was called from; it drops what callers say about theirs."""
    for said in (header(scope, b"x-forwarded-for"), (scope.get("client") or [None])[0]):
        try:
            return str(ip_address(said or ""))
        except ValueError:
            continue
    return None


def peer(scope: Scope) -> str:
    """What attempts are counted by: the address, and of IPv6, where everybody has many, the network."""
    found = address(scope)
    if found is not None and isinstance(ip_address(found), IPv6Address):
        return str(ip_network(f"{found}/64", strict=False))
    return found or "nowhere"


def device(scope: Scope) -> Device:
    return Device(device_of(header(scope, b"user-agent")), address(scope))
