"""Patients read their results."""

from careplus_clinic.clinic_time import local_date
from careplus_contracts import results as contract
from careplus_contracts.results import LabResult, LabResults, Trend
from careplus_contracts.values import Code, Id, PageFilter
from careplus_labs.store.results import results, trends
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.list_results)
async def list_results(query: PageFilter, *, who: CurrentUser, db: ReadDb) -> LabResults:
    return await results.list_released(db, who, query)


@routes.serve(contract.show_result)
async def show_result(result_id: Id, *, who: CurrentUser, db: ReadDb) -> LabResult:
    return await results.show(db, await results.lock_for_update(db, who, result_id))


@routes.serve(contract.show_trend)
async def show_trend(analyte: Code, query: PageFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> Trend:
    return await trends.released_values(db, who, analyte, query, local_date(now(), settings.clinic_zone))
