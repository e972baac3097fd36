"""Patients read their results."""

from careplus_contracts import results as contract
from careplus_contracts.results import LabResult, LabResults, Trend
from careplus_contracts.values import Code, Id, PageFilter
from careplus_labs.store import results, trends
from careplus_runtime.http.dependencies import CurrentUser, ReadDb
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_results)
async def list_results(query: PageFilter, *, who: CurrentUser, db: ReadDb) -> LabResults:
    return await results.list_released(db, who, query)


@routes.serve(contract.show_result)
async def show_result(result_id: Id, *, who: CurrentUser, db: ReadDb) -> LabResult:
    return await results.show(db, await results.lock_for_update(db, who, result_id))


@routes.serve(contract.show_trend)
async def show_trend(analyte: Code, query: PageFilter, *, who: CurrentUser, db: ReadDb) -> Trend:
    return await trends.released_values(db, who, analyte, query)
