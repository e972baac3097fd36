"""Statements about sessions and their refresh tokens. Only hashes of tokens are kept."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_auth import rules
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import Unauthenticated
from careplus_runtime.clock import now
from careplus_tables.accounts import AccountRow, RefreshTokenRow, SessionRow

EXPIRED = "Your session has ended. Sign in again."


@dataclass(frozen=True)
class Opened:
    """A session with the refresh token to hand out."""

    account: AccountRow
    sid: str
    refresh_token: str


async def open_session(db: AsyncSession, account: AccountRow) -> Opened:
    """A new session after a sign-in."""
    assert account.id is not None
    sid, token, at = secrets.token_urlsafe(18), secrets.token_urlsafe(32), now()
    limit = rules.session_limit(Role(account.role))
    db.add(SessionRow(id=sid, account_id=account.id, created_at=at, expires_at=at + limit, ended_at=None))
    await db.flush()
    await _hand_out(db, account, sid, token)
    return Opened(account, sid, token)


async def rotate(db: AsyncSession, token: str, secret: str) -> Opened | None:
    """The next refresh token of the session. None: the token was used before, and its session has been ended.

    The successor is derived from the token, so that two tabs, or a repeated request, get the same one without it being stored.
    Raises Unauthenticated for a token that is unknown or expired.
    """
    row = await db.get(RefreshTokenRow, _hashed(token), with_for_update=True)
    session = await db.get(SessionRow, row.session_id) if row else None
    account = await db.get(AccountRow, session.account_id) if session else None
    if row is None or session is None or account is None or session.ended_at is not None or not account.active:
        raise Unauthenticated(EXPIRED)
    if min(row.expires_at, session.expires_at) <= now():
        raise Unauthenticated(EXPIRED)
    successor = _successor(token, secret)
    if row.used_at is None:
        row.used_at = now()
        await _hand_out(db, account, session.id, successor)
    elif row.used_at + rules.PREDECESSOR_LASTS <= now() or await _used(db, successor):
        session.ended_at = now()
        return None
    return Opened(account, session.id, successor)


async def end(db: AsyncSession, token: str) -> None:
    """End the session of a refresh token; an unknown one is no matter."""
    if row := await db.get(RefreshTokenRow, _hashed(token)):
        ended = update(SessionRow).where(col(SessionRow.id) == row.session_id, col(SessionRow.ended_at).is_(None))
        await db.execute(ended.values(ended_at=now()))


async def end_all(db: AsyncSession, account_id: int) -> None:
    """End every session of an account; its refresh tokens are worth nothing from now on."""
    ended = update(SessionRow).where(col(SessionRow.account_id) == account_id, col(SessionRow.ended_at).is_(None))
    await db.execute(ended.values(ended_at=now()))


async def _hand_out(db: AsyncSession, account: AccountRow, sid: str, token: str) -> None:
    expires_at = now() + rules.idle_limit(Role(account.role))
    db.add(RefreshTokenRow(token_hash=_hashed(token), session_id=sid, expires_at=expires_at, used_at=None))
    await db.flush()


async def _used(db: AsyncSession, token: str) -> bool:
    row = await db.get(RefreshTokenRow, _hashed(token))
    return row is None or row.used_at is not None


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _successor(token: str, secret: str) -> str:
    return hmac.new(secret.encode(), b"refresh successor " + token.encode(), hashlib.sha256).hexdigest()
