"""Authorization of an endpoint: the caller's identity and role. Runs before routes in services and in the gateway."""

import re
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.refusals import Forbidden, Unauthenticated
from careplus_runtime.identity.jwks import NEEDS_TOKEN, TokenVerifier
from careplus_runtime.identity.tokens import Identity

OWN_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
"""The form of `secrets.token_urlsafe(32)`; access tokens have dots."""
NEEDS_OWN_TOKEN = "This needs the token of its own kind, such as that of a screen, as Authorization: Bearer."


async def identify(scope: Scope, verifier: TokenVerifier) -> Identity:
    """Return the caller's identity, verified once for each request.

    Raise Unauthenticated without a valid bearer token, or with two: another parser might read the other one.
    """
    if "identity" in scope:
        found: Identity = scope["identity"]
        return found
    scope["identity"] = identity = await verifier.identify(bearer_token(scope, NEEDS_TOKEN))
    return identity


def bearer_token(scope: Scope, refusal: str) -> str:
    """Return the bearer token of a request. Raise Unauthenticated with this text without one, or with two."""
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"]
    scheme, _, token = "".join(values).partition(" ")
    if len(values) != 1 or scheme.lower() != "bearer" or not token:
        raise Unauthenticated(refusal)
    return token


def own_token(scope: Scope) -> str:
    """Return the token of an endpoint that takes its own kind, which its handler looks up. Raise Unauthenticated."""
    token = bearer_token(scope, NEEDS_OWN_TOKEN)
    if OWN_TOKEN.fullmatch(token) is None:
        raise Unauthenticated(NEEDS_OWN_TOKEN)
    return token


class RequireRole:
    """ASGI app: passes on requests of the contract's roles, with their Identity in `scope["user"]`. Does not read the body.

    At an endpoint with a token of its own kind it passes on requests with a token of the right form; the handler looks it up.
    """

    def __init__(self, app: ASGIApp, endpoint: Endpoint[..., Any]) -> None:
        self.app = app
        self.endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["operation"] = self.endpoint.name
        if self.endpoint.takes_own_token:
            own_token(scope)
        elif not self.endpoint.public:
            scope["user"] = user = await identify(scope, scope["app"].state.verifier)
            if not self.endpoint.admits(user.role):
                raise Forbidden(f"This is not for the role {user.role.value}.")
            if user.enrols and not self.endpoint.while_enrolling:
                raise Forbidden(f"The role {user.role.value} needs a second factor: switch it on first, then renew the token.")
        await self.app(scope, receive, send)
