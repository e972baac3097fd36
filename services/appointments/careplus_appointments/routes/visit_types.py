"""Types of visits: the administrator's list, and the types that a doctor offers."""

from careplus_appointments.store import visit_types
from careplus_contracts import own_visit_types as own_contract
from careplus_contracts import visit_types as contract
from careplus_contracts.own_visit_types import OwnVisitTypes, SetOwnVisitTypes
from careplus_contracts.values import Id, PageFilter
from careplus_contracts.visit_types import NewVisitType, SetVisitType, VisitType, VisitTypes
from careplus_runtime.http.dependencies import CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_visit_types)
async def list_visit_types(query: PageFilter, *, db: ReadDb) -> VisitTypes:
    return await visit_types.list_all(db, query)


@routes.serve(contract.create_visit_type)
async def create_visit_type(body: NewVisitType, *, db: WriteDb) -> VisitType:
    return visit_types.to_contract(await visit_types.create(db, body))


@routes.serve(contract.change_visit_type, path_record=visit_types.lock_for_update)
async def change_visit_type(
    visit_type_id: Id, body: SetVisitType, *, who: CurrentUser, db: WriteDb, expected: IfMatch
) -> VisitType:
    row = await visit_types.lock_for_update(db, who, visit_type_id)
    check_version(row.version, expected)
    await visit_types.replace(db, row, body)
    return visit_types.to_contract(row)


@routes.serve(own_contract.show_own_visit_types)
async def show_own_visit_types(*, who: CurrentUser, db: ReadDb) -> OwnVisitTypes:
    return await visit_types.show_own(db, who.id)


@routes.serve(own_contract.set_own_visit_types)
async def set_own_visit_types(body: SetOwnVisitTypes, *, who: CurrentUser, db: WriteDb, expected: IfMatch) -> OwnVisitTypes:
    row = await visit_types.lock_choice(db, who.id)
    check_version(row.version, expected)
    await visit_types.choose(db, row, body)
    return await visit_types.show_own(db, who.id)
