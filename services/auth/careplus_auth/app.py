"""The auth service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI

from careplus_auth import background
from careplus_auth.alerts.sending import Alerts
from careplus_auth.audit.anchor_export import AnchorExport
from careplus_auth.audit.anchor_file import AnchorFile
from careplus_auth.audit.audit_mails import AuditMails
from careplus_auth.audit.chain import ChainKeys
from careplus_auth.audit.chain_writer import ChainWriter
from careplus_auth.backups.schedule import BackupSchedule
from careplus_auth.crypto.signing import audit_secrets_of, secrets_of
from careplus_auth.crypto.vault import STORED, Vault
from careplus_auth.mail.delivery import check_replicas
from careplus_auth.routes import (
    accounts,
    approvals,
    audit,
    confirmations,
    consents,
    handovers,
    invitations,
    keys,
    legal_details,
    linked_records,
    merges,
    notices,
    passkeys,
    passwords,
    patients,
    people,
    second_factors,
    sessions,
    sign_on,
)
from careplus_auth.routes import sign_in as signing_in
from careplus_auth.sign_in.attempts import AttemptCounter
from careplus_auth.sign_on.opening import identity_provider
from careplus_auth.sign_on.pending import PendingCookie
from careplus_auth.store import queues
from careplus_contracts import accounts as accounts_contract
from careplus_contracts import approvals as approvals_contract
from careplus_contracts import audit as audit_contract
from careplus_contracts import confirmations as confirmations_contract
from careplus_contracts import consents as consents_contract
from careplus_contracts import handovers as handovers_contract
from careplus_contracts import invitations as invitations_contract
from careplus_contracts import legal_details as legal_details_contract
from careplus_contracts import linked_records as linked_records_contract
from careplus_contracts import merges as merges_contract
from careplus_contracts import notices as notices_contract
from careplus_contracts import passkeys as passkeys_contract
from careplus_contracts import passwords as passwords_contract
from careplus_contracts import patients as patients_contract
from careplus_contracts import people as people_contract
from careplus_contracts import platform as platform_contract
from careplus_contracts import second_factors as second_factors_contract
from careplus_contracts import sessions as sessions_contract
from careplus_contracts import sign_on as sign_on_contract
from careplus_runtime.http.serving import application
from careplus_runtime.identity.sessions import SessionVerifier
from careplus_runtime.identity.tokens import SigningKey
from careplus_runtime.process.background import running_tasks


@asynccontextmanager
async def with_keys(app: FastAPI) -> AsyncIterator[None]:
    """Derive the keys from SECRET_KEY, and run the background tasks, for as long as the service runs."""
    check_replicas(app.state.settings)
    secrets = secrets_of(app.state.settings)
    signing_keys = [SigningKey.from_secret(secret) for secret in secrets]

    async def own_keys() -> list[dict[str, Any]]:
        return [dict(key.public_jwk) for key in signing_keys]

    state = app.state
    state.signing_keys, state.successor_secret = signing_keys, secrets[0]
    state.vault, state.devices = Vault(secrets, STORED), Vault(secrets, "known devices")
    state.pending_sign_ons = PendingCookie(Vault(secrets, "pending sign-ons"))
    state.attempts = AttemptCounter(state.database, Vault(secrets, "attempts"))
    # Auth has the keys itself; every other service fetches them.
    state.verifier = SessionVerifier(own_keys, state.database)
    chain_keys = ChainKeys(audit_secrets_of(state.settings))
    export = AnchorExport(AnchorFile(state.settings.anchor_file, chain_keys.anchors), state.settings.audit_syslog)
    audit_mails = AuditMails(state.database, state.settings, state.vault)
    schedule = BackupSchedule(state.database, state.settings)
    alerts = Alerts(state.database, state.settings, state.vault, secrets, schedule)

    async def alarm() -> None:
        await audit_mails.queue_alarm()
        await alerts.raise_chain_refused()

    state.readers += [partial(read, state.database) for read in queues.READERS]
    works = running_tasks(background.run(state.database, state.settings, state.vault), alerts.run(), schedule.run())
    provider = identity_provider(state.settings)
    async with provider as state.identity_provider, works, ChainWriter(state.database, chain_keys, export, alarm).running():
        yield


app = application(
    "auth",
    contracts=(
        accounts_contract.api,
        sign_on_contract.api,
        sessions_contract.api,
        linked_records_contract.api,
        passwords_contract.api,
        second_factors_contract.api,
        passkeys_contract.api,
        confirmations_contract.api,
        consents_contract.api,
        invitations_contract.api,
        approvals_contract.api,
        people_contract.api,
        patients_contract.api,
        merges_contract.api,
        legal_details_contract.api,
        notices_contract.api,
        handovers_contract.api,
        audit_contract.api,
        platform_contract.keys,
    ),
    routes=(
        accounts.routes,
        signing_in.routes,
        sign_on.routes,
        sessions.routes,
        linked_records.routes,
        passwords.routes,
        second_factors.routes,
        passkeys.routes,
        confirmations.routes,
        consents.routes,
        invitations.routes,
        approvals.routes,
        people.routes,
        patients.routes,
        merges.routes,
        legal_details.routes,
        notices.routes,
        handovers.routes,
        audit.routes,
        keys.routes,
    ),
    lifespan=with_keys,
)
