"""Statements about sessions and refresh tokens. Only hashes of tokens are stored."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

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
    """A session and its new refresh token."""

    account: AccountRow
    sid: str
    refresh_token: str


@dataclass(frozen=True)
class SessionOwner:
    """Account and session of a refresh token."""

    account: AccountRow
    sid: str


async def open_session(db: WriteSession, account: AccountRow, device: ClientDevice) -> OpenedSession:
    """Insert a session after a sign-in."""
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
            with_second_factor=account.second_factor,
        )
    )
    await db.flush()
    await _add_refresh_token(db, account, sid, token)
    return OpenedSession(account, sid, token)


async def rotate(db: WriteSession, token: str, secret: str, device: ClientDevice) -> OpenedSession | None:
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
        await _add_refresh_token(db, account, session.id, successor)
    session.last_used_at, session.user_agent, session.address = now(), device.user_agent, device.address
    return OpenedSession(account, session.id, successor)


async def list_open(db: ReadSession, who: Identity, wanted: PageFilter) -> Sessions:
    """Return the caller's open sessions, newest first."""
    at = now()
    query = select(SessionRow).where(
        col(SessionRow.account_id) == who.id,
        col(SessionRow.ended_at).is_(None),
        col(SessionRow.expires_at) > at,
        col(SessionRow.last_used_at) > at - rules.idle_limit(who.role),
    )
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return Sessions(items=[_to_contract(row, who) for row in rows], next_cursor=next_cursor)


async def end_own(db: AnySession, who: Identity, sid: str) -> None:
    """End one of the caller's open sessions. Raises NotFound."""
    session = await db.get(SessionRow, sid, with_for_update=True)
    if session is None or session.account_id != who.id or session.ended_at is not None:
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


async def _add_refresh_token(db: WriteSession, account: AccountRow, sid: str, token: str) -> None:
    expires_at = now() + rules.idle_limit(Role(account.role))
    db.add(RefreshTokenRow(token_hash=sha256_hex(token), session_id=sid, expires_at=expires_at, used_at=None))
    await db.flush()


async def _is_used(db: AnySession, token: str) -> bool:
    row = await db.get(RefreshTokenRow, sha256_hex(token))
    return row is None or row.used_at is not None


def _successor(token: str, secret: str) -> str:
    return hmac.new(secret.encode(), b"refresh successor " + token.encode(), hashlib.sha256).hexdigest()
