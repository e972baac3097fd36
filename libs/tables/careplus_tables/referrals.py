"""Referrals. Written by doctors."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_clinic.search_keys import equality_key
from careplus_contracts.referrals import ReferralStatus, Urgency
from careplus_tables.columns import BigId, InstantColumn, KeyText, one_of
from careplus_tables.derived import derived

OWNER = "doctors"


def _specialty_key(to_specialty: str | None) -> str | None:
    return None if to_specialty is None else equality_key(to_specialty)


class ReferralRow(SQLModel, table=True):
    """A doctor's referral of a patient to a doctor, a specialty or an external provider."""

    __tablename__ = "referrals"
    __table_args__ = (
        one_of("status", ReferralStatus),
        one_of("urgency", Urgency),
        sa.CheckConstraint(
            "CASE WHEN to_doctor_id IS NULL THEN 0 ELSE 1 END + CASE WHEN to_specialty IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN to_external IS NULL THEN 0 ELSE 1 END = 1",
            name="one_target_v1",
        ),
        sa.Index("ix_referrals_patient_id_id", "patient_id", "id"),
        sa.Index("ix_referrals_from_doctor_id_id", "from_doctor_id", "id"),
        sa.Index("ix_referrals_to_doctor_id_id", "to_doctor_id", "id"),
        sa.Index("ix_referrals_accepted_by_id_id", "accepted_by_id", "id"),
        sa.Index("ix_referrals_to_specialty_key_id", "to_specialty_key", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    reference: str = Field(unique=True)
    patient_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    from_doctor_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    to_doctor_id: int | None = Field(foreign_key="accounts.id", sa_type=BigId)
    accepted_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
    to_specialty: str | None
    to_specialty_key: str | None = Field(default=None, sa_type=KeyText, sa_column_kwargs=derived(_specialty_key, "to_specialty"))
    to_external: str | None
    reason: str
    urgency: str
    due_on: date | None
    status: str = Field(default=ReferralStatus.SENT.value)
    note: str | None = Field(default=None)
    enclosed: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))
    created_at: datetime = Field(sa_type=InstantColumn)
    emergency: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    version: int = Field(default=1)
