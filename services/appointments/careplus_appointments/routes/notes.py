"""Notes: doctors write about their visits."""

from careplus_appointments.store import notes
from careplus_appointments.store.appointments import of_doctor
from careplus_contracts import notes as contract
from careplus_contracts.notes import Notes, WriteNotes
from careplus_contracts.values import Id
from careplus_runtime.http.dependencies import CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.show_notes)
async def show_notes(appointment_id: Id, *, who: CurrentUser, db: ReadDb) -> Notes:
    return await notes.show(db, who, await notes.lock_for_update(db, who, appointment_id))


@routes.serve(contract.write_notes, path_record=of_doctor)
async def write_notes(appointment_id: Id, body: WriteNotes, *, who: CurrentUser, db: WriteDb, expected: IfMatch) -> Notes:
    row = await notes.lock_for_update(db, who, appointment_id)
    check_version(row.version, expected)
    return await notes.write(db, who, row, body)
