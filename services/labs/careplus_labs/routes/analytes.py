"""Analytes, and the versions of their units, ranges and critical limits."""

from careplus_clinic.clinic_time import local_date
from careplus_contracts import lab_analytes as contract
from careplus_contracts.lab_analytes import AddAnalyte, KnownAnalyte, KnownAnalytes, RangeHistory, SetRanges
from careplus_contracts.lab_catalogue import AnalyteKind
from careplus_contracts.values import Code
from careplus_labs.rules.ranges import check_replaceable
from careplus_labs.store.catalogue import analytes
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.list_analytes)
async def list_analytes(query: contract.AnalyteFilter, *, db: ReadDb, settings: AppSettings) -> KnownAnalytes:
    return await analytes.list_all(db, query, local_date(now(), settings.clinic_zone))


@routes.serve(contract.add_analyte)
async def add_analyte(body: AddAnalyte, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> KnownAnalyte:
    return await analytes.add(db, who, body, local_date(now(), settings.clinic_zone))


@routes.serve(contract.set_ranges, path_record=analytes.lock_for_update)
async def set_ranges(
    analyte: Code, body: SetRanges, *, who: CurrentUser, db: WriteDb, settings: AppSettings, expected: IfMatch
) -> KnownAnalyte:
    row = await analytes.lock_for_update(db, who, analyte)
    check_version(await analytes.last_number(db, analyte), expected)
    today = local_date(now(), settings.clinic_zone)
    check_replaceable(AnalyteKind(row.kind), body, today)
    return await analytes.replace(db, who, row, body, today)


@routes.serve(contract.list_range_versions)
async def list_range_versions(analyte: Code, *, who: CurrentUser, db: ReadDb) -> RangeHistory:
    return await analytes.list_versions(db, await analytes.lock_for_update(db, who, analyte))
