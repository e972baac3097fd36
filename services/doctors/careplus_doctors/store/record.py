"""Statements of the patient's summary. Each is bounded, however long the patient's history."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlmodel import col

from careplus_clinic.clinic_time import local_date
from careplus_contracts.appointments import Appointment, AppointmentStatus
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.prescriptions import PrescriptionStatus
from careplus_contracts.record import Summary, Task
from careplus_contracts.referrals import ReferralStatus
from careplus_contracts.results import ResultStatus
from careplus_doctors.rules import record as rules
from careplus_doctors.store.referral_access import COLLEAGUE_ID, join_receiver
from careplus_runtime.identity.tokens import Identity
from careplus_tables.appointments import FREE_FOR_PATIENT, LONGEST_VISIT_HOURS, AppointmentRow
from careplus_tables.engine import ReadSession
from careplus_tables.labs import LabBookingRow, LabBookingTestRow, LabResultRow, LabTestRow
from careplus_tables.people import doctor_name
from careplus_tables.prescriptions import PrescriptionItemRow, PrescriptionRow, status_on
from careplus_tables.referral_status import UNANSWERED, is_any_of, shown_status
from careplus_tables.referrals import ReferralRow
from careplus_tables.refills import RefillItemRow, RefillRow
from careplus_tables.visit_records import VisitRecord, appointment_members, select_visits

OVER = tuple(s.value for s in (AppointmentStatus.COMPLETED, *FREE_FOR_PATIENT))


async def summary(db: ReadSession, who: Identity, zone: ZoneInfo, now: datetime) -> Summary:
    """Return the patient's next visit, tasks and counts."""
    today = local_date(now, zone)
    counts = (await db.execute(_counts(who, now, today))).one()
    tasks = [
        *await _results(db, who, now),
        *await _referrals(db, who, zone),
        *await _prescriptions(db, who, today, zone),
        *await _lab_visits(db, who, now),
        *await _refills(db, who, now),
    ]
    return Summary(
        next_appointment=await _next_appointment(db, who, now),
        to_do=rules.most_urgent(tasks, now),
        upcoming_appointments=counts.upcoming,
        active_prescriptions=counts.prescriptions,
        open_referrals=counts.referrals,
        released_results=counts.results,
    )


def _upcoming(who: Identity, now: datetime) -> ColumnElement[bool]:
    return and_(
        col(AppointmentRow.patient_id) == who.id,
        # a visit that began earlier has ended; the bound spares reading the index from the patient's first visit on
        col(AppointmentRow.starts_at) > now - timedelta(hours=LONGEST_VISIT_HOURS),
        col(AppointmentRow.ends_at) > now,
        col(AppointmentRow.status).not_in(OVER),
    )


def _counts(who: Identity, now: datetime, today: date) -> Select[*tuple[Any, ...]]:
    def count(name: str, *where: ColumnElement[bool]) -> ColumnElement[int]:
        return select(func.count()).where(*where).scalar_subquery().label(name)

    active = status_on(today) == PrescriptionStatus.ACTIVE.value
    released = col(LabResultRow.status) == ResultStatus.RELEASED.value
    return select(
        count("upcoming", _upcoming(who, now)),
        count("prescriptions", col(PrescriptionRow.patient_id) == who.id, active),
        count("referrals", col(ReferralRow.patient_id) == who.id, is_any_of(UNANSWERED)),
        count("results", col(LabResultRow.patient_id) == who.id, released),
    )


async def _next_appointment(db: ReadSession, who: Identity, now: datetime) -> Appointment | None:
    query = select_visits().where(_upcoming(who, now)).order_by(col(AppointmentRow.starts_at), col(AppointmentRow.id))
    row = (await db.execute(query.limit(1))).first()
    return None if row is None else Appointment.model_validate(appointment_members(VisitRecord(*row)))


async def _results(db: ReadSession, who: Identity, now: datetime) -> list[Task]:
    released_at, corrected_at = col(LabResultRow.released_at), col(LabResultRow.corrected_at)
    newest = case((corrected_at > released_at, corrected_at), else_=released_at)
    query: Select[*tuple[Any, ...]] = (
        select(col(LabResultRow.id), col(LabTestRow.name), col(LabResultRow.released_at), col(LabResultRow.corrected_at))
        .join(LabTestRow, col(LabTestRow.code) == col(LabResultRow.test_code))
        .where(col(LabResultRow.patient_id) == who.id, col(LabResultRow.status) == ResultStatus.RELEASED.value)
        .where(newest > now - rules.NEW_FOR)
        .order_by(newest.desc(), col(LabResultRow.id).desc())
    )
    return [rules.result_task(*row) for row in await db.execute(query.limit(rules.LONGEST_LIST))]


