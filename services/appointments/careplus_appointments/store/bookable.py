"""The statement that tells why a doctor's calendar is not read: no appointments, the patient's own account, or an unknown id."""

from sqlalchemy import bindparam, select
from sqlmodel import col

from careplus_contracts.appointments import DoctorIsPatient, DoctorNotBookable
from careplus_tables.accounts import AccountRow
from careplus_tables.compiled import CompiledStatement
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession
from careplus_tables.linked_records import is_patient_themself
from careplus_tables.people import is_bookable

_BOOKABLE = CompiledStatement(
    select(col(DoctorRow.specialty), is_bookable(AccountRow), is_patient_themself(col(DoctorRow.id), bindparam("patient")))
    .join(AccountRow, col(AccountRow.id) == col(DoctorRow.id))
    .where(col(DoctorRow.id) == bindparam("doctor"))
)


async def check_bookable(db: AnySession, doctor_id: int, patient_id: int) -> None:
    """Raise DoctorNotBookable for a doctor without appointments, DoctorIsPatient for the patient's; ignore other ids."""
    for specialty, bookable, is_patient in await _BOOKABLE.all(db, doctor=doctor_id, patient=patient_id):
        if not bookable:
            remedy = "Choose a colleague, cancel the appointment if it is booked already, or call the hospital."
            raise DoctorNotBookable(f"This doctor takes no appointments here. {remedy}", specialty=specialty)
        if is_patient:
            raise DoctorIsPatient("This doctor and this patient are the same person. Choose a colleague.")
