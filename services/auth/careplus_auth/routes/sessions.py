"""The sessions of the own account, and of any account for administrators."""

from fastapi import Request

from careplus_auth.store import people, sessions
from careplus_contracts import sessions as contract
from careplus_contracts.endpoints import Role
from careplus_contracts.sessions import SessionId, Sessions
from careplus_contracts.values import Id, PageFilter
from careplus_runtime.audit.recorder import identify_patients
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb, WriteDb
from careplus_runtime.http.serving import Routes
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import AnySession

routes = Routes()


@routes.serve(contract.list_sessions)
async def list_sessions(query: PageFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> Sessions:
    return await sessions.list_open(db, who, query, settings.idle_limit(who.role))


@routes.serve(contract.end_session)
async def end_session(session_id: SessionId, *, who: CurrentUser, db: WriteDb) -> None:
    await sessions.end_of(db, who.id, session_id)


@routes.serve(contract.list_account_sessions)
async def list_account_sessions(
    account_id: Id, query: PageFilter, *, request: Request, who: CurrentUser, db: ReadDb, settings: AppSettings
) -> Sessions:
    account = await _found(request, db, who, account_id)
    return await sessions.list_of(db, who, account_id, query, settings.idle_limit(account.role))


@routes.serve(contract.end_account_session)
async def end_account_session(account_id: Id, session_id: SessionId, *, request: Request, who: CurrentUser, db: WriteDb) -> None:
    await _found(request, db, who, account_id)
    await sessions.end_of(db, account_id, session_id)


@routes.serve(contract.end_account_sessions)
async def end_account_sessions(account_id: Id, *, request: Request, who: CurrentUser, db: WriteDb) -> None:
    await _found(request, db, who, account_id)
    await sessions.end_all(db, account_id, keep=who.sid)


async def _found(request: Request, db: AnySession, who: Identity, account_id: int) -> AccountRow:
    """Return any account, and name a patient in the audit event. Raise NotFound."""
    account = await people.find(db, who, account_id)
    if account.role == Role.PATIENT.value:
        identify_patients(request, [account_id])
    return account
