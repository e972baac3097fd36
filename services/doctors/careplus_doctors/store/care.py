"""Whether a patient is in a doctor's care."""

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import Role
from careplus_contracts.referrals import ReferralStatus
from careplus_contracts.refusals import NotFound
from careplus_runtime.problems import NOTHING_HERE
from careplus_runtime.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.referrals import ReferralRow

TAKEN_ON = tuple(status.value for status in (ReferralStatus.ACCEPTED, ReferralStatus.BOOKED, ReferralStatus.SEEN))


async def check_in_care(db: AsyncSession, who: Identity, patient_id: int, appointment_id: int | None = None) -> None:
    """Raise NotFound unless this is a patient with a visit to the doctor, or with a referral that the doctor accepted.

    A visit counts unless it is cancelled. `appointment_id`, if given, must be a visit of this patient to this doctor.
    """
    visits = and_(col(AppointmentRow.patient_id) == patient_id, col(AppointmentRow.doctor_id) == who.id)
    visited = exists().where(visits, col(AppointmentRow.status) != AppointmentStatus.CANCELLED.value)
    referred = exists().where(
        col(ReferralRow.patient_id) == patient_id,
        col(ReferralRow.accepted_by_id) == who.id,
        col(ReferralRow.status).in_(TAKEN_ON),
    )
    patient = select(col(AccountRow.id)).where(
        col(AccountRow.id) == patient_id, col(AccountRow.role) == Role.PATIENT.value, or_(visited, referred)
    )
    if appointment_id is not None:
        patient = patient.where(exists().where(visits, col(AppointmentRow.id) == appointment_id))
    if (await db.execute(patient)).first() is None:
        raise NotFound(NOTHING_HERE)
