"""Conditions of absent doctors: accounts that can no longer act, and time off of today."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_contracts.endpoints import Role
from careplus_tables.accounts import AccountRow
from careplus_tables.availability import TimeOffRow

# made once, because aliased() costs more than the statement
_off, _account = aliased(TimeOffRow), aliased(AccountRow)


class Now(NamedTuple):
    """The present instant, and the end of the clinic's day."""

    at: datetime
    day_end: datetime


def is_off(doctor_id: Any, now: Now) -> sa.ColumnElement[bool]:
    """Return the condition of doctors with time off that has begun and lasts to the end of the clinic's day or longer."""
    covers = (col(_off.starts_at) <= now.at, col(_off.ends_at) >= now.day_end)
    return sa.exists().where(col(_off.doctor_id) == doctor_id, *covers)


def is_away(doctor_id: Any, now: Now) -> sa.ColumnElement[bool]:
    """Return the condition of doctors that are off, have a closed account, or have another role now."""
    can_act = (col(_account.active), col(_account.role) == Role.DOCTOR.value)
    return sa.or_(is_off(doctor_id, now), ~sa.exists().where(col(_account.id) == doctor_id, *can_act))
