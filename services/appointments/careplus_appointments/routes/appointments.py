"""Patients book, move and cancel; doctors run their day."""

from datetime import timedelta
from functools import partial

from careplus_appointments.free_times import alternatives_on, check_free
from careplus_appointments.rules import visits
from careplus_appointments.rules.visit_types import WantedVisit
from careplus_appointments.store import appointments, referrals, visit_lists, visit_types
from careplus_clinic.calendar_file import calendar_file
from careplus_clinic.clinic_time import local_date
from careplus_contracts import appointments as contract
from careplus_contracts.appointments import (
    Appointment,
    Appointments,
    AppointmentStatus,
    Book,
    Cancel,
    Reschedule,
    UpdateVisit,
    Visit,
    Visits,
)
from careplus_contracts.values import Id
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.identity.booking_limits import check_limits
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.appointments import AppointmentRow
from careplus_tables.people import language_of

routes = Routes()


@routes.serve(contract.list_appointments)
async def list_appointments(query: contract.AppointmentFilter, *, who: CurrentUser, db: ReadDb) -> Appointments:
    return await visit_lists.list_own(db, who, query)


@routes.serve(contract.book)
async def book(body: Book, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> Appointment:
    calendar = await check_free(db, settings, who, who.id, body.doctor_id, body.starts_at, WantedVisit(body.visit_type_id))
    await check_limits(db, settings, who.id, body.doctor_id)
    await referrals.check_answerable(db, who.id, body.doctor_id, body.referral_id)
    alternatives = partial(alternatives_on, settings, who.role, calendar, body.starts_at)
    return await appointments.book(db, who.id, who.role, body, calendar, alternatives)


@routes.serve(contract.show_appointment)
async def show_appointment(appointment_id: Id, *, who: CurrentUser, db: ReadDb) -> Appointment:
    await appointments.of_patient(db, who, appointment_id)
    return await appointments.show(db, appointment_id)


@routes.serve(contract.export_appointment)
async def export_appointment(appointment_id: Id, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> str:
    await appointments.of_patient(db, who, appointment_id)
    visit, language = await appointments.show(db, appointment_id), await language_of(db, who.id)
    return calendar_file(visit, settings.hospital, settings.public_url, now(), language)


@routes.serve(contract.reschedule, path_record=appointments.of_patient)
async def reschedule(
    appointment_id: Id, body: Reschedule, *, who: CurrentUser, db: WriteDb, settings: AppSettings, expected: IfMatch
) -> Appointment:
    row = await appointments.claim_of_patient(db, who, appointment_id)
    check_version(row.version, expected)
    check_changeable(row, settings)
    if row.starts_at == body.starts_at:
        return await appointments.show(db, appointment_id)
    calendar = await check_free(db, settings, who, who.id, row.doctor_id, body.starts_at, visit_types.of_moving(row))
    alternatives = partial(alternatives_on, settings, who.role, calendar, body.starts_at)
    return await appointments.move(db, row, body.starts_at, calendar, alternatives, own=True)


@routes.serve(contract.cancel, path_record=appointments.of_patient)
async def cancel(
    appointment_id: Id, body: Cancel | None = None, *, who: CurrentUser, db: WriteDb, settings: AppSettings, expected: IfMatch
) -> Appointment:
    row = await appointments.of_patient(db, who, appointment_id)
    check_version(row.version, expected)
    if row.status != AppointmentStatus.CANCELLED:
        check_changeable(row, settings)
        reason = body.reason if body else None
        await appointments.set_status(db, row, AppointmentStatus.CANCELLED, who.role, reason=reason)
    return await appointments.show(db, appointment_id)


@routes.serve(contract.list_visits)
async def list_visits(query: contract.VisitFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> Visits:
    today = local_date(now(), settings.clinic_zone)
    span = visits.span_of_days(query.day, query.from_, query.to, today, settings.clinic_zone)
    return await visit_lists.list_visits(db, who, query, span)


@routes.serve(contract.show_visit)
async def show_visit(appointment_id: Id, *, who: CurrentUser, db: ReadDb) -> Visit:
    await appointments.of_doctor(db, who, appointment_id)
    return await appointments.show_visit(db, appointment_id)


@routes.serve(contract.update_visit, path_record=appointments.of_doctor)
async def update_visit(
    appointment_id: Id, body: UpdateVisit, *, who: CurrentUser, db: WriteDb, settings: AppSettings, expected: IfMatch
) -> Visit:
    row = await appointments.claim_of_doctor(db, who, appointment_id)
    check_version(row.version, expected)
    visits.check_transition(visits.DOCTOR_TRANSITIONS, row, body.status, now(), settings.clinic_zone)
    await appointments.set_status(db, row, body.status, who.role, reason=body.reason, note=body.note)
    return await appointments.show_visit(db, appointment_id)


@routes.serve(contract.reopen_visit)
async def reopen_visit(appointment_id: Id, *, who: CurrentUser, db: WriteDb, settings: AppSettings, expected: IfMatch) -> Visit:
    row = await appointments.of_doctor(db, who, appointment_id)
    check_version(row.version, expected)
    visits.check_reopenable(AppointmentStatus(row.status), row.completed_at, now(), settings.clinic_zone)
    await appointments.set_status(db, row, AppointmentStatus.IN_PROGRESS, who.role)
    return await appointments.show_visit(db, appointment_id)


def check_changeable(row: AppointmentRow, settings: Settings) -> None:
    """Raise IllegalTransition or TooLate unless the patient may still move or cancel the visit."""
    notice = timedelta(minutes=settings.change_notice_minutes)
    visits.check_changeable(AppointmentStatus(row.status), row.starts_at, now(), notice)
