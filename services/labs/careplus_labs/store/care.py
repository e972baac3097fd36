"""Whether a patient is in a doctor's care."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
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


def in_care(who: Identity, patient_id: Any) -> ColumnElement[bool]:
    """A visit to the doctor that is not cancelled, or a referral that the doctor accepted."""
    visited = exists().where(
        _visits(who, patient_id),
        col(AppointmentRow.status) != AppointmentStatus.CANCELLED.value,
    )
    referred = exists().where(
        col(ReferralRow.patient_id) == patient_id,
        col(ReferralRow.accepted_by_id) == who.id,
        col(ReferralRow.status).in_(TAKEN_ON),
    )
    return or_(visited, referred)


async def check_in_care(db: AsyncSession, who: Identity, patient_id: int, appointment_id: int | None) -> None:
    """Raise NotFound unless the patient is in the doctor's care and the appointment, if given, is one of theirs."""
    query = select(col(AccountRow.id)).where(
        col(AccountRow.id) == patient_id,
        col(AccountRow.role) == Role.PATIENT.value,
        in_care(who, patient_id),
    )
    if appointment_id is not None:
        query = query.where(exists().where(_visits(who, patient_id), col(AppointmentRow.id) == appointment_id))
    if (await db.execute(query)).first() is None:
        raise NotFound(NOTHING_HERE)


def _visits(who: Identity, patient_id: Any) -> ColumnElement[bool]:
    return and_(col(AppointmentRow.patient_id) == patient_id, col(AppointmentRow.doctor_id) == who.id)
