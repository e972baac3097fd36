"""Statements about the visit of a check-in code."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_appointments.rules import check_in as rules
from careplus_appointments.rules import screens as screen_rules
from careplus_appointments.store import appointments, screens
from careplus_clinic.clinic_time import Span
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.check_in import CheckInState, CheckInVisit, InvalidCheckInCode
from careplus_contracts.endpoints import Role
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.people import display_name

CROSS_PATIENT = "the code of a visit is its patient's, who is not signed in"
UNKNOWN = "This check-in code is not valid. Go to the desk, or open the page of your visit for its present code."
_visit, _patient, _doctor = AppointmentRow, aliased(AccountRow), aliased(AccountRow)


class People(NamedTuple):
    """The patient's reference, and the doctor's name and room."""

    reference: str
    doctor: str
    room: str | None


async def of_code(db: AnySession, code: str) -> AppointmentRow:
    """Return the visit of a code, locked until the transaction ends (PostgreSQL). Raise InvalidCheckInCode."""
    query = select(_visit).where(col(_visit.check_in_code) == code).with_for_update()
    row = (await db.execute(query.execution_options(cross_patient=CROSS_PATIENT))).scalar_one_or_none()
    if row is None:
        raise InvalidCheckInCode(UNKNOWN)
    return row


async def show(db: AnySession, row: AppointmentRow, day: Span, span: Span, now: datetime) -> CheckInVisit:
    """Return the visit of a code as the phone of its patient shows it."""
    people = await _people_of(db, row)
    # the visit itself is not among them after it was cancelled
    references = {*await screens.references_of_day(db, day), people.reference}
    return CheckInVisit(
        tail=screen_rules.tails(references)[people.reference],
        starts_at=row.starts_at,
        doctor=people.doctor,
        room=people.room or row.place,
        state=rules.state_of(AppointmentStatus(row.status), span, now),
        opens_at=span[0],
        closes_at=span[1],
    )


async def arrive(db: WriteSession, row: AppointmentRow, state: CheckInState) -> None:
    """Mark the patient as arrived, once."""
    if state not in rules.HERE:
        await appointments.set_status(db, row, AppointmentStatus.ARRIVED, Role.PATIENT)


async def _people_of(db: AnySession, row: AppointmentRow) -> People:
    query = (
        select(col(_patient.reference), display_name(_doctor), col(DoctorRow.room))
        .select_from(_patient)
        .join(_doctor, col(_doctor.id) == row.doctor_id)
        .outerjoin(DoctorRow, col(DoctorRow.id) == col(_doctor.id))
        .where(col(_patient.id) == row.patient_id)
    )
    return People(*(await db.execute(query)).one())
