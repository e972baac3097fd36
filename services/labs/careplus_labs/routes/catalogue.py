"""What can be ordered, and when the laboratory takes specimens."""

from careplus_contracts import labs as contract
from careplus_contracts.labs import AddTest, DescribeTest, LabSlots, LabTest, LabTests
from careplus_contracts.values import Code, Cursor, Day, Limit, Query
from careplus_labs.rules import windows
from careplus_labs.store import catalogue, places
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, Db, IfMatch, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.list_tests)
async def list_tests(
    q: Query | None = None, limit: Limit = 20, cursor: Cursor | None = None, *, who: CurrentUser, db: Db
) -> LabTests:
    return await catalogue.list_tests(db, who, q, limit, cursor)


@routes.serve(contract.add_test)
async def add_test(body: AddTest, *, db: Db) -> LabTest:
    return await catalogue.add(db, body)


@routes.serve(contract.update_test, path_record=catalogue.find)
async def update_test(code: Code, body: DescribeTest, *, who: CurrentUser, db: Db, expected: IfMatch) -> LabTest:
    row = await catalogue.find(db, who, code)
    check_version(row.version, expected)
    return await catalogue.change(db, row, body)


@routes.serve(contract.list_lab_slots)
async def list_lab_slots(day: Day | None = None, *, db: Db, house: AppSettings) -> LabSlots:
    when = windows.hours(house.lab_hours, house.clinic_zone, now(), house.horizon_days)
    return await places.slots(db, day or now().astimezone(house.clinic_zone).date(), when, house.lab_places)
