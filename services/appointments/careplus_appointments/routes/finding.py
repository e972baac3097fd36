"""Finding doctors and free times."""

from careplus_appointments.store import finding, specialties, suggestions
from careplus_contracts import finding as contract
from careplus_contracts.finding import FoundDoctor, FoundDoctors, Slots, Specialties, Suggestions
from careplus_contracts.values import Id
from careplus_runtime.http.dependencies import AppSettings, OptionalUser, ReadDb
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_specialties)
async def list_specialties(*, db: ReadDb) -> Specialties:
    return await specialties.list_specialties(db)


@routes.serve(contract.find_doctors)
async def find_doctors(query: contract.DoctorSearch, *, who: OptionalUser, db: ReadDb, settings: AppSettings) -> FoundDoctors:
    return await finding.find_doctors(db, settings, who, query)


@routes.serve(contract.suggest_searches)
async def suggest_searches(
    query: contract.SuggestionFilter, *, who: OptionalUser, db: ReadDb, settings: AppSettings
) -> Suggestions:
    return await suggestions.suggest(db, settings, who, query.q)


@routes.serve(contract.show_doctor)
async def show_doctor(doctor_id: Id, *, who: OptionalUser, db: ReadDb, settings: AppSettings) -> FoundDoctor:
    return await finding.show_doctor(db, settings, who, doctor_id)


@routes.serve(contract.find_slots)
async def find_slots(doctor_id: Id, query: contract.SlotFilter, *, who: OptionalUser, db: ReadDb, settings: AppSettings) -> Slots:
    return await finding.find_slots(db, settings, who, doctor_id, query)
