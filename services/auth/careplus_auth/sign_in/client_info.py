"""The client of a request: network address and browser."""

from starlette.types import Scope

from careplus_auth.rules import ClientDevice, describe_user_agent
from careplus_runtime.http.addresses import client_address, network_of
from careplus_runtime.http.problems import header


def client_network(scope: Scope) -> str:
    """Return the key of attempt limits: the IPv4 address, or the first 64 bits of an IPv6 address."""
    return network_of(client_address(scope) or "nowhere")


def client_device(scope: Scope) -> ClientDevice:
    """Return browser and address, as the list of devices shows them."""
    return ClientDevice(describe_user_agent(header(scope, b"user-agent")), client_address(scope))
