"""Doctors book follow-ups and move their own visits."""

from functools import partial

from careplus_appointments import follow_up_times
from careplus_appointments.free_times import alternatives_on, check_free
from careplus_appointments.rules import visits
from careplus_appointments.rules.visit_types import WantedVisit
from careplus_appointments.store import appointments, referrals, visit_types
from careplus_contracts import follow_ups as contract
from careplus_contracts.appointments import AppointmentStatus, Book, Reschedule, Visit
from careplus_contracts.follow_ups import BookFollowUp, FollowUpFilter, FollowUpTimes
from careplus_contracts.values import Id
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.identity.care import check_in_care, check_standing_care

routes = Routes()


@routes.serve(contract.list_follow_up_times)
async def list_follow_up_times(
    patient_id: Id, query: FollowUpFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings
) -> FollowUpTimes:
    await check_in_care(db, who, patient_id, query.appointment_id)
    return await follow_up_times.offer(db, settings, who, patient_id, query)


@routes.serve(contract.book_follow_up, path_record=check_in_care)
async def book_follow_up(patient_id: Id, body: BookFollowUp, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> Visit:
    await check_in_care(db, who, patient_id)
    await check_standing_care(db, who, patient_id)
    calendar = await check_free(db, settings, who, patient_id, who.id, body.starts_at, WantedVisit(body.visit_type_id))
    await referrals.check_answerable(db, patient_id, who.id, body.referral_id)
    booking = Book(doctor_id=who.id, **dict(body))
    alternatives = partial(alternatives_on, settings, who.role, calendar, body.starts_at)
    booked = await appointments.book(db, patient_id, who.role, booking, calendar, alternatives)
    return await appointments.show_visit(db, booked.id)


@routes.serve(contract.move_visit, path_record=appointments.of_doctor)
async def move_visit(
    appointment_id: Id, body: Reschedule, *, who: CurrentUser, db: WriteDb, settings: AppSettings, expected: IfMatch
) -> Visit:
    row = await appointments.claim_of_doctor(db, who, appointment_id)
    check_version(row.version, expected)
    visits.check_movable(AppointmentStatus(row.status))
    if row.starts_at != body.starts_at:
        kept = visit_types.of_moving(row)
        calendar = await check_free(db, settings, who, row.patient_id, row.doctor_id, body.starts_at, kept)
        await appointments.move(
            db, row, body.starts_at, calendar, partial(alternatives_on, settings, who.role, calendar, body.starts_at)
        )
    return await appointments.show_visit(db, appointment_id)
