"""Finding doctors and free times."""

from careplus_appointments.store import finding
from careplus_contracts import finding as contract
from careplus_contracts.finding import Days, FirstDay, FoundDoctor, FoundDoctors, Slots, Specialties
from careplus_contracts.values import Cursor, Id, Language, Limit, Query
from careplus_runtime.http.dependencies import AppSettings, Db
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_specialties)
async def list_specialties(*, db: Db) -> Specialties:
    return await finding.list_specialties(db)


@routes.serve(contract.find_doctors)
async def find_doctors(
    q: Query | None = None,
    specialty: Query | None = None,
    language: Language | None = None,
    limit: Limit = 20,
    cursor: Cursor | None = None,
    *,
    db: Db,
    settings: AppSettings,
) -> FoundDoctors:
    return await finding.find_doctors(db, settings, q, specialty, language, limit, cursor)


@routes.serve(contract.show_doctor)
async def show_doctor(doctor_id: Id, *, db: Db, settings: AppSettings) -> FoundDoctor:
    return await finding.show_doctor(db, settings, doctor_id)


@routes.serve(contract.find_slots)
async def find_slots(
    doctor_id: Id,
    start: FirstDay = None,
    days: Days = 7,
    *,
    db: Db,
    settings: AppSettings,
) -> Slots:
    return await finding.find_slots(db, settings, doctor_id, start, days)
