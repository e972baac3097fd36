"""Two records of one patient: likely ones, the merge, and its undo."""

from fastapi import Request

from careplus_auth import merge_rules
from careplus_auth.store import accounts, duplicates, merges, patients
from careplus_contracts import merges as contract
from careplus_contracts.merges import Duplicates, IntoFilter, Merge, MergePreview, MergeRecord
from careplus_contracts.values import Id, PageFilter
from careplus_runtime.audit.recorder import identify_patients
from careplus_runtime.http.dependencies import CurrentUser, ReadDb, WriteDb
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.list_duplicates)
async def list_duplicates(query: PageFilter, *, who: CurrentUser, db: ReadDb) -> Duplicates:
    return await duplicates.list_page(db, who, query)


@routes.serve(contract.preview_merge)
async def preview_merge(patient_id: Id, query: IntoFilter, *, who: CurrentUser, db: ReadDb) -> MergePreview:
    merge_rules.check_two_records(patient_id, query.into_id)
    return await merges.preview(db, who, patient_id, query.into_id)


@routes.serve(contract.merge_record, path_record=patients.find)
async def merge_record(patient_id: Id, body: MergeRecord, *, request: Request, who: CurrentUser, db: WriteDb) -> Merge:
    merge_rules.check_two_records(patient_id, body.into_id)
    kept, merged = await merges.lock(db, who, patient_id, body.into_id)
    await accounts.current_account(db, who)
    identify_patients(request, [patient_id, body.into_id])
    merge_rules.check_mergeable(kept, merged, body)
    merge_rules.check_no_overlap(await merges.overlaps(db, kept, merged))
    return await merges.show(db, who, await merges.merge(db, who, kept, merged, body))


@routes.serve(contract.show_merge)
async def show_merge(merged_id: Id, *, who: CurrentUser, db: ReadDb) -> Merge:
    return await merges.show(db, who, await merges.newest(db, who, merged_id))


@routes.serve(contract.undo_merge, path_record=merges.newest)
async def undo_merge(merged_id: Id, *, who: CurrentUser, db: WriteDb) -> Merge:
    row, kept, merged = await merges.lock_newest(db, who, merged_id)
    await accounts.current_account(db, who)
    merge_rules.check_undoable(row.merged_at, row.undone_at, now(), kept.merged_into_id)
    await merges.undo(db, who, row, kept, merged)
    return await merges.show(db, who, row)
