"""Vital signs: doctors record and list them, and mark wrong ones."""

from careplus_contracts import vitals as contract
from careplus_contracts.values import Id, PageFilter
from careplus_contracts.vitals import MarkVitals, RecordVitals, VitalSigns, VitalSignsList
from careplus_doctors.store import vitals as store
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.identity.care import check_in_care

routes = Routes()


@routes.serve(contract.record_vitals, path_record=check_in_care)
async def record_vitals(
    patient_id: Id, body: RecordVitals, *, who: CurrentUser, db: WriteDb, settings: AppSettings
) -> VitalSigns:
    await check_in_care(db, who, patient_id, body.appointment_id)
    return await store.add(db, who, patient_id, body, settings.clinic_zone)


@routes.serve(contract.list_vitals)
async def list_vitals(patient_id: Id, query: PageFilter, *, who: CurrentUser, db: ReadDb) -> VitalSignsList:
    return await store.of_patient(db, who, patient_id, query)


@routes.serve(contract.mark_vitals_in_error, path_record=store.check_changeable)
async def mark_vitals_in_error(
    vitals_id: Id, body: MarkVitals, *, who: CurrentUser, db: WriteDb, expected: IfMatch
) -> VitalSigns:
    row = await store.lock_for_update(db, who, vitals_id)
    check_version(row.version, expected)
    return await store.mark_in_error(db, who, row, body.reason)
