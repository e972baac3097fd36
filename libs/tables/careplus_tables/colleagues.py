"""Conditions of handed-over work: the doctors that can no longer act, and the colleague of each."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_contracts.endpoints import Role
from careplus_tables.accounts import AccountRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.handovers import HandoverRow

# made once, because aliased() costs more than the statement
_row, _profile, _own_profile, _peer, _account = (
    *(aliased(HandoverRow), aliased(DoctorRow), aliased(DoctorRow), aliased(DoctorRow), aliased(AccountRow)),
)
_doer = aliased(AccountRow)


def handed_to(doctor_id: Any) -> sa.Select[int]:
    """Return a select of the doctors that handed their work over to this doctor by name."""
    return sa.select(col(_row.doctor_id)).where(col(_row.colleague_id) == doctor_id)


def done_by(doctor_id: Any) -> sa.Select[int]:
    """Return a select of the doctors that this doctor replaces.

    It was handed over, or has no owner and is of the same specialty, or of one in which no doctor is left.
    """
    return sa.select(col(_row.doctor_id)).where(is_done_by(_row, doctor_id))


def is_done_by(row: type[HandoverRow], doctor_id: Any) -> sa.ColumnElement[bool]:
    """Return the condition of the handovers of doctors that this doctor replaces."""
    own, theirs = _specialty(_own_profile, doctor_id), _specialty(_profile, col(row.doctor_id))
    # a join, because a subquery in this one would not correlate to the row
    has_peers = (
        sa.exists()
        .where(col(_profile.id) == col(row.doctor_id), col(_peer.specialty_key) == col(_profile.specialty_key))
        .where(col(_account.id) == col(_peer.id), col(_account.active), col(_account.role) == Role.DOCTOR.value)
    )
    without_owner = sa.and_(col(row.colleague_id).is_(None), sa.or_(theirs == own, sa.not_(has_peers)))
    return sa.or_(col(row.colleague_id) == doctor_id, without_owner)


def is_or_is_done_by(owner: Any, doctor_id: Any) -> sa.ColumnElement[bool]:
    """Return the condition that the column names this doctor, or a doctor that this doctor replaces."""
    result: sa.ColumnElement[bool] = sa.or_(owner == doctor_id, owner.in_(done_by(doctor_id)))
    return result


def doctors_that_do(owner_id: int) -> sa.Select[Any]:
    """Return a select of the doctors that do the work of this one: the doctor, the named colleague, or every possible one."""
    is_doctor = (col(_doer.active), col(_doer.role) == Role.DOCTOR.value)
    is_own = col(_doer.id) == owner_id
    is_taken = sa.exists().where(col(_row.doctor_id) == owner_id, is_done_by(_row, col(_doer.id)))
    return sa.select(col(_doer.id)).where(*is_doctor, sa.or_(is_own, is_taken)).order_by(col(_doer.id))


def _specialty(profile: type[DoctorRow], doctor_id: Any) -> sa.ScalarSelect[str]:
    return sa.select(col(profile.specialty_key)).where(col(profile.id) == doctor_id).scalar_subquery()
