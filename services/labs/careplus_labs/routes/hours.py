"""The laboratory's opening hours and closed days."""

from fastapi import Request

from careplus_clinic.clinic_time import local_date
from careplus_contracts import lab_hours as contract
from careplus_contracts.lab_hours import BookingsOutside, LabHours, SetLabHours
from careplus_labs.store.catalogue import hours
from careplus_runtime.audit.recorder import identify_patients
from careplus_runtime.http.dependencies import AppSettings, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.show_lab_hours)
async def show_lab_hours(*, db: ReadDb, settings: AppSettings) -> LabHours:
    return await hours.show(db, settings)


@routes.serve(contract.set_lab_hours)
async def set_lab_hours(
    body: SetLabHours, *, request: Request, db: WriteDb, settings: AppSettings, expected: IfMatch
) -> LabHours:
    row = await hours.lock_for_update(db)
    check_version(row.version, expected)
    try:
        await hours.check_outside(db, body, await hours.opening(db, settings))
    except BookingsOutside as refusal:
        identify_patients(request, {one.patient.id for one in refusal.bookings}, "booked outside the laboratory's new hours")
        raise
    await hours.replace(db, row, body, local_date(now(), settings.clinic_zone))
    return await hours.show(db, settings)
