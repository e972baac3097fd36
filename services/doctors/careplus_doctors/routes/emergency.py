"""Administrators review the charts that doctors opened in an emergency."""

from careplus_contracts import emergency as contract
from careplus_contracts.emergency import EmergencyAccess, EmergencyAccesses, ReviewAccess
from careplus_contracts.values import Id
from careplus_doctors.store import emergency
from careplus_runtime.http.dependencies import CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_emergency_access)
async def list_emergency_access(query: contract.EmergencyFilter, *, who: CurrentUser, db: ReadDb) -> EmergencyAccesses:
    return await emergency.list_all(db, who, query)


@routes.serve(contract.review_emergency_access, path_record=emergency.find)
async def review_emergency_access(
    access_id: Id, body: ReviewAccess, *, who: CurrentUser, db: WriteDb, expected: IfMatch
) -> EmergencyAccess:
    access = await emergency.lock(db, who, access_id)
    check_version(access.version, expected)
    return await emergency.review(db, who, access, body)
