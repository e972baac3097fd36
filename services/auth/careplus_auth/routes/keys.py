"""The JWKS with the public keys of access tokens."""

from fastapi import Request

from careplus_contracts import platform as contract
from careplus_contracts.platform import Jwks
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.show_keys)
async def show_keys(*, request: Request) -> Jwks:
    return Jwks(keys=[dict(key.public_jwk) for key in request.app.state.signing_keys])
