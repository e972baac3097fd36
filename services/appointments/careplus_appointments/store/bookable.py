"""The statement that tells doctors without appointments from unknown ids."""

from sqlalchemy import bindparam, select
from sqlmodel import col

from careplus_contracts.appointments import DoctorNotBookable
from careplus_tables.accounts import AccountRow
from careplus_tables.compiled import CompiledStatement
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession
from careplus_tables.people import is_bookable

_BOOKABLE = CompiledStatement(
    select(col(DoctorRow.specialty), is_bookable(AccountRow))
    .join(AccountRow, col(AccountRow.id) == col(DoctorRow.id))
    .where(col(DoctorRow.id) == bindparam("doctor"))
)


async def check_bookable(db: AnySession, doctor_id: int) -> None:
    """Raise DoctorNotBookable if the id is of a doctor without appointments; ignore other ids."""
    for specialty, bookable in await _BOOKABLE.all(db, doctor=doctor_id):
        if not bookable:
            remedy = "Choose a colleague, cancel the appointment if it is booked already, or call the hospital."
            raise DoctorNotBookable(f"This doctor takes no appointments here. {remedy}", specialty=specialty)
