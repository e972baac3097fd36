"""Refills: patients ask, doctors answer, the desk names a doctor where none is present."""

from careplus_contracts import refills as contract
from careplus_contracts.refills import (
    AnswerRefill,
    DeskRefill,
    DeskRefills,
    DoctorRefill,
    DoctorRefills,
    Refill,
    RefillCounts,
    Refills,
    RefillStatus,
    RequestRefill,
    RouteRefill,
)
from careplus_contracts.values import Id
from careplus_doctors.rules.refills import OF_DESK, OF_PATIENT
from careplus_doctors.store import prescriptions, refill_answers, refill_desk, refills
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.request_refill, path_record=prescriptions.check_stoppable)
async def request_refill(
    prescription_id: Id, body: RequestRefill | None = None, *, who: CurrentUser, db: WriteDb, settings: AppSettings
) -> Refill:
    return await refills.request(db, who, prescription_id, body or RequestRefill(), settings.clinic_zone)


@routes.serve(contract.list_refills)
async def list_refills(query: contract.RefillFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> Refills:
    return await refills.list_own(db, who, query, settings.clinic_zone)


@routes.serve(contract.show_refill)
async def show_refill(refill_id: Id, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> Refill:
    return await refills.show(db, await refills.of_patient(db, who, refill_id), settings.clinic_zone)


@routes.serve(contract.withdraw_refill)
async def withdraw_refill(refill_id: Id, *, who: CurrentUser, db: WriteDb, expected: IfMatch, settings: AppSettings) -> Refill:
    row = await refills.of_patient(db, who, refill_id)
    check_version(row.version, expected)
    OF_PATIENT.check(RefillStatus(row.status), RefillStatus.WITHDRAWN)
    await refills.withdraw(db, who, row)
    return await refills.show(db, row, settings.clinic_zone)


@routes.serve(contract.list_doctor_refills)
async def list_doctor_refills(
    query: contract.DoctorRefillFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings
) -> DoctorRefills:
    return await refills.list_for_doctor(db, who, query, settings.clinic_zone)


@routes.serve(contract.count_refills)
async def count_refills(*, who: CurrentUser, db: ReadDb, settings: AppSettings) -> RefillCounts:
    return await refills.count_open(db, who, settings.clinic_zone)


@routes.serve(contract.answer_refill, path_record=refills.check_readable)
async def answer_refill(
    refill_id: Id, body: AnswerRefill, *, who: CurrentUser, db: WriteDb, expected: IfMatch, settings: AppSettings
) -> DoctorRefill:
    row = await refills.lock_for_doctor(db, who, refill_id, settings.clinic_zone)
    check_version(row.version, expected)
    await refill_answers.answer(db, who, row, body, settings.clinic_zone)
    return await refill_answers.show(db, who, row, settings.clinic_zone)


@routes.serve(contract.list_desk_refills)
async def list_desk_refills(
    query: contract.DeskRefillFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings
) -> DeskRefills:
    return await refill_desk.list_open(db, who, query, settings.clinic_zone)


@routes.serve(contract.route_refill, path_record=refill_desk.lock_for_update)
async def route_refill(
    refill_id: Id, body: RouteRefill, *, who: CurrentUser, db: WriteDb, expected: IfMatch, settings: AppSettings
) -> DeskRefill:
    row = await refill_desk.lock_for_update(db, who, refill_id)
    check_version(row.version, expected)
    OF_DESK.check(RefillStatus(row.status), RefillStatus.OPEN)
    await refill_desk.route(db, row, body.doctor_id, settings.clinic_zone)
    return await refill_desk.show(db, row, settings.clinic_zone)
