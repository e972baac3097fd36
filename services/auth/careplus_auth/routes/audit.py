"""The audit trail: all of it for administrators, their own access log for patients."""

import asyncio

from careplus_auth.audit.csv_export import audit_csv
from careplus_auth.store import audit
from careplus_contracts import audit as contract
from careplus_contracts.audit import Accesses, AuditEvents
from careplus_runtime.http.dependencies import CurrentUser, ReadDb
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_audit)
async def list_audit(query: contract.AuditPageFilter, *, who: CurrentUser, db: ReadDb) -> AuditEvents:
    return await audit.list_all(db, who, query)


@routes.serve(contract.export_audit)
async def export_audit(query: contract.AuditFileFilter, *, who: CurrentUser, db: ReadDb) -> str:
    events = audit.walk(db, who, query, contract.MOST_LINES)
    # In a thread: formatting 100,000 rows would block sign-ins.
    return await asyncio.to_thread(audit_csv, [event async for event in events], query.separator)


@routes.serve(contract.list_accesses)
async def list_accesses(query: contract.AccessFilter, *, who: CurrentUser, db: ReadDb) -> Accesses:
    return await audit.list_accesses(db, who, query)
