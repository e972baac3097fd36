"""Age limits of specialties."""

from careplus_appointments.store import specialties, specialty_ages
from careplus_contracts import specialty_ages as contract
from careplus_contracts.specialty_ages import SetSpecialtyAges, SpecialtyAges
from careplus_runtime.http.dependencies import IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.show_specialty_ages)
async def show_specialty_ages(*, db: ReadDb) -> SpecialtyAges:
    return await specialties.with_ages(db)


@routes.serve(contract.set_specialty_ages)
async def set_specialty_ages(body: SetSpecialtyAges, *, db: WriteDb, expected: IfMatch) -> SpecialtyAges:
    row = await specialty_ages.lock_for_update(db)
    check_version(row.version, expected)
    await specialty_ages.replace(db, row, body)
    return await specialties.with_ages(db)
