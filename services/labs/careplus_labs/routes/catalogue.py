"""The catalogue of tests."""

from careplus_contracts import lab_catalogue as contract
from careplus_contracts.lab_catalogue import AddTest, DescribeTest, LabTest, LabTests
from careplus_contracts.values import Code
from careplus_labs.store import catalogue
from careplus_runtime.http.dependencies import CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_tests)
async def list_tests(query: contract.LabTestFilter, *, who: CurrentUser, db: ReadDb) -> LabTests:
    return await catalogue.list_tests(db, who, query)


@routes.serve(contract.add_test)
async def add_test(body: AddTest, *, db: WriteDb) -> LabTest:
    return await catalogue.add(db, body)


@routes.serve(contract.update_test, path_record=catalogue.lock_for_update)
async def update_test(code: Code, body: DescribeTest, *, who: CurrentUser, db: WriteDb, expected: IfMatch) -> LabTest:
    row = await catalogue.lock_for_update(db, who, code)
    check_version(row.version, expected)
    return await catalogue.change(db, row, body)
