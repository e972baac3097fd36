"""Statements that find the entries of the waitlist that a free time of a doctor may fit."""

from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Select, literal, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_appointments.rules.waitlist import Wanted
from careplus_clinic.clinic_time import Span
from careplus_clinic.search_keys import equality_key
from careplus_clinic.specialties import codes_of
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import Role
from careplus_contracts.waitlist import EntryStatus
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import WriteSession
from careplus_tables.linked_records import is_patient_themself
from careplus_tables.people import IS_BOOKABLE_DOCTOR
from careplus_tables.waitlist import WaitlistEntryRow

CROSS_PATIENT = "a free time is offered to the patient that waits longest"
MOST_WAITING = 500
"""Entries that are compared with a free time; the ones that wait longer come first."""
MOST_SPECIALTIES = 500
MOST_DOCTORS = 1000
REPLACEABLE = (AppointmentStatus.BOOKED.value, AppointmentStatus.CONFIRMED.value)
"""A visit with one of these can be replaced by an offer."""
_entry, _replaced = WaitlistEntryRow, aliased(AppointmentRow)


class Waiting(NamedTuple):
    """One row of `_select`."""

    id: int
    patient_id: int
    first_day: date
    last_day: date
    weekdays: str
    from_time: str
    to_time: str
    instead_of_id: int | None
    before: datetime | None
    added_by: str
    date_of_birth: date | None
    replaced_type_id: int | None
    visit_type_id: int | None

    @property
    def born(self) -> date | None:
        """The date of birth that age limits bind; None for an entry that staff added."""
        return self.date_of_birth if self.added_by == Role.PATIENT.value else None

    def wanted(self) -> Wanted:
        """Return the times that fit."""
        days = (self.first_day, self.last_day, frozenset(self.weekdays.split(",")))
        return Wanted(*days, self.from_time, self.to_time, self.before)


class Freed(NamedTuple):
    """A time of a doctor that became free, and the patient that gave it up."""

    doctor_id: int
    span: Span
    given_up_by: int | None = None

    @classmethod
    def of(cls, row: AppointmentRow) -> "Freed":
        """Return the time of a visit before its new start is set; the doctor may be set already."""
        before: list[int] = list(sa.inspect(row).attrs.doctor_id.history.deleted)
        return cls(before[0] if before else row.doctor_id, (row.starts_at, row.ends_at), row.patient_id)


async def list_waiting(db: WriteSession, freed: Freed, days: tuple[date, date]) -> list[Waiting]:
    """Return the entries without an offer for the doctor or the specialty, longest waiting first."""
    specialties = await _specialties_of(db, freed.doctor_id)
    of_doctor = or_(col(_entry.doctor_id) == freed.doctor_id, col(_entry.specialty).in_(specialties))
    query = _select().where(of_doctor, col(_entry.first_day) <= days[1], col(_entry.last_day) >= days[0])
    # a doctor's record may wait for the specialty
    query = query.where(~is_patient_themself(literal(freed.doctor_id), col(_entry.patient_id)))
    if freed.given_up_by is not None:
        query = query.where(col(_entry.patient_id) != freed.given_up_by)
    return [Waiting(*row) for row in await db.execute(query)]


async def awaited_doctors(db: WriteSession, first: date, last: date) -> list[int]:
    """Return the ids of bookable doctors that waiting entries of these days name, by doctor or by specialty."""
    query = (
        select(col(_entry.doctor_id), col(_entry.specialty))
        .where(col(_entry.status) == EntryStatus.WAITING.value, col(_entry.offer_id).is_(None))
        .where(col(_entry.first_day) <= last, col(_entry.last_day) >= first)
        .distinct()
        .limit(MOST_WAITING)
        .execution_options(cross_patient=CROSS_PATIENT)
    )
    waited = (await db.execute(query)).all()
    if not waited:
        return []
    ids, specialties = {one.doctor_id for one in waited}, {one.specialty for one in waited if one.specialty is not None}
    doctors = (
        select(col(DoctorRow.id), col(DoctorRow.specialty))
        .join(AccountRow, col(AccountRow.id) == col(DoctorRow.id))
        .where(*IS_BOOKABLE_DOCTOR)
        .order_by(col(DoctorRow.id))
        .limit(MOST_DOCTORS)
    )
    return [
        doctor_id or 0
        for doctor_id, own in await db.execute(doctors)
        if doctor_id in ids or any(is_same_specialty(text, own) for text in specialties)
    ]


def _select() -> Select[*tuple[Any, ...]]:
    entry, replaced = _entry, _replaced
    return (
        select(
            *(col(entry.id), col(entry.patient_id), col(entry.first_day), col(entry.last_day), col(entry.weekdays)),
            *(col(entry.from_time), col(entry.to_time), col(entry.instead_of_id), col(replaced.starts_at)),
            *(col(entry.added_by), col(AccountRow.date_of_birth), col(replaced.visit_type_id)),
            col(entry.visit_type_id),
        )
        .join(AccountRow, col(AccountRow.id) == col(entry.patient_id))
        .outerjoin(replaced, col(replaced.id) == col(entry.instead_of_id))
        .where(
            *(col(entry.status) == EntryStatus.WAITING.value, col(entry.offer_id).is_(None), col(AccountRow.active)),
            or_(col(entry.instead_of_id).is_(None), col(replaced.status).in_(REPLACEABLE)),
        )
        .order_by(col(entry.created_at), col(entry.id))
        .limit(MOST_WAITING)
        .execution_options(cross_patient=CROSS_PATIENT)
    )


async def _specialties_of(db: WriteSession, doctor_id: int) -> list[str]:
    """Return the specialties that entries wait for and the doctor has, in each spelling."""
    own = (await db.execute(select(col(DoctorRow.specialty)).where(col(DoctorRow.id) == doctor_id))).scalar_one_or_none()
    if own is None:
        return []
    query = select(col(_entry.specialty)).where(
        col(_entry.status) == EntryStatus.WAITING.value, col(_entry.specialty).is_not(None)
    )
    query = query.distinct().limit(MOST_SPECIALTIES).execution_options(cross_patient=CROSS_PATIENT)
    found = (await db.execute(query)).scalars()
    return [text for text in found if text is not None and is_same_specialty(text, own)]


def is_same_specialty(one: str, other: str) -> bool:
    """Return whether two texts name one specialty: in one spelling, or by one code of the list of specialties."""
    return equality_key(one) == equality_key(other) or bool(set(codes_of(one)) & set(codes_of(other)))
