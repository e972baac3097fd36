"""Doctors review and release results, patients read them."""

from careplus_contracts import results as contract
from careplus_contracts.results import LabResult, LabResults, ReviewResult, Trend
from careplus_contracts.values import Code, Cursor, Id, Limit
from careplus_labs.store import results, trends
from careplus_runtime.http.dependencies import CurrentUser, Db, IfMatch, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_results)
async def list_results(limit: Limit = 20, cursor: Cursor | None = None, *, who: CurrentUser, db: Db) -> LabResults:
    return await results.list_released(db, who, limit, cursor)


@routes.serve(contract.show_result)
async def show_result(result_id: Id, *, who: CurrentUser, db: Db) -> LabResult:
    return await results.show(db, await results.lock_for_update(db, who, result_id))


@routes.serve(contract.show_trend)
async def show_trend(analyte: Code, limit: Limit = 20, cursor: Cursor | None = None, *, who: CurrentUser, db: Db) -> Trend:
    return await trends.released_values(db, who, analyte, limit, cursor)


@routes.serve(contract.list_results_to_review)
async def list_results_to_review(
    seen: bool | None = None,
    released: bool | None = None,
    patient_id: Id | None = None,
    limit: Limit = 20,
    cursor: Cursor | None = None,
    *,
    who: CurrentUser,
    db: Db,
) -> LabResults:
    return await results.list_to_review(db, who, seen=seen, released=released, patient_id=patient_id, limit=limit, cursor=cursor)


@routes.serve(contract.review_result, path_record=results.lock_for_update)
async def review_result(result_id: Id, body: ReviewResult, *, who: CurrentUser, db: Db, expected: IfMatch) -> LabResult:
    row = await results.lock_for_update(db, who, result_id)
    check_version(row.version, expected)
    return await results.review(db, who, row, body)
