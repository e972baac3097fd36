"""Reception cancels the bookings of one patient's account."""

from fastapi import Request

from careplus_appointments.lab_bookings import cancel_lab_bookings
from careplus_appointments.store import account_bookings
from careplus_contracts import booking_limits as contract
from careplus_contracts.booking_limits import AccountBookings, CancelBookings, CancelledBookings
from careplus_contracts.values import Id
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb, WriteDb
from careplus_runtime.http.serving import Routes
from careplus_runtime.identity.booking_limits import find_patient

routes = Routes()


@routes.serve(contract.list_account_bookings)
async def list_account_bookings(patient_id: Id, *, who: CurrentUser, db: ReadDb) -> AccountBookings:
    return await account_bookings.list_all(db, who, patient_id)


@routes.serve(contract.cancel_bookings, path_record=find_patient)
async def cancel_bookings(
    patient_id: Id, body: CancelBookings, *, who: CurrentUser, db: WriteDb, settings: AppSettings, request: Request
) -> CancelledBookings:
    # the transaction begins with the first statement, so none is open during the call to labs
    laboratory = await cancel_lab_bookings(request, settings, patient_id, body)
    visits = await account_bookings.cancel_all(db, who, patient_id, body.reason)
    patient = await find_patient(db, who, patient_id)
    return CancelledBookings(patient=patient, visits=visits, laboratory=laboratory, reason=body.reason)
