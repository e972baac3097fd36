"""Who called: the network address and the browser, as far as they can be known."""

from starlette.types import Scope

from careplus_auth.rules import Device, device_of
from careplus_runtime.http.addresses import client_address, network_of
from careplus_runtime.http.problems import header


def peer(scope: Scope) -> str:
    """What attempts are counted by: the address, and of IPv6, where everybody has many, the network."""
    return network_of(client_address(scope) or "nowhere")


def device(scope: Scope) -> Device:
    return Device(device_of(header(scope, b"user-agent")), client_address(scope))
