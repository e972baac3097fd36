"""The auth service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from careplus_auth.routes import accounts, invitations, keys, people
from careplus_auth.signing import secrets_of
from careplus_contracts import accounts as accounts_contract
from careplus_contracts import invitations as invitations_contract
from careplus_contracts import people as people_contract
from careplus_contracts import platform as platform_contract
from careplus_runtime.keys import Verifier
from careplus_runtime.serving import application
from careplus_runtime.tokens import SigningKey


@asynccontextmanager
async def with_keys(app: FastAPI) -> AsyncIterator[None]:
    secrets = secrets_of(app.state.settings)
    signing_keys = [SigningKey.from_secret(secret) for secret in secrets]

    async def own_keys() -> list[dict[str, Any]]:
        return [dict(key.public_jwk) for key in signing_keys]

    app.state.signing_keys = signing_keys
    app.state.successor_secret = secrets[0]
    # the one service that needs to ask nobody
    app.state.verifier = Verifier(own_keys)
    yield


app = application(
    "auth",
    contracts=(accounts_contract.api, invitations_contract.api, people_contract.api, platform_contract.keys),
    routes=(accounts.routes, invitations.routes, people.routes, keys.routes),
    lifespan=with_keys,
)
