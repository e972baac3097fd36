"""Whether a patient is in a doctor's care, or their chart open to the doctor in an emergency."""

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

TAKEN_ON = tuple(status.value for status in (ReferralStatus.ACCEPTED, ReferralStatus.BOOKED, ReferralStatus.SEEN))


def patients_in_care(who: Identity, patient_id: int | None = None) -> CompoundSelect[Any]:
    """The ids of patients with a visit to the doctor that is not cancelled, a referral that the doctor accepted, or a chart that
    is open to the doctor for an hour.

    `patient_id` asks about one of them only. Whatever else opens a chart is one more select of this union.
    """
    # names of their own, so that a statement about visits or referrals may ask too
    visit, referral, access = aliased(AppointmentRow), aliased(ReferralRow), aliased(ChartAccessRow)
    visited = select(col(visit.patient_id)).where(
        col(visit.doctor_id) == who.id, col(visit.status) != AppointmentStatus.CANCELLED.value
    )
    referred = select(col(referral.patient_id)).where(col(referral.accepted_by_id) == who.id, col(referral.status).in_(TAKEN_ON))
    opened = select(col(access.patient_id)).where(col(access.doctor_id) == who.id, col(access.until) > now())
    if patient_id is not None:
        visited = visited.where(col(visit.patient_id) == patient_id)
        referred = referred.where(col(referral.patient_id) == patient_id)
        opened = opened.where(col(access.patient_id) == patient_id)
    return union(visited, referred, opened)


async def check_in_care(db: AsyncSession, who: Identity, patient_id: int, appointment_id: int | None = None) -> None:
    """Raise NotFound unless the patient is in the doctor's care and the appointment, if given, is a visit of theirs."""
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
