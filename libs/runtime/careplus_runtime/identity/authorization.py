"""Authorization of an endpoint: the caller's identity and role. Runs before routes in services and in the gateway."""

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.refusals import Forbidden, Unauthenticated
from careplus_runtime.identity.jwks import NEEDS_TOKEN, TokenVerifier
from careplus_runtime.identity.tokens import Identity


async def identify(scope: Scope, verifier: TokenVerifier) -> Identity:
    """Return the caller's identity, verified once for each request.

    Raise Unauthenticated without a valid bearer token, or with two: another parser might read the other one.
    """
    if "identity" in scope:
        found: Identity = scope["identity"]
        return found
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"]
    scheme, _, token = "".join(values).partition(" ")
    if len(values) != 1 or scheme.lower() != "bearer" or not token:
        raise Unauthenticated(NEEDS_TOKEN)
    scope["identity"] = identity = await verifier.identify(token)
    return identity


class RequireRole:
    """ASGI app: passes on requests of the contract's roles, with their Identity in `scope["user"]`. Does not read the body."""

    def __init__(self, app: ASGIApp, endpoint: Endpoint[..., Any]) -> None:
        self.app = app
        self.endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["operation"] = self.endpoint.name
        if not self.endpoint.public:
            scope["user"] = user = await identify(scope, scope["app"].state.verifier)
            if not self.endpoint.admits(user.role):
                raise Forbidden(f"This is not for the role {user.role.value}.")
            if user.enrols and not self.endpoint.while_enrolling:
                raise Forbidden(f"The role {user.role.value} needs a second factor: switch it on first, then renew the token.")
        await self.app(scope, receive, send)
