"""The sessions of the own account."""

from careplus_auth.store import sessions
from careplus_contracts import sessions as contract
from careplus_contracts.sessions import SessionId, Sessions
from careplus_contracts.values import PageFilter
from careplus_runtime.http.dependencies import CurrentUser, ReadDb, WriteDb
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_sessions)
async def list_sessions(query: PageFilter, *, who: CurrentUser, db: ReadDb) -> Sessions:
    return await sessions.list_open(db, who, query)


@routes.serve(contract.end_session)
async def end_session(session_id: SessionId, *, who: CurrentUser, db: WriteDb) -> None:
    await sessions.end_own(db, who, session_id)
