"""The audit trail, for administrators, and for patients what concerns them."""

import asyncio

from careplus_auth.audit.csv_export import audit_file
from careplus_auth.store import audit
from careplus_auth.store.audit import Wanted
from careplus_contracts import audit as contract
from careplus_contracts.audit import Accesses, AuditEvents
from careplus_contracts.values import Code, Cursor, Id, Instant, Limit
from careplus_runtime.http.dependencies import CurrentUser, Db
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_audit)
async def list_audit(
    from_: Instant | None = None,
    to: Instant | None = None,
    account_id: Id | None = None,
    patient_id: Id | None = None,
    action: Code | None = None,
    outcome: Code | None = None,
    limit: Limit = 20,
    cursor: Cursor | None = None,
    *,
    who: CurrentUser,
    db: Db,
) -> AuditEvents:
    return await audit.list_all(db, who, Wanted(from_, to, account_id, patient_id, action, outcome), limit, cursor)


@routes.serve(contract.export_audit)
async def export_audit(
    from_: Instant | None = None,
    to: Instant | None = None,
    account_id: Id | None = None,
    patient_id: Id | None = None,
    action: Code | None = None,
    outcome: Code | None = None,
    *,
    who: CurrentUser,
    db: Db,
) -> str:
    events = audit.walk(db, who, Wanted(from_, to, account_id, patient_id, action, outcome), contract.MOST_LINES)
    # in a thread, because others want to sign in meanwhile
    return await asyncio.to_thread(audit_file, [event async for event in events])


@routes.serve(contract.list_accesses)
async def list_accesses(
    own: bool = False, limit: Limit = 20, cursor: Cursor | None = None, *, who: CurrentUser, db: Db
) -> Accesses:
    return await audit.list_accesses(db, who, own, limit, cursor)
