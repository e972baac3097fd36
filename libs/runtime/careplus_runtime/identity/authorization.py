"""The door of an endpoint: who asks, and whether their role may. Stands before routes in services and in the gateway."""

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.refusals import Forbidden, Unauthenticated
from careplus_runtime.identity.jwks import NEEDS_TOKEN, Verifier
from careplus_runtime.identity.tokens import Identity


async def identify(scope: Scope, verifier: Verifier) -> Identity:
    """Who asks. Raises Unauthenticated without a valid bearer token, and where there are two: others may read the other."""
    if "identity" in scope:
        # found for this request already
        found: Identity = scope["identity"]
        return found
    given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"]
    scheme, _, token = "".join(given).partition(" ")
    if len(given) != 1 or scheme.lower() != "bearer" or not token:
        raise Unauthenticated(NEEDS_TOKEN)
    scope["identity"] = identity = await verifier.identify(token)
    return identity


class Door:
    """Lets in whom the contract admits, and leaves their Identity in `scope["who"]`. Nothing of the body is read before."""

    def __init__(self, app: ASGIApp, endpoint: Endpoint[..., Any]) -> None:
        self.app = app
        self.endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.endpoint.public:
            who = await identify(scope, scope["app"].state.verifier)
            scope["who"] = who
            if not self.endpoint.admits(who.role):
                raise Forbidden(f"This is not for the role {who.role.value}.")
        await self.app(scope, receive, send)
