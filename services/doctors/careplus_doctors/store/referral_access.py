"""Conditions of the referrals that a patient or a doctor may read."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_contracts.endpoints import Role
from careplus_contracts.referrals import Direction, ReferralStatus
from careplus_doctors.rules import referrals as rules
from careplus_doctors.rules.referrals import Party
from careplus_runtime.identity.tokens import Identity
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession
from careplus_tables.handovers import HandoverRow
from careplus_tables.referral_status import IS_KEPT, has_visit, is_visited_at
from careplus_tables.referrals import ReferralRow


def is_own(who: Identity, direction: Direction | None = None) -> ColumnElement[bool]:
    """Return the condition of the patient's referrals, or of the ones that the doctor sent, received, or both.

    A doctor has the part of those whose work this doctor does.
    """
    if who.role is not Role.DOCTOR:
        return col(ReferralRow.patient_id) == who.id
    sent = is_or_is_done_by(col(ReferralRow.from_doctor_id), who.id)
    received = or_(is_received(who), _open_to(who), is_visited_at(who.id))
    return {Direction.SENT: sent, Direction.RECEIVED: received, None: or_(sent, received)}[direction]


def is_received(who: Identity) -> ColumnElement[bool]:
    """Return the condition of referrals to this doctor by name, or to one whose work this doctor does."""
    to, accepted_by = col(ReferralRow.to_doctor_id), col(ReferralRow.accepted_by_id)
    return or_(is_or_is_done_by(to, who.id), is_or_is_done_by(accepted_by, who.id))


async def parties(db: AnySession, who: Identity, row: ReferralRow) -> list[Party]:
    """Return the parts that the doctor has in a referral, with the ones of doctors whose work the doctor does."""
    sends, receives = is_own(who, Direction.SENT), is_received(who)
    query = select(sends, func.coalesce(receives, False)).where(col(ReferralRow.id) == row.id, is_own(who))
    is_sender, is_receiver = (await db.execute(query)).one()
    return rules.parties(is_sender=is_sender, is_receiver=is_receiver, is_outside=row.to_external is not None)


LEFT = aliased(HandoverRow)
"""The handover of the receiver's work, for a statement with `join_receiver`."""
_RECEIVER_ID = func.coalesce(col(ReferralRow.accepted_by_id), col(ReferralRow.to_doctor_id))
COLLEAGUE_ID = func.coalesce(
    col(LEFT.colleague_id),
    # the doctor that accepted it in the place of one that left has it from then on
    case((col(ReferralRow.accepted_by_id) != col(ReferralRow.to_doctor_id), col(ReferralRow.accepted_by_id))),
)
"""The column of the colleague who does the work of the doctor that a referral was sent to; null for most referrals."""


def join_receiver(query: Select[Any]) -> Select[Any]:
    """Return the statement of referrals with the handover of the receiver's work, if any."""
    return query.outerjoin(LEFT, col(LEFT.doctor_id) == _RECEIVER_ID)


def _open_to(who: Identity) -> ColumnElement[bool]:
    """Return the condition of referrals to the doctor's specialty that another doctor sent, and that wait for an answer.

    No doctor has accepted them, and none has a visit that answers them. Declined ones are included, so that the doctor that
    declined one can still read it.
    """
    specialty = select(col(DoctorRow.specialty_key)).where(col(DoctorRow.id) == who.id).scalar_subquery()
    return and_(
        col(ReferralRow.to_specialty_key) == specialty,
        # coalesce keeps the planner off the index of accepted_by_id, where most values are null
        func.coalesce(col(ReferralRow.accepted_by_id), 0) == 0,
        col(ReferralRow.status).in_((ReferralStatus.SENT.value, ReferralStatus.DECLINED.value)),
        col(ReferralRow.from_doctor_id) != who.id,
        ~has_visit(IS_KEPT),
    )
