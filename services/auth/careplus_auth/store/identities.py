"""Statements about identities of the hospital's identity provider."""

import secrets
from base64 import b64encode
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.crypto.digest import sha256_hex
from careplus_auth.sign_on.pending import LIFETIME
from careplus_contracts.refusals import NotFound
from careplus_contracts.sign_on import SignOnFailed
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow, InvitationRow
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.sign_on import ProviderIdentityRow, UsedStateRow


async def use_state(db: WriteSession, state: str) -> None:
    """Record that a state came back. Raise SignOnFailed the second time."""
    db.add(UsedStateRow(state_hash=sha256_hex(state), expires_at=now() + LIFETIME))
    try:
        await db.flush()
    except IntegrityError:
        raise SignOnFailed("This sign-on was used already. Start it again.") from None


async def account_of(db: AnySession, issuer: str, subject: str) -> AccountRow | None:
    """Return the account of an identity, locked, or None before its first sign-on."""
    identity = await db.get(ProviderIdentityRow, (issuer, subject))
    return None if identity is None else await db.get(AccountRow, identity.account_id, with_for_update=True)


async def has_identity(db: AnySession, issuer: str, account: AccountRow) -> bool:
    """Return whether an account has an identity at this provider."""
    found = select(col(ProviderIdentityRow.subject)).where(
        col(ProviderIdentityRow.account_id) == account.id, col(ProviderIdentityRow.issuer) == issuer
    )
    return (await db.execute(found)).first() is not None


async def link(db: WriteSession, issuer: str, subject: str, account: AccountRow) -> None:
    """Make an identity the one of an account. Raise SignOnFailed where another sign-on has linked it to another one meanwhile."""
    assert account.id is not None
    db.add(ProviderIdentityRow(issuer=issuer, subject=subject, account_id=account.id, linked_at=now()))
    try:
        await db.flush()
    except IntegrityError:
        raise SignOnFailed("Another sign-on of this person was completed at the same moment. Start it again.") from None


async def remove(db: WriteSession, account_id: int) -> None:
    """Delete the identities of an account. Raise NotFound where it has none."""
    deleted = delete(ProviderIdentityRow).where(col(ProviderIdentityRow.account_id) == account_id)
    if cast(CursorResult[Any], await db.execute(deleted)).rowcount == 0:
        raise NotFound(NOTHING_HERE)


async def accept_invitation(db: WriteSession, account: AccountRow) -> bool:
    """Open the account of a person that was invited to this address, and return whether an open invitation allows it."""
    # an invitation without a code waits for an approval
    open_ones = select(InvitationRow).where(
        col(InvitationRow.account_id) == account.id,
        col(InvitationRow.accepted_at).is_(None),
        col(InvitationRow.code_hash).is_not(None),
    )
    invitation = (await db.execute(open_ones.with_for_update())).scalars().first()
    if invitation is None or not rules.is_acceptable(invitation.accepted_at, invitation.expires_at, now()):
        return False
    invitation.accepted_at = account.email_confirmed_at = now()
    account.password_hash = _hash_without_password()
    account.version += 1
    return True


def _hash_without_password() -> str:
    """Return an argon2id hash of no known password, for an account that has none until a reset by mail."""
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m=19456,t=2,p=1${salt}${digest}"
