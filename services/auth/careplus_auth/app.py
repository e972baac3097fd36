"""The auth service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from careplus_auth import background
from careplus_auth.audit.chain import ChainKeys
from careplus_auth.audit.chain_writer import ChainWriter
from careplus_auth.crypto.signing import secrets_of
from careplus_auth.crypto.vault import Vault
from careplus_auth.routes import accounts, audit, handovers, invitations, keys, passwords, people, second_factors, sessions
from careplus_auth.routes import sign_in as signing_in
from careplus_auth.sign_in.attempts import AttemptCounter
from careplus_contracts import accounts as accounts_contract
from careplus_contracts import audit as audit_contract
from careplus_contracts import handovers as handovers_contract
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
    """Derive the keys from SECRET_KEY, and run the background tasks, for as long as the service runs."""
    secrets = secrets_of(app.state.settings)
    signing_keys = [SigningKey.from_secret(secret) for secret in secrets]

    async def own_keys() -> list[dict[str, Any]]:
        return [dict(key.public_jwk) for key in signing_keys]

    state = app.state
    state.signing_keys, state.successor_secret = signing_keys, secrets[0]
    state.vault, state.devices = Vault(secrets, "what is kept encrypted"), Vault(secrets, "known devices")
    state.attempts = AttemptCounter(state.database, Vault(secrets, "attempts"))
    # Auth has the keys itself; every other service fetches them.
    state.verifier = SessionVerifier(own_keys, state.database)
    chain_writer = ChainWriter(state.database, ChainKeys(secrets))
    async with running_tasks(background.run(state.database, state.settings, state.vault)):
        try:
            async with chain_writer.running():
                yield
        finally:
            chain_writer.anchor()


app = application(
    "auth",
    contracts=(
        accounts_contract.api,
        sessions_contract.api,
        passwords_contract.api,
        second_factors_contract.api,
        invitations_contract.api,
        people_contract.api,
        handovers_contract.api,
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
        handovers.routes,
        audit.routes,
        keys.routes,
    ),
    lifespan=with_keys,
)
