"""Reception: everybody's visits, booked, moved and reassigned for patients who call."""

from functools import partial

from careplus_appointments.free_times import check_free, same_day
from careplus_appointments.rules import slots, visits
from careplus_appointments.store import appointments, reception
from careplus_contracts import reception as contract
from careplus_contracts.appointments import AppointmentStatus, Book, FirstDay, LastDay, OneDay
from careplus_contracts.reception import Arrange, Arrangement, Arrangements, Rearrange
from careplus_contracts.values import Cursor, Id, Limit
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, Db, IfMatch, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.list_arrangements)
async def list_arrangements(
    doctor_id: Id | None = None,
    patient_id: Id | None = None,
    day: OneDay = None,
    from_: FirstDay = None,
    to: LastDay = None,
    status: AppointmentStatus | None = None,
    limit: Limit = 20,
    cursor: Cursor | None = None,
    *,
    who: CurrentUser,
    db: Db,
    house: AppSettings,
) -> Arrangements:
    today = slots.clinic_day(now(), house.clinic_zone)
    span = appointments.visits_span(day, from_, to, today, house.clinic_zone)
    return await reception.list_all(db, who, span, doctor_id, patient_id, status, limit, cursor)


@routes.serve(contract.arrange)
async def arrange(body: Arrange, *, who: CurrentUser, db: Db, house: AppSettings) -> Arrangement:
    await reception.check_patient(db, who, body.patient_id)
    calendar = await check_free(db, house, who, body.patient_id, body.doctor_id, body.starts_at)
    booked = Book(doctor_id=body.doctor_id, starts_at=body.starts_at)
    made = await appointments.book(db, body.patient_id, booked, calendar, partial(same_day, house, calendar, body.starts_at))
    return await reception.show(db, who, made.id)


@routes.serve(contract.rearrange, path_record=reception.find)
async def rearrange(
    appointment_id: Id, body: Rearrange, *, who: CurrentUser, db: Db, house: AppSettings, expected: IfMatch
) -> Arrangement:
    row = await reception.find(db, who, appointment_id)
    check_version(row.version, expected)
    if body.status is not None:
        visits.check_arrangement(AppointmentStatus(row.status), AppointmentStatus(body.status.value))
        await reception.take(db, who, row, body.status)
    else:
        visits.check_movable(AppointmentStatus(row.status))
        starts_at, doctor_id = body.starts_at or row.starts_at, body.doctor_id or row.doctor_id
        calendar = await check_free(db, house, who, row.patient_id, doctor_id, starts_at, row.id)
        row.doctor_id = doctor_id
        await appointments.move(db, row, starts_at, calendar, partial(same_day, house, calendar, starts_at))
    return await reception.show(db, who, appointment_id)
