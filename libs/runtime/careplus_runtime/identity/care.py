"""The care relationship: the patients that a doctor treats or has emergency access to."""

from typing import Any

from sqlalchemy import CompoundSelect, and_, exists, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import Role
from careplus_contracts.referrals import ReferralStatus
from careplus_contracts.refusals import NotFound
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.charts import ChartAccessRow
from careplus_tables.referrals import ReferralRow

ACCEPTED = tuple(status.value for status in (ReferralStatus.ACCEPTED, ReferralStatus.BOOKED, ReferralStatus.SEEN))


def patients_in_care(who: Identity, patient_id: int | None = None) -> CompoundSelect[Any]:
    """Return a select of the ids of patients in the doctor's care.

    They have a visit that is not cancelled, a referral that the doctor accepted, or a chart that the doctor opened less than an
    hour ago.
    `patient_id` restricts it to one patient. A new reason for access is one more select of this union.
    """
    # aliases, so that a statement about visits or referrals can contain this select
    visit, referral, access = aliased(AppointmentRow), aliased(ReferralRow), aliased(ChartAccessRow)
    visited = select(col(visit.patient_id)).where(
        col(visit.doctor_id) == who.id, col(visit.status) != AppointmentStatus.CANCELLED.value
    )
    referred = select(col(referral.patient_id)).where(col(referral.accepted_by_id) == who.id, col(referral.status).in_(ACCEPTED))
    opened = select(col(access.patient_id)).where(col(access.doctor_id) == who.id, col(access.until) > now())
    if patient_id is not None:
        visited = visited.where(col(visit.patient_id) == patient_id)
        referred = referred.where(col(referral.patient_id) == patient_id)
        opened = opened.where(col(access.patient_id) == patient_id)
    return union(visited, referred, opened)


async def check_in_care(db: AsyncSession, who: Identity, patient_id: int, appointment_id: int | None = None) -> None:
    """Raise NotFound unless the patient is in the doctor's care and the appointment, if any, is their visit to this doctor."""
    patient = select(col(AccountRow.id)).where(
        col(AccountRow.id) == patient_id,
        col(AccountRow.role) == Role.PATIENT.value,
        col(AccountRow.id).in_(patients_in_care(who, patient_id)),
    )
    if appointment_id is not None:
        theirs = and_(col(AppointmentRow.patient_id) == patient_id, col(AppointmentRow.doctor_id) == who.id)
        patient = patient.where(exists().where(theirs, col(AppointmentRow.id) == appointment_id))
    if (await db.execute(patient)).first() is None:
        raise NotFound(NOTHING_HERE)
