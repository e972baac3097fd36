"""The laboratory's worklist: bookings to work on, specimens, and values entered and verified."""

from careplus_clinic.clinic_time import day_bounds
from careplus_contracts import flagging as flagging_contract
from careplus_contracts import labs as contract
from careplus_contracts import results as results_contract
from careplus_contracts import verification as verification_contract
from careplus_contracts.flagging import PreviewedFlags, PreviewFlags
from careplus_contracts.labs import LabBooking, LabBookingStatus, SetBookingStatus, SpecimenStatus, UncollectedBookings, Worklist
from careplus_contracts.results import EnterResult, LabResult, ResultStatus, VerifyResult
from careplus_contracts.values import Id, PageFilter
from careplus_contracts.verification import VerifiedNormal, VerifyNormal
from careplus_labs.rules import observations
from careplus_labs.rules.bookings import LAB_TRANSITIONS, check_reason
from careplus_labs.rules.specimens import check_accepts_values
from careplus_labs.store.bookings import booking_status, bookings, uncollected, worklist
from careplus_labs.store.results import entry, flagging, results, verification
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_worklist)
async def list_worklist(query: contract.WorklistFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> Worklist:
    span = None if query.day is None else day_bounds(query.day, query.day, settings.clinic_zone)
    return await worklist.list_work(db, who, query, span)


@routes.serve(contract.list_uncollected)
async def list_uncollected(query: PageFilter, *, who: CurrentUser, db: ReadDb) -> UncollectedBookings:
    return await uncollected.list_closed(db, who, query)


@routes.serve(contract.set_booking_status, path_record=bookings.lock_for_update)
async def set_booking_status(
    booking_id: Id, body: SetBookingStatus, *, who: CurrentUser, db: WriteDb, expected: IfMatch
) -> LabBooking:
    row = await bookings.lock_for_update(db, who, booking_id)
    check_version(row.version, expected)
    check_reason(body.status, body.reason)
    LAB_TRANSITIONS.check(LabBookingStatus(row.status), body.status)
    if body.status is LabBookingStatus.CANCELLED:
        await bookings.withdraw(db, who, row, LAB_TRANSITIONS, body.reason)
    elif row.status != body.status:
        await bookings.set_status(db, who, row, body.status, body.reason)
    return await bookings.show(db, who, row)


@routes.serve(results_contract.enter_result, path_record=bookings.lock_for_update)
async def enter_result(booking_id: Id, body: EnterResult, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> LabResult:
    booking = await bookings.lock_for_update(db, who, booking_id)
    specimen = await booking_status.of_test(db, booking, body.test_code)
    check_accepts_values(LabBookingStatus(booking.status), None if specimen is None else SpecimenStatus(specimen.status))
    before = await entry.result_of(db, booking, body.test_code)
    if before is not None:
        observations.check_correctable(ResultStatus(before.status))
    row = await entry.record(db, who, booking, before, body, settings.clinic_zone)
    return await results.show(db, row)


@routes.serve(results_contract.verify_result, path_record=results.lock_for_update)
async def verify_result(
    result_id: Id, body: VerifyResult | None = None, *, who: CurrentUser, db: WriteDb, expected: IfMatch, settings: AppSettings
) -> LabResult:
    booking = await bookings.lock_of_result(db, who, result_id)
    row = await results.lock_for_update(db, who, result_id)
    check_version(row.version, expected)
    await verification.verify(db, who, booking, row, body.note if body else None, settings)
    return await results.show(db, row)


@routes.serve(verification_contract.verify_normal)
async def verify_normal(body: VerifyNormal, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> VerifiedNormal:
    return await verification.verify_normal(db, who, body.results, settings.lab_second_verification)


@routes.serve(flagging_contract.preview_flags, path_record=bookings.lock_for_update)
async def preview_flags(
    booking_id: Id, body: PreviewFlags, *, who: CurrentUser, db: ReadDb, settings: AppSettings
) -> PreviewedFlags:
    return await flagging.preview(db, await bookings.lock_for_update(db, who, booking_id), body, settings)
