"""How doctors are named in answers."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_tables.accounts import AccountRow
from careplus_tables.doctors import DoctorRow


def doctor_name(doctor_id: sa.ColumnExpressionArgument[Any]) -> sa.ColumnElement[str | None]:
    """The name on the doctor's profile, else on their account; null for no doctor."""
    profile, account = aliased(DoctorRow), aliased(AccountRow)
    return sa.func.coalesce(
        sa.select(col(profile.full_name)).where(col(profile.id) == doctor_id).scalar_subquery(),
        sa.select(col(account.full_name)).where(col(account.id) == doctor_id).scalar_subquery(),
    )
