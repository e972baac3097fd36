"""The catalogue of tests."""

from careplus_clinic.clinic_time import local_date
from careplus_contracts import lab_catalogue as contract
from careplus_contracts.lab_catalogue import AddTest, DescribeTest, LabTest, LabTests
from careplus_contracts.values import Code
from careplus_labs.store.catalogue import catalogue
from careplus_runtime.http.dependencies import AppSettings, Content, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.list_tests)
async def list_tests(
    query: contract.LabTestFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings, content: Content
) -> LabTests:
    day = local_date(query.at or now(), settings.clinic_zone)
    content.check(await catalogue.state(db), day, query, who.role in catalogue.SEE_INACTIVE)
    return await catalogue.list_tests(db, who, query, day)


@routes.serve(contract.add_test)
async def add_test(body: AddTest, *, db: WriteDb, settings: AppSettings) -> LabTest:
    return await catalogue.add(db, body, local_date(now(), settings.clinic_zone))


@routes.serve(contract.update_test, path_record=catalogue.lock_for_update)
async def update_test(
    code: Code, body: DescribeTest, *, who: CurrentUser, db: WriteDb, settings: AppSettings, expected: IfMatch
) -> LabTest:
    row = await catalogue.lock_for_update(db, who, code)
    check_version(row.version, expected)
    return await catalogue.change(db, row, body, local_date(now(), settings.clinic_zone))
