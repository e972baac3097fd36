"""The sessions of the own account."""

from careplus_auth.store import sessions
from careplus_contracts import sessions as contract
from careplus_contracts.sessions import SessionId, Sessions
from careplus_contracts.values import Cursor, Limit
from careplus_runtime.http.dependencies import CurrentUser, Db
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_sessions)
async def list_sessions(limit: Limit = 20, cursor: Cursor | None = None, *, who: CurrentUser, db: Db) -> Sessions:
    return await sessions.list_open(db, who, limit, cursor)


@routes.serve(contract.end_session)
async def end_session(session_id: SessionId, *, who: CurrentUser, db: Db) -> None:
    await sessions.end_own(db, who, session_id)
