"""Doctors review and release results, patients read them."""

from careplus_clinic.clinic_time import local_date
from careplus_contracts import results as contract
from careplus_contracts.results import LabResult, LabResults, ReviewResult, Trend
from careplus_contracts.values import Code, Id, PageFilter
from careplus_labs.store import results, trends
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
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


@routes.serve(contract.list_results_to_review)
async def list_results_to_review(query: contract.ReviewFilter, *, who: CurrentUser, db: ReadDb) -> LabResults:
    return await results.list_to_review(db, who, query)


@routes.serve(contract.review_result, path_record=results.lock_for_update)
async def review_result(result_id: Id, body: ReviewResult, *, who: CurrentUser, db: WriteDb, expected: IfMatch) -> LabResult:
    row = await results.lock_for_update(db, who, result_id)
    check_version(row.version, expected)
    return await results.review(db, who, row, body)
