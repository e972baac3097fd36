"""The laboratory takes the steps of single specimens, and counts its worklist."""

from careplus_clinic.clinic_time import day_bounds
from careplus_contracts import specimens as contract
from careplus_contracts.labs import LabBooking
from careplus_contracts.specimens import CountFilter, SetSpecimenStatus, WorklistCounts
from careplus_contracts.values import Id
from careplus_labs.rules.specimens import check_reason
from careplus_labs.store.bookings import bookings, specimens, worklist
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.count_worklist)
async def count_worklist(query: CountFilter, *, db: ReadDb, settings: AppSettings) -> WorklistCounts:
    span = None if query.day is None else day_bounds(query.day, query.day, settings.clinic_zone)
    return await worklist.count_work(db, query.q, span)


@routes.serve(contract.set_specimen_status, path_record=specimens.find)
async def set_specimen_status(
    specimen_id: Id, body: SetSpecimenStatus, *, who: CurrentUser, db: WriteDb, expected: IfMatch
) -> LabBooking:
    booking = await bookings.lock_of_specimen(db, who, specimen_id)
    check_version(booking.version, expected)
    check_reason(body.status, body.reason)
    specimen = await specimens.find(db, who, specimen_id)
    await specimens.set_status(db, who, booking, specimen, body.status, body.reason)
    return await bookings.show(db, who, booking)
