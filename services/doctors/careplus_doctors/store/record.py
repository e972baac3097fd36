"""Statements of the patient's summary. Each is bounded, however long the patient's history."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, BindParameter, ColumnElement, Date, Select, and_, bindparam, case, func, or_, select
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
from careplus_tables.columns import InstantColumn
from careplus_tables.compiled import CompiledStatement, literal_limit
from careplus_tables.engine import ReadSession
from careplus_tables.labs import LabBookingRow, LabBookingTestRow, LabResultRow, LabTestRow
from careplus_tables.people import doctor_name
from careplus_tables.prescriptions import PrescriptionItemRow, PrescriptionRow, status_on
from careplus_tables.referral_status import UNANSWERED, is_any_of, shown_status
from careplus_tables.referrals import ReferralRow
from careplus_tables.refills import RefillItemRow, RefillRow
from careplus_tables.visit_records import VisitRecord, appointment_members, select_visits

OVER = tuple(s.value for s in (AppointmentStatus.COMPLETED, *FREE_FOR_PATIENT))


_who: BindParameter[int] = bindparam("who", type_=BigInteger())
_today: BindParameter[date] = bindparam("today", type_=Date())
_now, _begun, _new_since, _answered_since = (
    bindparam(name, type_=InstantColumn()) for name in ("now", "begun", "new_since", "answered_since")
)
_is_upcoming = and_(
    col(AppointmentRow.patient_id) == _who,
    # a visit that began earlier has ended; the bound spares reading the index from the patient's first visit on
    col(AppointmentRow.starts_at) > _begun,
    col(AppointmentRow.ends_at) > _now,
    col(AppointmentRow.status).not_in(OVER),
)
_is_active = and_(col(PrescriptionRow.patient_id) == _who, status_on(_today) == PrescriptionStatus.ACTIVE.value)
_is_released = and_(col(LabResultRow.patient_id) == _who, col(LabResultRow.status) == ResultStatus.RELEASED.value)
_AT_MOST = literal_limit(rules.LONGEST_LIST)


def _count(*where: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).where(*where).scalar_subquery()


_COUNTS = CompiledStatement(
    select(
        _count(_is_upcoming),
        _count(_is_active),
        _count(col(ReferralRow.patient_id) == _who, is_any_of(UNANSWERED)),
        _count(_is_released),
    )
)
_NEXT = CompiledStatement(
    select_visits().where(_is_upcoming).order_by(col(AppointmentRow.starts_at), col(AppointmentRow.id)).limit(literal_limit(1))
)
_newest = case(
    (col(LabResultRow.corrected_at) > col(LabResultRow.released_at), col(LabResultRow.corrected_at)),
    else_=col(LabResultRow.released_at),
)
_RESULTS = CompiledStatement(
    select(col(LabResultRow.id), col(LabTestRow.name), col(LabResultRow.released_at), col(LabResultRow.corrected_at))
    .join(LabTestRow, col(LabTestRow.code) == col(LabResultRow.test_code))
    .where(_is_released, _newest > _new_since)
    .order_by(_newest.desc(), col(LabResultRow.id).desc())
    .limit(_AT_MOST)
)
# accepted referrals, and sent ones to one doctor, which need no acceptance to book
_to_book: Select[*tuple[Any, ...]] = select(
    col(ReferralRow.id),
    doctor_name(func.coalesce(COLLEAGUE_ID, col(ReferralRow.to_doctor_id), col(ReferralRow.accepted_by_id))),
    *(col(ReferralRow.to_specialty), col(ReferralRow.due_on), col(ReferralRow.created_at)),
)
_REFERRALS = CompiledStatement(
    join_receiver(_to_book)
    .where(
        col(ReferralRow.patient_id) == _who,
        or_(
            shown_status() == ReferralStatus.ACCEPTED.value,
            and_(shown_status() == ReferralStatus.SENT.value, col(ReferralRow.to_doctor_id).is_not(None)),
        ),
    )
    .order_by(col(ReferralRow.id).desc())
    .limit(_AT_MOST)
)
# active prescriptions that end soon, in the order of their last days
_ending = (
    select(col(PrescriptionRow.id), col(PrescriptionRow.last_day))
    .where(_is_active, col(PrescriptionRow.last_day) <= bindparam("ends_by", type_=Date()))
    .order_by(col(PrescriptionRow.last_day), col(PrescriptionRow.id))
    .limit(_AT_MOST)
    .subquery()
)
_PRESCRIPTIONS = CompiledStatement(
    select(_ending.c.id, _ending.c.last_day, col(PrescriptionItemRow.medicine), col(PrescriptionItemRow.duration_days))
    .join(PrescriptionItemRow, col(PrescriptionItemRow.prescription_id) == _ending.c.id)
    .order_by(_ending.c.id, col(PrescriptionItemRow.position))
)
# upcoming bookings, and orders without a time
_LAB_VISITS = CompiledStatement(
    select(col(LabBookingRow.id), func.min(LabTestRow.name), func.count(), col(LabBookingRow.starts_at))
    .join(LabBookingTestRow, col(LabBookingTestRow.booking_id) == col(LabBookingRow.id))
    .join(LabTestRow, col(LabTestRow.code) == col(LabBookingTestRow.test_code))
    .where(col(LabBookingRow.patient_id) == _who, col(LabBookingRow.status) == LabBookingStatus.BOOKED.value)
    .where(or_(col(LabBookingRow.starts_at).is_(None), col(LabBookingRow.starts_at) > _now))
    .group_by(col(LabBookingRow.id), col(LabBookingRow.starts_at))
    .order_by(col(LabBookingRow.starts_at), col(LabBookingRow.id))
    .limit(_AT_MOST)
)
_first_position = (
    select(func.min(RefillItemRow.position))
    .where(col(RefillItemRow.refill_id) == col(RefillRow.id))
    .correlate(RefillRow)
    .scalar_subquery()
)
# answers of doctors, with the first medicine of each request
_REFILLS = CompiledStatement(
    select(
        func.coalesce(col(RefillRow.renewed_as_id), col(RefillRow.prescription_id)),
        *(col(PrescriptionItemRow.medicine), col(RefillRow.answered_at), col(RefillRow.renewed_as_id).is_not(None)),
    )
    .join(PrescriptionItemRow, col(PrescriptionItemRow.prescription_id) == col(RefillRow.prescription_id))
    .where(col(RefillRow.patient_id) == _who, col(RefillRow.answered_at) > _answered_since)
    .where(col(RefillRow.answered_by_id) != _who, col(PrescriptionItemRow.position) == _first_position)
    .order_by(col(RefillRow.id).desc())
    .limit(_AT_MOST)
)


async def summary(db: ReadSession, who: Identity, zone: ZoneInfo, now: datetime) -> Summary:
    """Return the patient's next visit, tasks and counts."""
    today = local_date(now, zone)
    upcoming = {"who": who.id, "now": now, "begun": now - timedelta(hours=LONGEST_VISIT_HOURS)}
    [counts] = await _COUNTS.all(db, **upcoming, today=today)
    visits = await _NEXT.all(db, **upcoming)
    return Summary(
        next_appointment=Appointment.model_validate(appointment_members(VisitRecord._make(visits[0]))) if visits else None,
        to_do=rules.most_urgent(await _tasks(db, who, zone, now, today), now),
        **dict(zip(_COUNTED, counts, strict=True)),
    )


_COUNTED = ("upcoming_appointments", "active_prescriptions", "open_referrals", "released_results")
"""Members of the summary in the order of `_COUNTS`."""


async def _tasks(db: ReadSession, who: Identity, zone: ZoneInfo, now: datetime, today: date) -> list[Task]:
    results = await _RESULTS.typed(db, who=who.id, new_since=now - rules.NEW_FOR)
    referrals = await _REFERRALS.typed(db, who=who.id)
    ending = await _PRESCRIPTIONS.typed(db, who=who.id, today=today, ends_by=today + rules.ENDING_WITHIN)
    lab_visits = await _LAB_VISITS.typed(db, who=who.id, now=now)
    refills = await _REFILLS.typed(db, who=who.id, answered_since=now - rules.ANSWERED_FOR)
    return [
        *(rules.result_task(*row) for row in results),
        *(rules.referral_task(*row, zone=zone) for row in referrals),
        *rules.prescription_tasks((rules.EndingItem(*row) for row in ending), zone=zone),
        *(rules.lab_task(*row) for row in lab_visits),
        *(rules.refill_task(id_, medicine, at, prescribed=bool(new)) for id_, medicine, at, new in refills),
    ]
