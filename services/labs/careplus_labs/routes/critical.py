"""Critical results: the laboratory calls, the doctor acknowledges."""

from careplus_contracts import critical as contract
from careplus_contracts.critical import Acknowledge, CriticalResult, CriticalResults, NoteCall
from careplus_contracts.values import Id, PageFilter
from careplus_labs.store.bookings import bookings
from careplus_labs.store.results import results
from careplus_labs.store.reviews import critical
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_critical)
async def list_critical(query: PageFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> CriticalResults:
    return await critical.list_open(db, who, query, settings.critical_escalation)


@routes.serve(contract.show_critical)
async def show_critical(critical_result_id: Id, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> CriticalResult:
    row = await critical.lock_for_update(db, who, critical_result_id)
    return await critical.show(db, row, settings.critical_escalation)


@routes.serve(contract.note_call, path_record=results.lock_for_update)
async def note_call(result_id: Id, body: NoteCall, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> CriticalResult:
    booking = await bookings.lock_of_result(db, who, result_id)
    row = await results.lock_for_update(db, who, result_id)
    await critical.note_call(db, who, booking, row, body)
    return await critical.show(db, row, settings.critical_escalation)


@routes.serve(contract.list_critical_results)
async def list_critical_results(query: PageFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> CriticalResults:
    return await critical.list_open(db, who, query, settings.critical_escalation)


@routes.serve(contract.show_critical_result)
async def show_critical_result(critical_result_id: Id, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> CriticalResult:
    row = await critical.lock_for_update(db, who, critical_result_id)
    return await critical.show(db, row, settings.critical_escalation)


@routes.serve(contract.acknowledge_critical_result, path_record=critical.lock_for_update)
async def acknowledge_critical_result(
    critical_result_id: Id, body: Acknowledge, *, who: CurrentUser, db: WriteDb, settings: AppSettings, expected: IfMatch
) -> CriticalResult:
    row = await critical.lock_for_update(db, who, critical_result_id)
    check_version(row.version, expected)
    await critical.acknowledge(db, who, row, body, settings.critical_escalation)
    return await critical.show(db, row, settings.critical_escalation)
