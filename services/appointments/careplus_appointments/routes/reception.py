"""Reception books, moves and reassigns visits for patients that call."""

from functools import partial

from careplus_appointments import moving
from careplus_appointments.free_times import alternatives_on, check_free, check_overbookable
from careplus_appointments.rules import visits
from careplus_appointments.rules.visit_types import WantedVisit
from careplus_appointments.store import appointments, desk_doctors, reception
from careplus_clinic.clinic_time import local_date
from careplus_contracts import reception as contract
from careplus_contracts.appointments import AppointmentStatus, Book
from careplus_contracts.reception import Arrange, Arrangement, Arrangements, Rearrange
from careplus_contracts.values import Id
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.list_arrangements)
async def list_arrangements(
    query: contract.ReceptionFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings
) -> Arrangements:
    today = local_date(now(), settings.clinic_zone)
    span = visits.span_of_days(query.day, query.from_, query.to, today, settings.clinic_zone)
    return await reception.list_all(db, who, query, span)


@routes.serve(contract.list_desk_doctors)
async def list_desk_doctors(query: contract.DeskDoctorFilter, *, who: CurrentUser, db: ReadDb) -> contract.DeskDoctors:
    return await desk_doctors.list_all(db, who, query)


@routes.serve(contract.arrange)
async def arrange(body: Arrange, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> Arrangement:
    await reception.check_patient(db, who, body.patient_id)
    check = check_overbookable if body.overbook else check_free
    wanted = WantedVisit(body.visit_type_id)
    calendar = await check(db, settings, who, body.patient_id, body.doctor_id, body.starts_at, wanted)
    alternatives = partial(alternatives_on, settings, who.role, calendar, body.starts_at)
    booking = Book(doctor_id=body.doctor_id, starts_at=body.starts_at, reason=body.reason)
    appointment = await appointments.book(db, body.patient_id, who.role, booking, calendar, alternatives, body.overbook)
    return await reception.show(db, who, appointment.id)


@routes.serve(contract.rearrange, path_record=reception.lock_for_update)
async def rearrange(
    appointment_id: Id, body: Rearrange, *, who: CurrentUser, db: WriteDb, settings: AppSettings, expected: IfMatch
) -> Arrangement:
    row = await reception.claim(db, who, appointment_id, body.doctor_id)
    check_version(row.version, expected)
    if body.status is not None:
        wanted = AppointmentStatus(body.status.value)
        visits.check_transition(visits.RECEPTION_TRANSITIONS, row, wanted, now(), settings.clinic_zone)
        await reception.set_status(db, who, row, body.status, body.reason)
    else:
        await moving.move(db, settings, who, row, body)
    return await reception.show(db, who, appointment_id)
