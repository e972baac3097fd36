"""Prescriptions: doctors write and stop them, patients read them."""

from careplus_contracts import prescriptions as contract
from careplus_contracts.prescriptions import Prescribe, Prescription, Prescriptions, StopPrescription
from careplus_contracts.values import Id
from careplus_doctors.store import prescribing
from careplus_doctors.store import prescriptions as store
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.prescribe)
async def prescribe(body: Prescribe, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> Prescription:
    return await prescribing.prescribe(db, who, body, settings.clinic_zone)


@routes.serve(contract.list_prescribed)
async def list_prescribed(
    query: contract.PrescribedFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings
) -> Prescriptions:
    return await store.list_own(db, who, query, settings.clinic_zone)


@routes.serve(contract.stop_prescription, path_record=store.check_stoppable)
async def stop_prescription(
    prescription_id: Id,
    body: StopPrescription | None = None,
    *,
    who: CurrentUser,
    db: WriteDb,
    expected: IfMatch,
    settings: AppSettings,
) -> Prescription:
    row = await store.lock_for_update(db, who, prescription_id)
    check_version(row.version, expected)
    return await store.stop(db, who, row, body.reason if body else None, settings.clinic_zone)


@routes.serve(contract.list_prescriptions)
async def list_prescriptions(
    query: contract.PrescriptionFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings
) -> Prescriptions:
    return await store.list_own(db, who, query, settings.clinic_zone)


@routes.serve(contract.show_prescription)
async def show_prescription(prescription_id: Id, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> Prescription:
    return await store.find(db, who, prescription_id, settings.clinic_zone)
