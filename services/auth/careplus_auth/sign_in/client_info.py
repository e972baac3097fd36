"""The client of a request: network address, browser and language."""

from starlette.types import Scope

from careplus_auth.client_headers import describe_user_agent, preferred_language
from careplus_auth.rules import ClientDevice
from careplus_contracts.values import PortalLanguage
from careplus_runtime.http.addresses import client_address, network_of
from careplus_runtime.http.problems import header


def client_network(scope: Scope) -> str:
    """Return the key of attempt limits: the IPv4 address, or the first 64 bits of an IPv6 address."""
    return network_of(client_address(scope) or "nowhere")


def client_device(scope: Scope) -> ClientDevice:
    """Return browser and address, as the list of devices shows them."""
    return ClientDevice(describe_user_agent(header(scope, b"user-agent")), client_address(scope))


def client_language(scope: Scope) -> PortalLanguage:
    """Return the language of the portals that the browser prefers, or English."""
    return preferred_language(header(scope, b"accept-language") or "")
