"""Check-in with the code of a visit, and the QR code that holds it."""

import segno
from fastapi import Request

from careplus_appointments.rules import check_in as rules
from careplus_appointments.store import appointments
from careplus_appointments.store import check_in as store
from careplus_clinic.clinic_time import day_bounds, local_date
from careplus_contracts import check_in as contract
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.check_in import CheckIn, CheckInPass, CheckInVisit
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Id
from careplus_runtime.audit.recorder import identify_holder
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb, WriteDb
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.appointments import AppointmentRow
from careplus_tables.engine import AnySession

routes = Routes()


@routes.serve(contract.show_check_in_pass)
async def show_check_in_pass(appointment_id: Id, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> CheckInPass:
    row = await appointments.of_patient(db, who, appointment_id)
    if row.check_in_code is None:
        raise NotFound("This visit has no check-in code. Go to the desk.")
    return described(row, f"{settings.public_url}/check-in#code={row.check_in_code}", settings)


@routes.serve(contract.show_check_in)
async def show_check_in(body: CheckIn, *, db: ReadDb, settings: AppSettings) -> CheckInVisit:
    return await shown(db, await store.of_code(db, body.check_in_code), settings)


@routes.serve(contract.check_in)
async def check_in(body: CheckIn, *, request: Request, db: WriteDb, settings: AppSettings) -> CheckInVisit:
    row = await store.of_code(db, body.check_in_code)
    assert row.id is not None
    identify_holder(request, row.patient_id, row.id)
    span = rules.open_span(row.starts_at, settings.clinic_zone)
    state = rules.state_of(AppointmentStatus(row.status), span, now())
    rules.check_open(state, span, settings.clinic_zone)
    await store.arrive(db, row, state)
    return await shown(db, row, settings)


async def shown(db: AnySession, row: AppointmentRow, settings: Settings) -> CheckInVisit:
    """Return the visit as the phone of its patient shows it."""
    day = local_date(row.starts_at, settings.clinic_zone)
    span = rules.open_span(row.starts_at, settings.clinic_zone)
    return await store.show(db, row, day_bounds(day, day, settings.clinic_zone), span, now())


def described(row: AppointmentRow, url: str, settings: Settings) -> CheckInPass:
    """Return the QR code of an address, and when the patient may use it."""
    span = rules.open_span(row.starts_at, settings.clinic_zone)
    lines = segno.make(url, micro=False).matrix_iter(border=4)
    return CheckInPass(
        url=url,
        qr=["".join(map(str, line)) for line in lines],
        state=rules.state_of(AppointmentStatus(row.status), span, now()),
        opens_at=span[0],
        closes_at=span[1],
    )
