"""Doctors order tests for their patients, and withdraw them."""

from careplus_contracts import lab_orders as contract
from careplus_contracts.lab_orders import ChangeOrder, LabOrders, OrderCounts, OrderTests, PatientOrders, Repeats, WithdrawOrder
from careplus_contracts.labs import LabBooking, LabBookingStatus
from careplus_contracts.values import Id, PageFilter
from careplus_labs.rules.bookings import DOCTOR_TRANSITIONS, check_changeable
from careplus_labs.store.bookings import bookings, orders, repeats
from careplus_labs.store.catalogue import hours
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.identity.care import check_in_care

routes = Routes()


@routes.serve(contract.order_tests)
async def order_tests(body: OrderTests, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> LabBooking:
    await check_in_care(db, who, body.patient_id, body.appointment_id)
    return await bookings.book(db, who, body, await hours.opening(db, settings), settings.lab_places, settings.lab_stat_minutes)


@routes.serve(contract.list_lab_orders)
async def list_lab_orders(query: contract.LabOrderFilter, *, who: CurrentUser, db: ReadDb) -> LabOrders:
    return await orders.list_ordered(db, who, query)


@routes.serve(contract.count_lab_orders)
async def count_lab_orders(*, who: CurrentUser, db: ReadDb) -> OrderCounts:
    return await orders.count(db, who)


@routes.serve(contract.list_repeats)
async def list_repeats(query: contract.RepeatFilter, *, who: CurrentUser, db: ReadDb) -> Repeats:
    await check_in_care(db, who, query.patient_id)
    return await repeats.find(db, who, query)


@routes.serve(contract.list_patient_orders)
async def list_patient_orders(patient_id: Id, query: PageFilter, *, who: CurrentUser, db: ReadDb) -> PatientOrders:
    await check_in_care(db, who, patient_id)
    return await orders.list_of_patient(db, who, patient_id, query)


@routes.serve(contract.show_lab_order)
async def show_lab_order(booking_id: Id, *, who: CurrentUser, db: ReadDb) -> LabBooking:
    return await bookings.show(db, who, await bookings.lock_for_update(db, who, booking_id))


@routes.serve(contract.change_lab_order, path_record=bookings.lock_for_update)
async def change_lab_order(
    booking_id: Id, body: ChangeOrder, *, who: CurrentUser, db: WriteDb, expected: IfMatch, settings: AppSettings
) -> LabBooking:
    row = await bookings.claim(db, who, booking_id)
    check_version(row.version, expected)
    check_changeable(LabBookingStatus(row.status), row.collected_at)
    house = orders.House(await hours.opening(db, settings), settings.lab_places, settings.lab_stat_minutes)
    return await orders.change(db, who, row, body, house)


@routes.serve(contract.withdraw_lab_order, path_record=bookings.lock_for_update)
async def withdraw_lab_order(
    booking_id: Id, body: WithdrawOrder, *, who: CurrentUser, db: WriteDb, expected: IfMatch
) -> LabBooking:
    row = await bookings.lock_for_update(db, who, booking_id)
    check_version(row.version, expected)
    await bookings.withdraw(db, who, row, DOCTOR_TRANSITIONS, body.reason)
    return await bookings.show(db, who, row)
