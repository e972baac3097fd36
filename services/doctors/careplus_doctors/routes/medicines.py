"""Medicines: the hospital's list, the check before prescribing, current medicines, and the doctor's most used."""

from careplus_contracts import medicine_lists as contract
from careplus_contracts import medicines as checks_contract
from careplus_contracts.medicine_lists import CurrentMedicines, FoundMedicines, MostUsed
from careplus_contracts.medicines import CheckPrescription, MedicineCheck
from careplus_contracts.values import Id
from careplus_doctors.store.medicines import checks, current, most_used, searching
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.search_medicines)
async def search_medicines(query: contract.MedicineSearch) -> FoundMedicines:
    return searching.found(checks.MEDICINES, query)


@routes.serve(checks_contract.check_prescription)
async def check_prescription(body: CheckPrescription, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> MedicineCheck:
    return await checks.check_medicines(db, who, body.patient_id, body.items, settings.clinic_zone)


@routes.serve(contract.list_most_used)
async def list_most_used(*, who: CurrentUser, db: ReadDb) -> MostUsed:
    return await most_used.of_doctor(db, who)


@routes.serve(contract.list_current_medicines)
async def list_current_medicines(patient_id: Id, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> CurrentMedicines:
    return await current.of_patient(db, who, patient_id, settings.clinic_zone)
