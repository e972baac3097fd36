"""Statements about the challenges of passkeys: each serves once, for one account and purpose, for five minutes."""

import secrets
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.sign_in.passkeys import challenge_of
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import WriteSession
from careplus_tables.passkeys import PasskeyChallengeRow, Purpose

MAX_OPEN = 20
"""Challenges of one account and purpose; a further one replaces the oldest."""


async def create(db: WriteSession, account: AccountRow, purpose: Purpose) -> str:
    """Return a new challenge, base64url."""
    assert account.id is not None
    challenge = secrets.token_urlsafe(32)
    own = (col(PasskeyChallengeRow.account_id) == account.id, col(PasskeyChallengeRow.purpose) == purpose.value)
    key = col(PasskeyChallengeRow.challenge)
    newest = select(key).where(*own).order_by(col(PasskeyChallengeRow.expires_at).desc(), key).limit(MAX_OPEN - 1)
    await db.execute(delete(PasskeyChallengeRow).where(*own, key.not_in(newest)))
    expires_at = now() + rules.CHALLENGE_LIFETIME
    db.add(PasskeyChallengeRow(challenge=challenge, account_id=account.id, purpose=purpose.value, expires_at=expires_at))
    await db.flush()
    return challenge


async def use(db: WriteSession, account: AccountRow, purpose: Purpose, client_data: str) -> str | None:
    """Return the challenge in a passkey's client data and delete it, or None where the account has no such open challenge."""
    challenge = challenge_of(client_data)
    if challenge is None:
        return None
    open_one = delete(PasskeyChallengeRow).where(
        col(PasskeyChallengeRow.challenge) == challenge,
        col(PasskeyChallengeRow.account_id) == account.id,
        col(PasskeyChallengeRow.purpose) == purpose.value,
        col(PasskeyChallengeRow.expires_at) > now(),
    )
    # one statement, so that of two concurrent uses one finds the row
    used = cast(CursorResult[Any], await db.execute(open_one)).rowcount
    return challenge if used else None
