"""The columns of a referral with its patient and doctors, and the contract made of them."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlmodel import col

from careplus_clinic.specialties import names_of
from careplus_contracts.referral_letters import EnclosedChart
from careplus_contracts.referrals import Referral, ReferralLetter, ReferralStatus, Urgency
from careplus_contracts.values import NamedPatient, Person
from careplus_doctors.store.referral_access import COLLEAGUE_ID, join_receiver
from careplus_tables.accounts import AccountRow
from careplus_tables.people import doctor_name
from careplus_tables.referral_status import UNANSWERED, shown_status, visit_at
from careplus_tables.referrals import ReferralRow

# the doctor that accepts a referral to a specialty becomes its receiver
_TO_DOCTOR_ID = func.coalesce(col(ReferralRow.to_doctor_id), col(ReferralRow.accepted_by_id))


class ReferralRecord(NamedTuple):
    """One row of `REFERRAL`, in the order of its columns."""

    id: int
    reference: str
    patient_id: int
    patient_name: str
    date_of_birth: date | None
    from_doctor_id: int
    from_doctor_name: str
    to_doctor_id: int | None
    to_doctor_name: str | None
    colleague_id: int | None
    colleague_name: str | None
    to_specialty: str | None
    to_external: str | None
    reason: str
    urgency: str
    due_on: date | None
    visit_at: datetime | None
    status: str
    note: str | None
    created_at: datetime
    emergency: bool
    version: int


REFERRAL: Select[*tuple[Any, ...]] = select(
    col(ReferralRow.id),
    col(ReferralRow.reference),
    col(ReferralRow.patient_id),
    col(AccountRow.full_name),
    col(AccountRow.date_of_birth),
    col(ReferralRow.from_doctor_id),
    doctor_name(col(ReferralRow.from_doctor_id)),
    _TO_DOCTOR_ID,
    doctor_name(_TO_DOCTOR_ID),
    COLLEAGUE_ID,
    doctor_name(COLLEAGUE_ID),
    col(ReferralRow.to_specialty),
    col(ReferralRow.to_external),
    col(ReferralRow.reason),
    col(ReferralRow.urgency),
    col(ReferralRow.due_on),
    visit_at(),
    shown_status(),
    col(ReferralRow.note),
    col(ReferralRow.created_at),
    col(ReferralRow.emergency),
    col(ReferralRow.version),
).join(AccountRow, col(AccountRow.id) == col(ReferralRow.patient_id))
REFERRAL = join_receiver(REFERRAL)
"""The statement of referrals, without their enclosures; callers add the owner."""


def to_contract(row: ReferralRecord, today: date) -> Referral:
    """Return a row of `REFERRAL` as it is on this day."""
    to_doctor = None
    if row.to_doctor_id is not None and row.to_doctor_name is not None:
        to_doctor = Person(id=row.to_doctor_id, full_name=row.to_doctor_name)
    taken_over_by = None
    if row.colleague_id is not None and row.colleague_name is not None:
        taken_over_by = Person(id=row.colleague_id, full_name=row.colleague_name)
    return Referral(
        id=row.id,
        reference=row.reference,
        patient=NamedPatient(id=row.patient_id, full_name=row.patient_name, date_of_birth=row.date_of_birth),
        from_doctor=Person(id=row.from_doctor_id, full_name=row.from_doctor_name),
        to_doctor=to_doctor,
        taken_over_by=taken_over_by,
        to_specialty=row.to_specialty,
        to_specialty_names=names_of(row.to_specialty),
        to_external=row.to_external,
        reason=row.reason,
        urgency=Urgency(row.urgency),
        due_on=row.due_on,
        overdue=is_late(row.due_on, ReferralStatus(row.status), today),
        visit_at=row.visit_at,
        status=ReferralStatus(row.status),
        note=row.note,
        created_at=row.created_at,
        emergency=row.emergency,
        version=row.version,
    )


def to_letter(row: ReferralRecord, enclosed: dict[str, Any] | None, today: date) -> ReferralLetter:
    """Return a row of `REFERRAL` with its stored enclosures."""
    chart = None if enclosed is None else EnclosedChart.model_validate(enclosed)
    return ReferralLetter(**dict(to_contract(row, today)), enclosed=chart)


def is_late(due_on: date | None, status: ReferralStatus, today: date) -> bool:
    """Return whether a referral is unanswered after its due day, as `is_overdue` finds it."""
    return due_on is not None and due_on < today and status in UNANSWERED
