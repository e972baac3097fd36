"""Statements about sessions and refresh tokens. Only hashes of tokens are stored."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.crypto.digest import sha256_hex
from careplus_auth.rules import ClientDevice
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import NotFound, Unauthenticated
from careplus_contracts.sessions import Session, SessionId, Sessions
from careplus_contracts.values import Instant, PageFilter
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.http.records import Keyset, fetch_page
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow, RefreshTokenRow, SessionRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession

EXPIRED = "Your session has ended. Sign in again."
_NEWEST_FIRST = Keyset(
    (col(SessionRow.created_at), col(SessionRow.id)),
    tuple[Instant, SessionId],
    lambda row: (row.created_at, row.id),
    descending=True,
)


@dataclass(frozen=True)
class OpenedSession:
    """A session and its new refresh token. `provider_factor`: the identity provider checked a second factor."""

    account: AccountRow
    sid: str
    refresh_token: str
    provider_factor: bool = False


@dataclass(frozen=True)
class SessionOwner:
    """Account and session of a refresh token."""

    account: AccountRow
    sid: str


async def open_session(
    db: WriteSession, account: AccountRow, device: ClientDevice, settings: Settings, *, provider_factor: bool | None = None
) -> OpenedSession:
    """Insert a session after a sign-in; None as `provider_factor`: with password, and the code of an account that has one."""
    assert account.id is not None
    sid, token, at = secrets.token_urlsafe(18), secrets.token_urlsafe(32), now()
    db.add(
        SessionRow(
            id=sid,
            account_id=account.id,
            created_at=at,
            expires_at=at + rules.session_limit(Role(account.role)),
            ended_at=None,
            last_used_at=at,
            user_agent=device.user_agent,
            address=device.address,
            with_second_factor=account.second_factor and provider_factor is None,
            provider_factor=provider_factor is True,
        )
    )
    await db.flush()
    await _add_refresh_token(db, sid, token, settings.idle_limit(account.role))
    return OpenedSession(account, sid, token, provider_factor is True)


async def rotate(db: WriteSession, token: str, secret: str, device: ClientDevice, settings: Settings) -> OpenedSession | None:
    """Rotate a refresh token. Return None when it was used before: its session is then ended.

    The successor is derived from the token, so two tabs or a repeated request get the same one, and it is not stored.
    Raise Unauthenticated for an unknown or expired token.
    """
    # Reload after locking: on PostgreSQL the row may have changed since this transaction read it.
    row = await db.get(RefreshTokenRow, sha256_hex(token), with_for_update=True, populate_existing=True)
    session = await db.get(SessionRow, row.session_id, with_for_update=True, populate_existing=True) if row else None
    account = await db.get(AccountRow, session.account_id, populate_existing=True) if session else None
    if row is None or session is None or account is None or session.ended_at is not None or not account.active:
        raise Unauthenticated(EXPIRED)
    successor = _successor(token, secret)
    # Also for expired tokens: reuse means that two clients hold tokens of one session.
    if row.used_at is not None and (row.used_at + rules.PREDECESSOR_LIFETIME <= now() or await _is_used(db, successor)):
        session.ended_at = now()
        return None
    if min(row.expires_at, session.expires_at) <= now():
        raise Unauthenticated(EXPIRED)
    if row.used_at is None:
        row.used_at = now()
        await _add_refresh_token(db, session.id, successor, settings.idle_limit(account.role))
    session.last_used_at, session.user_agent, session.address = now(), device.user_agent, device.address
    return OpenedSession(account, session.id, successor, session.provider_factor)


async def list_open(db: ReadSession, who: Identity, wanted: PageFilter, idle_limit: timedelta) -> Sessions:
    """Return the caller's open sessions, newest first."""
    return await list_of(db, who, who.id, wanted, idle_limit)


async def list_of(db: ReadSession, who: Identity, account_id: int, wanted: PageFilter, idle_limit: timedelta) -> Sessions:
    """Return the open sessions of an account, newest first; `idle_limit` is that of its role."""
    at = now()
    query = select(SessionRow).where(
        col(SessionRow.account_id) == account_id,
        col(SessionRow.ended_at).is_(None),
        col(SessionRow.expires_at) > at,
        col(SessionRow.last_used_at) > at - idle_limit,
    )
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return Sessions(items=[_to_contract(row, who) for row in rows], next_cursor=next_cursor)


async def end_of(db: AnySession, account_id: int, sid: str) -> None:
    """End one of an account's open sessions. Raises NotFound."""
    session = await db.get(SessionRow, sid, with_for_update=True)
    if session is None or session.account_id != account_id or session.ended_at is not None:
        raise NotFound(NOTHING_HERE)
    session.ended_at = now()


async def current_session(db: AnySession, who: Identity) -> SessionRow:
    """Return the session of the request. Raise Unauthenticated when it has ended."""
    session = await db.get(SessionRow, who.sid)
    if session is None or session.account_id != who.id or session.ended_at is not None:
        raise Unauthenticated(EXPIRED)
    return session


async def owner(db: AnySession, token: str) -> SessionOwner | None:
    """Return account and session of a current or used refresh token, or None."""
    row = await db.get(RefreshTokenRow, sha256_hex(token))
    session = await db.get(SessionRow, row.session_id) if row else None
    account = await db.get(AccountRow, session.account_id) if session else None
    return None if session is None or account is None else SessionOwner(account, session.id)


async def end(db: WriteSession, token: str) -> None:
    """End the session of a refresh token. Ignore an unknown token."""
    if row := await db.get(RefreshTokenRow, sha256_hex(token)):
        ended = update(SessionRow).where(col(SessionRow.id) == row.session_id, col(SessionRow.ended_at).is_(None))
        await db.execute(ended.values(ended_at=now()))


async def end_all(db: WriteSession, account_id: int, *, keep: str | None = None) -> None:
    """End all sessions of an account except `keep`. Their refresh tokens stop working."""
    ended = update(SessionRow).where(col(SessionRow.account_id) == account_id, col(SessionRow.ended_at).is_(None))
    if keep is not None:
        ended = ended.where(col(SessionRow.id) != keep)
    await db.execute(ended.values(ended_at=now()))


def _to_contract(row: SessionRow, who: Identity) -> Session:
    return Session(
        id=row.id,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        user_agent=row.user_agent,
        address=row.address,
        current=row.id == who.sid,
    )


async def _add_refresh_token(db: WriteSession, sid: str, token: str, idle_limit: timedelta) -> None:
    row = RefreshTokenRow(token_hash=sha256_hex(token), session_id=sid, expires_at=now() + idle_limit, used_at=None)
    db.add(row)
    await db.flush()


async def _is_used(db: AnySession, token: str) -> bool:
    row = await db.get(RefreshTokenRow, sha256_hex(token))
    return row is None or row.used_at is not None


def _successor(token: str, secret: str) -> str:
    return hmac.new(secret.encode(), b"refresh successor " + token.encode(), hashlib.sha256).hexdigest()
