"""The laboratory corrects verified results; the versions that were replaced."""

from careplus_contracts import comments as comments_contract
from careplus_contracts import corrections as contract
from careplus_contracts.comments import ResultComments
from careplus_contracts.corrections import CorrectResult, ResultVersions
from careplus_contracts.results import LabResult
from careplus_contracts.values import Id
from careplus_labs.store.bookings import bookings
from careplus_labs.store.results import comments, corrections, results, versions
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.correct_result, path_record=results.lock_for_update)
async def correct_result(
    result_id: Id, body: CorrectResult, *, who: CurrentUser, db: WriteDb, expected: IfMatch, settings: AppSettings
) -> LabResult:
    booking = await bookings.lock_of_result(db, who, result_id)
    row = await results.lock_for_update(db, who, result_id)
    check_version(row.version, expected)
    await corrections.correct(db, who, booking, row, body, settings)
    return await results.show(db, row)


@routes.serve(contract.list_result_versions)
async def list_result_versions(result_id: Id, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> ResultVersions:
    return await versions.of_result(db, who, await results.lock_for_update(db, who, result_id), settings)


@routes.serve(comments_contract.list_result_comments)
async def list_result_comments(result_id: Id, *, who: CurrentUser, db: ReadDb) -> ResultComments:
    return await comments.of_result(db, who, await results.lock_for_update(db, who, result_id))
