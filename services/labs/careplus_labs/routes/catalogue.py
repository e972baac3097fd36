"""The catalogue of tests, and the windows that can be booked."""

from careplus_clinic.clinic_time import local_date
from careplus_contracts import labs as contract
from careplus_contracts.labs import AddTest, DescribeTest, LabSlots, LabTest, LabTests
from careplus_contracts.values import Code
from careplus_labs.opening import opening_hours
from careplus_labs.store import capacity, catalogue
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

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


@routes.serve(contract.list_lab_slots)
async def list_lab_slots(query: contract.LabSlotFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> LabSlots:
    day = query.day or local_date(now(), settings.clinic_zone)
    return await capacity.slots(db, who, day, opening_hours(settings), settings.lab_places, query.patient_id)
