"""Signing: visits with unsigned notes, and the step that signs and completes."""

from careplus_appointments.rules import visits
from careplus_appointments.rules.notes import check_took_place, check_unsigned
from careplus_appointments.store import appointments, notes, signing
from careplus_contracts import signing as contract
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.notes import Notes, NotesStatus, WriteNotes
from careplus_contracts.signing import SignAndComplete, UnsignedVisits
from careplus_contracts.values import Id, PageFilter
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.list_unsigned_notes)
async def list_unsigned_notes(query: PageFilter, *, who: CurrentUser, db: ReadDb) -> UnsignedVisits:
    return await signing.list_unsigned(db, who, query)


@routes.serve(contract.sign_and_complete, path_record=appointments.of_doctor)
async def sign_and_complete(
    appointment_id: Id, body: SignAndComplete, *, who: CurrentUser, db: WriteDb, settings: AppSettings, expected: IfMatch
) -> Notes:
    visit = await appointments.of_doctor(db, who, appointment_id)
    row = await notes.lock_for_update(db, who, appointment_id)
    check_version(row.version, expected)
    check_unsigned(NotesStatus(row.status), row.text, body.text)
    check_took_place(AppointmentStatus(visit.status))
    visits.check_transition(visits.DOCTOR_TRANSITIONS, visit, AppointmentStatus.COMPLETED, now(), settings.clinic_zone)
    await signing.complete(db, who, visit)
    return await notes.write(db, who, row, WriteNotes(text=body.text, sign=True))
