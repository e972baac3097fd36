"""Signing of access tokens."""

import time

from careplus_auth import rules
from careplus_auth.store.accounts import to_contract
from careplus_auth.store.sessions import OpenedSession
from careplus_contracts.accounts import Tokens
from careplus_contracts.endpoints import Role
from careplus_runtime.identity.tokens import LIFETIME_S, SigningKey
from careplus_runtime.process.settings import Settings, SettingsError


def secrets_of(settings: Settings) -> list[str]:
    """Return the secrets of SECRET_KEY: the first signs, all verify. Raise SettingsError without one."""
    if settings.secret_key is None:
        raise SettingsError(
            "SECRET_KEY: is missing; make one with "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))' and put it into .env"
        )
    return [secret.strip() for secret in settings.secret_key.split(",")]


def audit_secrets_of(settings: Settings) -> list[str]:
    """Return the secrets that verify the audit trail: those of SECRET_KEY, and retired ones. Raise SettingsError without one."""
    return [*secrets_of(settings), *(one.strip() for one in (settings.retired_secrets or "").split(",") if one.strip())]


def tokens(keys: list[SigningKey], opened: OpenedSession, settings: Settings) -> Tokens:
    """Return a signed access token with the account, the body of a sign-in or refresh."""
    account = to_contract(opened.account)
    has_factor = account.second_factor or opened.other_factor
    must_enrol = rules.must_enrol(account.role.value, settings.roles_with_second_factor, has_factor=has_factor)
    return Tokens(
        access_token=keys[0].sign(account.id, Role(account.role), opened.sid, int(time.time()), enrols=must_enrol),
        token_type="bearer",
        expires_in=LIFETIME_S,
        idle_seconds=int(opened.idle_limit.total_seconds()),
        must_enrol=must_enrol,
        account=account,
        other_side=opened.other_side,
    )
