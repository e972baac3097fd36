"""Doctors read verified results, mark them as seen, comment on them and release them."""

from fastapi import Request

from careplus_contracts import reviews as contract
from careplus_contracts.reviews import ReleasedNormal, ReleaseNormal, ResultsToReview, ResultToReview, ReviewCounts, ReviewResult
from careplus_contracts.values import Id
from careplus_labs.rules.critical import check_releasable
from careplus_labs.store.results import results
from careplus_labs.store.reviews import critical, inbox, reviews
from careplus_runtime.audit.recorder import identify_patients
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_results_to_review)
async def list_results_to_review(query: contract.ReviewFilter, *, who: CurrentUser, db: ReadDb) -> ResultsToReview:
    return await inbox.list_page(db, who, query)


@routes.serve(contract.count_results_to_review)
async def count_results_to_review(query: contract.ReviewSelection, *, who: CurrentUser, db: ReadDb) -> ReviewCounts:
    return await inbox.count(db, who, query)


@routes.serve(contract.show_result_to_review)
async def show_result_to_review(result_id: Id, *, who: CurrentUser, db: ReadDb) -> ResultToReview:
    return await reviews.show(db, who, await results.lock_for_update(db, who, result_id))


@routes.serve(contract.review_result, path_record=results.lock_for_update)
async def review_result(
    result_id: Id, body: ReviewResult, *, who: CurrentUser, db: WriteDb, expected: IfMatch, settings: AppSettings
) -> ResultToReview:
    row = await results.lock_for_update(db, who, result_id)
    check_version(row.version, expected)
    check_releasable(is_open=body.release and critical.is_open(row))
    return await reviews.review(db, who, row, body, settings.clinic_zone)


@routes.serve(contract.release_normal_results)
async def release_normal_results(body: ReleaseNormal, *, request: Request, who: CurrentUser, db: WriteDb) -> ReleasedNormal:
    released, patient_ids = await reviews.release_normal(db, who, body)
    identify_patients(request, patient_ids)
    return released
