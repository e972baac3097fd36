"""The audit trail: all of it for administrators, their own access log for patients."""

import asyncio

from careplus_auth.audit.csv_export import audit_csv
from careplus_auth.store import audit
from careplus_auth.store.audit import AuditQuery
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
    return await audit.list_all(db, who, AuditQuery(from_, to, account_id, patient_id, action, outcome), limit, cursor)


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
    events = audit.walk(db, who, AuditQuery(from_, to, account_id, patient_id, action, outcome), contract.MOST_LINES)
    # In a thread: formatting 100,000 rows would block sign-ins.
    return await asyncio.to_thread(audit_csv, [event async for event in events])


@routes.serve(contract.list_accesses)
async def list_accesses(
    own: bool = False, limit: Limit = 20, cursor: Cursor | None = None, *, who: CurrentUser, db: Db
) -> Accesses:
    return await audit.list_accesses(db, who, own, limit, cursor)
