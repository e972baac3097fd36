"""Visits to move, at the desk and for their doctor."""

from careplus_appointments import moving
from careplus_appointments.store import reception, to_move
from careplus_contracts import to_move as contract
from careplus_contracts.to_move import MoveResults, MoveVisits, OwnVisitsToMove, ToMoveCount, VisitsToMove
from careplus_contracts.values import PageFilter
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb, WriteDb
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_visits_to_move)
async def list_visits_to_move(
    query: contract.ToMoveFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings
) -> VisitsToMove:
    found = await to_move.list_all(db, who, query, settings.clinic_zone)
    return await moving.with_times(db, settings, who, found)


@routes.serve(contract.count_visits_to_move)
async def count_visits_to_move(*, db: ReadDb, settings: AppSettings) -> ToMoveCount:
    return ToMoveCount(visits=len(await to_move.find(db, None, settings.clinic_zone)))


@routes.serve(contract.move_visits)
async def move_visits(body: MoveVisits, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> MoveResults:
    doctors = [one.doctor_id for one in body.moves if one.doctor_id is not None]
    await reception.lock_people_of_all(db, who, [one.appointment_id for one in body.moves], doctors)
    return MoveResults(results=[await moving.move_one(db, settings, who, one) for one in body.moves])


@routes.serve(contract.count_own_visits_to_move)
async def count_own_visits_to_move(*, who: CurrentUser, db: ReadDb, settings: AppSettings) -> ToMoveCount:
    return ToMoveCount(visits=len(await to_move.find(db, who.id, settings.clinic_zone)))


@routes.serve(contract.list_own_visits_to_move)
async def list_own_visits_to_move(query: PageFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> OwnVisitsToMove:
    return await to_move.list_own(db, who, query, settings.clinic_zone)