async def _referrals(db: ReadSession, who: Identity, zone: ZoneInfo) -> list[Task]:
    """Return tasks for accepted referrals, and for sent ones to one doctor, which need no acceptance to book."""
    to_doctor = doctor_name(func.coalesce(COLLEAGUE_ID, col(ReferralRow.to_doctor_id), col(ReferralRow.accepted_by_id)))
    query: Select[*tuple[Any, ...]] = (
        select(col(ReferralRow.id), to_doctor, col(ReferralRow.to_specialty))
        .add_columns(col(ReferralRow.due_on), col(ReferralRow.created_at))
        .where(
            col(ReferralRow.patient_id) == who.id,
            or_(
                shown_status() == ReferralStatus.ACCEPTED.value,
                and_(shown_status() == ReferralStatus.SENT.value, col(ReferralRow.to_doctor_id).is_not(None)),
            ),
        )
        .order_by(col(ReferralRow.id).desc())
    )
    return [rules.referral_task(*row, zone=zone) for row in await db.execute(join_receiver(query).limit(rules.LONGEST_LIST))]


async def _prescriptions(db: ReadSession, who: Identity, today: date, zone: ZoneInfo) -> list[Task]:
    """Return tasks for active prescriptions that end soon, in the order of their last days."""
    last_day = col(PrescriptionRow.last_day)
    ending = (
        select(col(PrescriptionRow.id), last_day)
        .where(col(PrescriptionRow.patient_id) == who.id, status_on(today) == PrescriptionStatus.ACTIVE.value)
        .where(last_day <= today + rules.ENDING_WITHIN)
        .order_by(last_day, col(PrescriptionRow.id))
        .limit(rules.LONGEST_LIST)
        .subquery()
    )
    query: Select[*tuple[Any, ...]] = (
        select(ending.c.id, ending.c.last_day, col(PrescriptionItemRow.medicine), col(PrescriptionItemRow.duration_days))
        .join(PrescriptionItemRow, col(PrescriptionItemRow.prescription_id) == ending.c.id)
        .order_by(ending.c.id, col(PrescriptionItemRow.position))
    )
    return rules.prescription_tasks((rules.EndingItem(*row) for row in await db.execute(query)), zone=zone)


async def _lab_visits(db: ReadSession, who: Identity, now: datetime) -> list[Task]:
    """Return tasks for upcoming bookings, and for orders without a time."""
    booking_id, starts_at = col(LabBookingRow.id), col(LabBookingRow.starts_at)
    query: Select[*tuple[Any, ...]] = (
        select(booking_id, func.min(LabTestRow.name), func.count(), starts_at)
        .join(LabBookingTestRow, col(LabBookingTestRow.booking_id) == col(LabBookingRow.id))
        .join(LabTestRow, col(LabTestRow.code) == col(LabBookingTestRow.test_code))
        .where(col(LabBookingRow.patient_id) == who.id, col(LabBookingRow.status) == LabBookingStatus.BOOKED.value)
        .where(or_(col(LabBookingRow.starts_at).is_(None), col(LabBookingRow.starts_at) > now))
        .group_by(booking_id, starts_at)
        .order_by(starts_at, booking_id)
    )
    return [rules.lab_task(*row) for row in await db.execute(query.limit(rules.LONGEST_LIST))]


async def _refills(db: ReadSession, who: Identity, now: datetime) -> list[Task]:
    """Return tasks for answers of doctors, with the first medicine of each request."""
    new_id, first = col(RefillRow.renewed_as_id), func.min(RefillItemRow.position)
    position = select(first).where(col(RefillItemRow.refill_id) == col(RefillRow.id)).correlate(RefillRow).scalar_subquery()
    query: Select[*tuple[Any, ...]] = (
        select(func.coalesce(new_id, col(RefillRow.prescription_id)), col(PrescriptionItemRow.medicine))
        .add_columns(col(RefillRow.answered_at), new_id.is_not(None))
        .join(PrescriptionItemRow, col(PrescriptionItemRow.prescription_id) == col(RefillRow.prescription_id))
        .where(col(RefillRow.patient_id) == who.id, col(RefillRow.answered_at) > now - rules.ANSWERED_FOR)
        .where(col(RefillRow.answered_by_id) != who.id, col(PrescriptionItemRow.position) == position)
        .order_by(col(RefillRow.id).desc())
    )
    rows = await db.execute(query.limit(rules.LONGEST_LIST))
    return [rules.refill_task(id_, medicine, at, prescribed=bool(new)) for id_, medicine, at, new in rows]
