"""Doctors order tests for their patients, and withdraw them."""

from careplus_contracts import lab_orders as contract
from careplus_contracts.lab_orders import LabOrders, OrderTests, WithdrawOrder
from careplus_contracts.labs import LabBooking, LabBookingStatus
from careplus_contracts.values import Id
from careplus_labs.rules.bookings import DOCTOR_TRANSITIONS
from careplus_labs.store import bookings, hours
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.identity.care import check_in_care

routes = Routes()


@routes.serve(contract.order_tests)
async def order_tests(body: OrderTests, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> LabBooking:
    await check_in_care(db, who, body.patient_id, body.appointment_id)
    return await bookings.book(db, who, body, await hours.opening(db, settings), settings.lab_places)


@routes.serve(contract.list_lab_orders)
async def list_lab_orders(query: contract.LabOrderFilter, *, who: CurrentUser, db: ReadDb) -> LabOrders:
    return await bookings.list_ordered(db, who, query)


@routes.serve(contract.withdraw_lab_order, path_record=bookings.lock_for_update)
async def withdraw_lab_order(
    booking_id: Id, body: WithdrawOrder, *, who: CurrentUser, db: WriteDb, expected: IfMatch
) -> LabBooking:
    row = await bookings.lock_for_update(db, who, booking_id)
    check_version(row.version, expected)
    if row.status != LabBookingStatus.CANCELLED:
        DOCTOR_TRANSITIONS.check(LabBookingStatus(row.status), LabBookingStatus.CANCELLED)
        await bookings.set_status(db, who, row, LabBookingStatus.CANCELLED, body.reason)
    return await bookings.show(db, who, row)
