"""Statements about sessions and refresh tokens. Only hashes of tokens are stored."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, select, update
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.crypto.digest import sha256_hex
from careplus_auth.rules import ClientDevice
from careplus_auth.store import linked_records
from careplus_contracts.accounts import Side
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
    """A session and its new refresh token.

    `other_factor`: the identity provider, or the sign-in to the linked work account, checked a second factor.
    """

    account: AccountRow
    sid: str
    refresh_token: str
    idle_limit: timedelta
    other_factor: bool = False
    other_side: Side | None = None

    @property
    def side(self) -> Side:
        return Side.RECORD if self.account.role == Role.PATIENT.value else Side.WORK


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
    idle_limit = settings.idle_limit(account.role)
    await add_refresh_token(db, sid, token, idle_limit)
    return OpenedSession(account, sid, token, idle_limit, provider_factor is True, await linked_records.side_of(db, account))


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


async def end_of(db: WriteSession, account_id: int, sid: str) -> None:
    """End one of an account's open sessions. Raises NotFound."""
    session = await db.get(SessionRow, sid, with_for_update=True)
    if session is None or session.account_id != account_id or session.ended_at is not None:
        raise NotFound(NOTHING_HERE)
    await _end(db, select(col(SessionRow.id)).where(col(SessionRow.id) == sid))


async def current_session(db: AnySession, who: Identity) -> SessionRow:
    """Return the session of the request. Raise Unauthenticated when it has ended."""
    session = await db.get(SessionRow, who.sid)
    if session is None or session.account_id != who.id or session.ended_at is not None:
        raise Unauthenticated(EXPIRED)
    return session


async def end(db: WriteSession, session: SessionRow) -> None:
    """End the sign-in of a session: itself, the record's session that it opened, and the work account's that opened it."""
    await _end(db, select(col(SessionRow.id)).where(col(SessionRow.id).in_([session.id, session.work_session_id])))


async def end_all(db: WriteSession, account_id: int, *, keep: str | None = None) -> None:
    """End all sessions of an account except `keep`, and those that they opened. Their refresh tokens stop working."""
    ended = select(col(SessionRow.id)).where(col(SessionRow.account_id) == account_id)
    await _end(db, ended if keep is None else ended.where(col(SessionRow.id) != keep))


async def end_of_record(db: WriteSession, record_account_id: int) -> None:
    """End the sessions of a record that were opened from a work account."""
    of_record = (col(SessionRow.account_id) == record_account_id, col(SessionRow.work_session_id).is_not(None))
    await _end(db, select(col(SessionRow.id)).where(*of_record))


async def _end(db: WriteSession, ids: Select[str]) -> None:
    # a second statement: on PostgreSQL it sees the session of a record that was opened while the first one waited
    for column in (col(SessionRow.id), col(SessionRow.work_session_id)):
        ended = update(SessionRow).where(column.in_(ids), col(SessionRow.ended_at).is_(None))
        await db.execute(ended.values(ended_at=now()), execution_options={"synchronize_session": "fetch"})


def _to_contract(row: SessionRow, who: Identity) -> Session:
    return Session(
        id=row.id,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        user_agent=row.user_agent,
        address=row.address,
        current=row.id == who.sid,
    )


async def add_refresh_token(db: WriteSession, sid: str, token: str, idle_limit: timedelta) -> None:
    """Insert an unused refresh token."""
    row = RefreshTokenRow(token_hash=sha256_hex(token), session_id=sid, expires_at=now() + idle_limit, used_at=None)
    db.add(row)
    await db.flush()
