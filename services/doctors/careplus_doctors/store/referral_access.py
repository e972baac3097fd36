"""Conditions of the referrals that a patient or a doctor may read."""

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import col

from careplus_contracts.endpoints import Role
from careplus_contracts.referrals import Direction, ReferralStatus
from careplus_runtime.identity.tokens import Identity
from careplus_tables.doctors import DoctorRow
from careplus_tables.referrals import ReferralRow


def is_own(who: Identity, direction: Direction | None = None) -> ColumnElement[bool]:
    """Return the condition of the patient's referrals, or of the ones that the doctor sent, received, or both."""
    if who.role is not Role.DOCTOR:
        return col(ReferralRow.patient_id) == who.id
    sent = col(ReferralRow.from_doctor_id) == who.id
    received = or_(col(ReferralRow.to_doctor_id) == who.id, col(ReferralRow.accepted_by_id) == who.id, _open_to(who))
    return {Direction.SENT: sent, Direction.RECEIVED: received, None: or_(sent, received)}[direction]


def _open_to(who: Identity) -> ColumnElement[bool]:
    """Return the condition of referrals to the doctor's specialty that another doctor sent and none has accepted.

    Declined ones are included, so that the doctor that declined one can still read it.
    """
    specialty = select(col(DoctorRow.specialty_key)).where(col(DoctorRow.id) == who.id).scalar_subquery()
    return and_(
        col(ReferralRow.to_specialty_key) == specialty,
        # coalesce keeps the planner off the index of accepted_by_id, where most values are null
        func.coalesce(col(ReferralRow.accepted_by_id), 0) == 0,
        col(ReferralRow.status).in_((ReferralStatus.SENT.value, ReferralStatus.DECLINED.value)),
        col(ReferralRow.from_doctor_id) != who.id,
    )
