"""The auth service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from careplus_auth.audit.chain import SealingKeys
from careplus_auth.audit.chain_writer import Sealer
from careplus_auth.background import work
from careplus_auth.crypto.signing import secrets_of
from careplus_auth.crypto.vault import Vault
from careplus_auth.routes import accounts, audit, invitations, keys, passwords, people, second_factors, sessions
from careplus_auth.routes import sign_in as signing_in
from careplus_auth.sign_in.attempts import Attempts
from careplus_contracts import accounts as accounts_contract
from careplus_contracts import audit as audit_contract
from careplus_contracts import invitations as invitations_contract
from careplus_contracts import passwords as passwords_contract
from careplus_contracts import people as people_contract
from careplus_contracts import platform as platform_contract
from careplus_contracts import second_factors as second_factors_contract
from careplus_contracts import sessions as sessions_contract
from careplus_runtime.http.serving import application
from careplus_runtime.identity.sessions import SessionVerifier
from careplus_runtime.identity.tokens import SigningKey
from careplus_runtime.process.background import running_tasks


@asynccontextmanager
async def with_keys(app: FastAPI) -> AsyncIterator[None]:
    secrets = secrets_of(app.state.settings)
    signing_keys = [SigningKey.from_secret(secret) for secret in secrets]

    async def own_keys() -> list[dict[str, Any]]:
        return [dict(key.public_jwk) for key in signing_keys]

    state = app.state
    state.signing_keys, state.successor_secret = signing_keys, secrets[0]
    state.vault, state.devices = Vault(secrets, "what is kept encrypted"), Vault(secrets, "known devices")
    state.attempts = Attempts(state.database, Vault(secrets, "attempts"))
    # the one service that needs to ask nobody
    state.verifier = SessionVerifier(own_keys, state.database)
    sealer = Sealer(state.database, SealingKeys(secrets))
    async with running_tasks(work(state.database, state.settings, state.vault)):
        try:
            async with sealer.running():
                yield
        finally:
            sealer.anchor()


app = application(
    "auth",
    contracts=(
        accounts_contract.api,
        sessions_contract.api,
        passwords_contract.api,
        second_factors_contract.api,
        invitations_contract.api,
        people_contract.api,
        audit_contract.api,
        platform_contract.keys,
    ),
    routes=(
        accounts.routes,
        signing_in.routes,
        sessions.routes,
        passwords.routes,
        second_factors.routes,
        invitations.routes,
        people.routes,
        audit.routes,
        keys.routes,
    ),
    lifespan=with_keys,
)
