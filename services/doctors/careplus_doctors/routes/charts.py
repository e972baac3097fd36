"""Charts: doctors list their patients, record allergies and problems, and open other charts in an emergency."""

from careplus_contracts import allergies as allergies_contract
from careplus_contracts import chart_changes as changes_contract
from careplus_contracts import charts as contract
from careplus_contracts.allergies import Allergies, SetAllergies
from careplus_contracts.chart_changes import ChartChanges
from careplus_contracts.charts import Chart, ChartAccess, FoundPatients, OpenChart, PatientsInCare, ProblemList, SetProblems
from careplus_contracts.values import Id, PageFilter
from careplus_doctors.store import access, chart_changes, charts, emergency, patients
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.identity.care import check_in_care

routes = Routes()


@routes.serve(contract.list_patients)
async def list_patients(query: contract.PatientFilter, *, who: CurrentUser, db: ReadDb) -> PatientsInCare:
    return await patients.list_in_care(db, who, query)


@routes.serve(contract.show_chart)
async def show_chart(patient_id: Id, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> Chart:
    return await charts.show(db, who, patient_id, settings.clinic_zone)


@routes.serve(allergies_contract.show_allergies)
async def show_allergies(patient_id: Id, *, who: CurrentUser, db: ReadDb) -> Allergies:
    return await charts.allergies_of(db, who, patient_id)


@routes.serve(allergies_contract.set_allergies, path_record=check_in_care)
async def set_allergies(patient_id: Id, body: SetAllergies, *, who: CurrentUser, db: WriteDb, expected: IfMatch) -> Allergies:
    chart = await charts.lock_for_update(db, who, patient_id)
    check_version(chart.version, expected)
    return await charts.set_allergies(db, who, chart, body)


@routes.serve(contract.set_problems, path_record=check_in_care)
async def set_problems(patient_id: Id, body: SetProblems, *, who: CurrentUser, db: WriteDb, expected: IfMatch) -> ProblemList:
    chart = await charts.lock_for_update(db, who, patient_id)
    check_version(chart.version, expected)
    return await charts.set_problems(db, who, chart, body)


@routes.serve(changes_contract.list_chart_changes)
async def list_chart_changes(patient_id: Id, query: PageFilter, *, who: CurrentUser, db: ReadDb) -> ChartChanges:
    return await chart_changes.list_page(db, who, patient_id, query)


@routes.serve(contract.search_patients)
async def search_patients(query: contract.PatientSearch, *, who: CurrentUser, db: ReadDb) -> FoundPatients:
    return await access.search(db, who, query)


@routes.serve(contract.open_chart)
async def open_chart(patient_id: Id, body: OpenChart, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> ChartAccess:
    await emergency.check_hourly(db, who, settings.emergency_per_hour)
    return await access.open_chart(db, who, patient_id, body)
