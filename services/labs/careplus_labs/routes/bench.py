"""The laboratory's day: the worklist, specimens, values."""

from careplus_contracts import labs as contract
from careplus_contracts import results as results_contract
from careplus_contracts.endpoints import Role
from careplus_contracts.labs import LabBooking, LabBookingStatus, SetBookingStatus, Worklist
from careplus_contracts.results import EnterResult, LabResult, ResultStatus, VerifyResult
from careplus_contracts.values import Cursor, Id, Limit
from careplus_labs.rules import observations, windows
from careplus_labs.rules.bookings import check_at_the_bench, check_reason, check_transition
from careplus_labs.store import bookings, entry, results
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, Db, IfMatch, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_worklist)
async def list_worklist(
    status: LabBookingStatus | None = None,
    day: contract.OnlyDay = None,
    limit: Limit = 20,
    cursor: Cursor | None = None,
    *,
    who: CurrentUser,
    db: Db,
    house: AppSettings,
) -> Worklist:
    span = None if day is None else windows.clinic_day(day, house.clinic_zone)
    return await bookings.list_work(db, who, status, span, limit, cursor)


@routes.serve(contract.set_booking_status, path_record=bookings.find)
async def set_booking_status(
    booking_id: Id, body: SetBookingStatus, *, who: CurrentUser, db: Db, expected: IfMatch
) -> LabBooking:
    row = await bookings.find(db, who, booking_id)
    check_version(row.version, expected)
    check_reason(body.status, body.reason)
    check_transition(LabBookingStatus(row.status), body.status, Role.LAB)
    if row.status != body.status:
        await bookings.take(db, row, body.status, body.reason)
    return await bookings.show(db, who, row)


@routes.serve(results_contract.enter_result, path_record=bookings.find)
async def enter_result(booking_id: Id, body: EnterResult, *, who: CurrentUser, db: Db, house: AppSettings) -> LabResult:
    booking = await bookings.find(db, who, booking_id)
    check_at_the_bench(LabBookingStatus(booking.status))
    before = await entry.result_of(db, booking, body.test_code)
    if before is not None:
        observations.check_correctable(ResultStatus(before.status))
    row = await entry.record(db, who, booking, before, body, house.clinic_zone)
    return await results.show(db, row)


@routes.serve(results_contract.verify_result, path_record=results.find)
async def verify_result(
    result_id: Id, body: VerifyResult | None = None, *, who: CurrentUser, db: Db, expected: IfMatch
) -> LabResult:
    booking = await bookings.of_result(db, who, result_id)
    row = await results.find(db, who, result_id)
    check_version(row.version, expected)
    note = body.note if body else None
    if not observations.is_verified_so(ResultStatus(row.status), row.note, note):
        observations.check_correctable(ResultStatus(row.status))
        await entry.verify(db, who, booking, row, note)
    return await results.show(db, row)
