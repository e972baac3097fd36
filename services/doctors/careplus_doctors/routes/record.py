"""The patient's summary and record."""

from careplus_contracts import record as contract
from careplus_contracts import record_export as export_contract
from careplus_contracts.record import OwnRecord, Summary
from careplus_contracts.record_export import PatientRecord, RecordPartFilter
from careplus_doctors.store import own_record, record_export
from careplus_doctors.store import record as store
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.summarise)
async def summarise(*, who: CurrentUser, db: ReadDb, settings: AppSettings) -> Summary:
    return await store.summary(db, who, settings.clinic_zone, now())


@routes.serve(contract.show_own_record)
async def show_own_record(*, who: CurrentUser, db: ReadDb, settings: AppSettings) -> OwnRecord:
    return await own_record.show(db, who, settings.clinic_zone, now())


@routes.serve(export_contract.export_own_record)
async def export_own_record(query: RecordPartFilter, *, who: CurrentUser, db: ReadDb) -> PatientRecord:
    return await record_export.show_part(db, who.id, query.after)
