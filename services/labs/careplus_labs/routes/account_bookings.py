"""Reception cancels the laboratory bookings that one patient's account made."""

from careplus_contracts import booking_limits as contract
from careplus_contracts.booking_limits import CancelBookings, CancelledLabBookings
from careplus_contracts.values import Id
from careplus_labs.store.bookings import account_bookings
from careplus_runtime.http.dependencies import CurrentUser, WriteDb
from careplus_runtime.http.serving import Routes
from careplus_runtime.identity.booking_limits import find_patient

routes = Routes()


@routes.serve(contract.cancel_lab_bookings, path_record=find_patient)
async def cancel_lab_bookings(patient_id: Id, body: CancelBookings, *, who: CurrentUser, db: WriteDb) -> CancelledLabBookings:
    laboratory = await account_bookings.cancel_all(db, who, patient_id, body.reason)
    patient = await find_patient(db, who, patient_id)
    return CancelledLabBookings(patient=patient, laboratory=laboratory, reason=body.reason)
