"""Patients book tests and cancel; the times that can be booked."""

from careplus_clinic.clinic_time import local_date
from careplus_contracts import labs as contract
from careplus_contracts.appointments import Cancel
from careplus_contracts.labs import BookTests, LabBooking, LabBookings, LabSlots
from careplus_contracts.values import Id
from careplus_labs.rules.bookings import PATIENT_TRANSITIONS
from careplus_labs.store.bookings import bookings
from careplus_labs.store.catalogue import capacity, catalogue, hours
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.identity.booking_limits import check_limits
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.list_lab_slots)
async def list_lab_slots(query: contract.LabSlotFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> LabSlots:
    day = query.day or local_date(now(), settings.clinic_zone)
    tests = await catalogue.bookable(db, query.test_codes.split(",")) if query.test_codes else []
    opening = catalogue.collecting(await hours.opening(db, settings), tests)
    return await capacity.slots(db, who, day, opening, settings.lab_places, query.patient_id)


@routes.serve(contract.book_tests)
async def book_tests(body: BookTests, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> LabBooking:
    await check_limits(db, settings, who.id)
    return await bookings.book(db, who, body, await hours.opening(db, settings), settings.lab_places, settings.lab_stat_minutes)


@routes.serve(contract.list_lab_bookings)
async def list_lab_bookings(query: contract.LabBookingFilter, *, who: CurrentUser, db: ReadDb) -> LabBookings:
    return await bookings.list_own(db, who, query)


@routes.serve(contract.show_lab_booking)
async def show_lab_booking(booking_id: Id, *, who: CurrentUser, db: ReadDb) -> LabBooking:
    return await bookings.show(db, who, await bookings.lock_for_update(db, who, booking_id))


@routes.serve(contract.cancel_lab_booking, path_record=bookings.lock_for_update)
async def cancel_lab_booking(
    booking_id: Id, body: Cancel | None = None, *, who: CurrentUser, db: WriteDb, expected: IfMatch
) -> LabBooking:
    row = await bookings.lock_for_update(db, who, booking_id)
    check_version(row.version, expected)
    await bookings.withdraw(db, who, row, PATIENT_TRANSITIONS, body.reason if body else None)
    return await bookings.show(db, who, row)
