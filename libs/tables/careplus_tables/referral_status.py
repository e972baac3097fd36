"""The status of a referral as people read it: the stored one, or one derived from the visit that answers it.

Appointments writes visits and doctors writes referrals, so the status is computed when it is read: a visit books its referral, a
completed one closes it, and one that is cancelled or missed opens it again.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.referrals import ReferralStatus
from careplus_tables.appointments import FREE_AGAIN, AppointmentRow
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.doctors import DoctorRow
from careplus_tables.referrals import ReferralRow

R = ReferralStatus
UNANSWERED = (R.SENT, R.ACCEPTED, R.BOOKED)
"""The patient still waits; such a referral is overdue after its due day."""
_visit, _profile = aliased(AppointmentRow), aliased(DoctorRow)


def has_visit(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return the condition of referrals with a visit that answers them, with conditions of that visit."""
    return sa.exists().where(
        col(_visit.referral_id) == col(ReferralRow.id), col(_visit.patient_id) == col(ReferralRow.patient_id), *conditions
    )


IS_KEPT = col(_visit.status).not_in([status.value for status in FREE_AGAIN])
"""The condition of `has_visit` that the visit is neither cancelled nor missed."""
_IS_COMPLETED = col(_visit.status) == AppointmentStatus.COMPLETED.value


def is_visited_at(doctor_id: int) -> sa.ColumnElement[bool]:
    """Return the condition of referrals that a visit to this doctor answers."""
    # not correlated, so that an index finds the referrals
    answered = sa.select(col(_visit.referral_id)).where(col(_visit.doctor_id) == doctor_id, IS_KEPT)
    result: sa.ColumnElement[bool] = col(ReferralRow.id).in_(answered.where(col(_visit.referral_id).is_not(None)))
    return result


def shown_status() -> sa.ColumnElement[str]:
    """Return the column of the status of referrals."""
    stored = col(ReferralRow.status)
    return sa.case(
        (sa.and_(stored.in_(_values((*UNANSWERED, R.SEEN))), has_visit(_IS_COMPLETED)), R.CLOSED.value),
        (sa.and_(stored.in_(_values(UNANSWERED)), has_visit(IS_KEPT)), R.BOOKED.value),
        (sa.and_(stored == R.BOOKED.value, has_visit()), R.ACCEPTED.value),
        else_=stored,
    )


def is_any_of(statuses: Iterable[ReferralStatus]) -> sa.ColumnElement[bool]:
    """Return the condition of referrals with one of these statuses."""
    return shown_status().in_(_values(statuses))


def is_overdue(today: date) -> sa.ColumnElement[bool]:
    """Return the condition of referrals that are unanswered after their due day."""
    return sa.and_(col(ReferralRow.due_on) < today, is_any_of(UNANSWERED))


def visit_at() -> sa.ColumnElement[Any]:
    """Return the column of the start of the visit that answers a referral; null without one."""
    return (
        sa.select(sa.func.max(col(_visit.starts_at)))
        .where(col(_visit.referral_id) == col(ReferralRow.id), col(_visit.patient_id) == col(ReferralRow.patient_id), IS_KEPT)
        .scalar_subquery()
    )


def is_addressed_to(doctor_id: int) -> sa.ColumnElement[bool]:
    """Return the condition of referrals that a visit to this doctor answers.

    They were sent to the doctor or one that the doctor replaces, accepted by one of them, or sent to the doctor's specialty and
    accepted by no other doctor.
    """
    specialty = sa.select(col(_profile.specialty_key)).where(col(_profile.id) == doctor_id).scalar_subquery()
    accepted_by = col(ReferralRow.accepted_by_id)
    return sa.or_(
        is_or_is_done_by(col(ReferralRow.to_doctor_id), doctor_id),
        is_or_is_done_by(accepted_by, doctor_id),
        sa.and_(col(ReferralRow.to_specialty_key) == specialty, accepted_by.is_(None)),
    )


def _values(statuses: Iterable[ReferralStatus]) -> list[str]:
    return [status.value for status in statuses]
