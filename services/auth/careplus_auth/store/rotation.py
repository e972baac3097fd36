"""Rotation of refresh tokens, also to the other side of a person: from the work account to the linked record, and back.

A successor is derived from the token, so two tabs or a repeated request get the same one, and it is not stored.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.crypto.digest import sha256_hex
from careplus_auth.rules import ClientDevice
from careplus_auth.store import linked_records, sessions
from careplus_auth.store.sessions import EXPIRED, OpenedSession
from careplus_contracts.accounts import Side
from careplus_contracts.linked_records import NoOtherSide
from careplus_contracts.refusals import Forbidden, Unauthenticated
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow, RefreshTokenRow, SessionRow
from careplus_tables.engine import AnySession, WriteSession


@dataclass(frozen=True)
class TokenOwner:
    """Account and session of a refresh token."""

    account: AccountRow
    session: SessionRow


async def owner(db: AnySession, token: str) -> TokenOwner | None:
    """Return account and session of a current or used refresh token, or None."""
    row = await db.get(RefreshTokenRow, sha256_hex(token))
    session = await db.get(SessionRow, row.session_id) if row else None
    account = await db.get(AccountRow, session.account_id) if session else None
    return None if session is None or account is None else TokenOwner(account, session)


async def rotate(db: WriteSession, token: str, secret: str, device: ClientDevice, settings: Settings) -> OpenedSession | None:
    """Rotate a refresh token. Return None when it was used before: its sign-in is then ended.

    Raise Unauthenticated for an unknown or expired token.
    """
    session, work = await _locked_sessions(db, token)
    # Reload after locking: on PostgreSQL the row may have changed since this transaction read it.
    row = await db.get(RefreshTokenRow, sha256_hex(token), with_for_update=True, populate_existing=True)
    account = await db.get(AccountRow, session.account_id, populate_existing=True) if session else None
    if row is None or session is None or account is None or session.ended_at is not None or not account.active:
        raise Unauthenticated(EXPIRED)
    if session.work_session_id is not None and not await _is_open_from(db, work, account):
        raise Unauthenticated(EXPIRED)
    successor = _derived(token, secret, "successor")
    # Also for expired tokens: reuse means that two clients hold tokens of one session.
    if row.used_at is not None and (row.used_at + rules.PREDECESSOR_LIFETIME <= now() or await _is_used(db, successor)):
        await sessions.end(db, session)
        return None
    if min(row.expires_at, session.expires_at) <= now():
        raise Unauthenticated(EXPIRED)
    opened = await _opened(db, session, work, account, successor, settings)
    if row.used_at is None:
        row.used_at = now()
        await sessions.add_refresh_token(db, session.id, successor, opened.idle_limit)
    for used in (session, work):
        if used is not None:
            used.last_used_at, used.user_agent, used.address = now(), device.user_agent, device.address
    return opened


async def switch(
    db: WriteSession, token: str, to: Side, secret: str, device: ClientDevice, settings: Settings
) -> OpenedSession | None:
    """Rotate a refresh token, and return the session of the other side if `to` is that; None as `rotate` returns it.

    Raise NoOtherSide, Forbidden and Unauthenticated.
    """
    opened = await rotate(db, token, secret, device, settings)
    if opened is None or opened.side is to:
        return opened
    present = await db.get_one(SessionRow, opened.sid)
    if to is Side.RECORD:
        session, work = await _record_session(db, opened, present, settings), present
    elif present.work_session_id is None:
        raise NoOtherSide("You signed in to your record alone. Sign in to your work account to open both.")
    else:
        session, work = await db.get_one(SessionRow, present.work_session_id), None
    account, switched = await db.get_one(AccountRow, session.account_id), _derived(token, secret, "other side")
    other = await _opened(db, session, work, account, switched, settings)
    if await db.get(RefreshTokenRow, sha256_hex(switched)) is None:
        # the present token of this side alone is valid
        unused = (col(RefreshTokenRow.session_id) == session.id, col(RefreshTokenRow.used_at).is_(None))
        await db.execute(delete(RefreshTokenRow).where(*unused))
        await sessions.add_refresh_token(db, session.id, switched, other.idle_limit)
    return other


async def _locked_sessions(db: WriteSession, token: str) -> tuple[SessionRow | None, SessionRow | None]:
    """Return the session of a token and the one of the work account that opened it, which is locked first everywhere."""
    found = await owner(db, token)
    if found is None:
        return None, None
    of_work = found.session.work_session_id
    work = await db.get(SessionRow, of_work, with_for_update=True, populate_existing=True) if of_work else None
    return await db.get(SessionRow, found.session.id, with_for_update=True, populate_existing=True), work


async def _is_open_from(db: WriteSession, work: SessionRow | None, record: AccountRow) -> bool:
    """Return whether a session of the work account still opens this record."""
    if work is None or work.ended_at is not None or work.expires_at <= now():
        return False
    account = await db.get(AccountRow, work.account_id, populate_existing=True)
    linked = await linked_records.record_of(db, account) if account is not None and account.active else None
    return linked is not None and linked.id == record.id


async def _record_session(db: WriteSession, opened: OpenedSession, work: SessionRow, settings: Settings) -> SessionRow:
    """Return the session of the linked record that a session of the work account has; insert it the first time."""
    # a removal of the link at this moment waits, and ends this session too
    record = await linked_records.record_of(db, opened.account, lock=True)
    if record is None or record.id is None:
        raise NoOtherSide("Link your own record in your work account first.")
    has_factor = opened.account.second_factor or opened.other_factor
    if rules.must_enrol(opened.account.role, settings.roles_with_second_factor, has_factor=has_factor):
        raise Forbidden(f"The role {opened.account.role} needs a second factor: switch it on first.")
    is_child = (col(SessionRow.work_session_id) == work.id, col(SessionRow.account_id) == record.id)
    found = select(SessionRow).where(*is_child, col(SessionRow.ended_at).is_(None)).with_for_update().limit(1)
    if (session := (await db.execute(found)).scalar_one_or_none()) is None:
        session = SessionRow(
            id=secrets.token_urlsafe(18),
            account_id=record.id,
            created_at=now(),
            expires_at=work.expires_at,
            ended_at=None,
            last_used_at=now(),
            user_agent=work.user_agent,
            address=work.address,
            # the record's own second factor was not checked
            with_second_factor=False,
            work_session_id=work.id,
        )
        db.add(session)
        await db.flush()
    return session


async def _opened(
    db: WriteSession, session: SessionRow, work: SessionRow | None, account: AccountRow, token: str, settings: Settings
) -> OpenedSession:
    """Return a session with its limits; the work account's, where that one opened it."""
    if work is None:
        idle_limit, side = settings.idle_limit(account.role), await linked_records.side_of(db, account)
        return OpenedSession(account, session.id, token, idle_limit, session.provider_factor, side)
    idle_limit = settings.idle_limit((await db.get_one(AccountRow, work.account_id)).role)
    return OpenedSession(
        account, session.id, token, idle_limit, work.with_second_factor or work.provider_factor, other_side=Side.WORK
    )


async def _is_used(db: AnySession, token: str) -> bool:
    row = await db.get(RefreshTokenRow, sha256_hex(token))
    return row is None or row.used_at is not None


def _derived(token: str, secret: str, purpose: str) -> str:
    return hmac.new(secret.encode(), f"refresh {purpose} {token}".encode(), hashlib.sha256).hexdigest()
