"""Statements about the hours, extra hours, time off and visits of doctors. Every booking runs them, so they are compiled once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, literal, select, union_all
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import col

from careplus_appointments.rules.ages import limits_of
from careplus_appointments.rules.slots import Calendar, open_hours
from careplus_appointments.rules.visit_types import ANY_VISIT, WantedVisit, planned
from careplus_appointments.store import extra_hours, visit_types
from careplus_appointments.store.availability import DEFAULT_SLOT_MINUTES
from careplus_appointments.store.specialty_ages import Ages
from careplus_clinic.clinic_time import DAY, Span
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.availability import OpenHours
from careplus_contracts.doctors import BookingMode
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.refusals import NotFound
from careplus_contracts.visit_types import LONGEST_BUFFER
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import FREE_AGAIN, FREE_FOR_PATIENT, LONGEST_VISIT_HOURS, AppointmentRow
from careplus_tables.availability import AvailabilityRow, OpenHoursRow, TimeOffRow
from careplus_tables.closed_days import closed_between
from careplus_tables.columns import InstantColumn
from careplus_tables.compiled import CompiledStatement, literal_limit
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession
from careplus_tables.labs import LabBookingRow
from careplus_tables.linked_records import is_patient_themself
from careplus_tables.patient_times import LAB_VISIT
from careplus_tables.people import IS_BOOKABLE_DOCTOR

PATIENT_KEY = 0
"""Key of the patient's own visits among the doctors' ids, which start at 1."""
LAB_KEY = -1
"""Key of the patient's laboratory bookings, which have no end."""
ANY_AGE = Ages()
LONGEST = timedelta(hours=LONGEST_VISIT_HOURS, minutes=LONGEST_BUFFER)
"""The longest visit with the minutes after it."""
MOST_BUSY = 100_000
"""Limit of the spans read at once; 100 doctors have fewer in half a year."""

_opens, _closes = bindparam("opens", type_=InstantColumn()), bindparam("closes", type_=InstantColumn())
_v, _h, _t, _l = AppointmentRow, OpenHoursRow, TimeOffRow, LabBookingRow


class _WeekRecord(NamedTuple):
    """One row of `_WEEKS`: a doctor with one of the weekly hours, which are null for a doctor without any."""

    doctor_id: int
    slot_minutes: int | None
    place: str | None
    booking: str
    specialty: str
    weekday: str | None
    starts: str
    ends: str


class _SpanRecord(NamedTuple):
    """One row of `_AWAY_AND_BUSY`; `key` is the doctor's id, PATIENT_KEY or LAB_KEY."""

    is_away: bool
    key: int
    starts_at: str | datetime
    ends_at: str | datetime
    buffer_minutes: int


_WEEKS = CompiledStatement(
    select(
        col(DoctorRow.id),
        col(AvailabilityRow.slot_minutes),
        col(AvailabilityRow.place),
        col(DoctorRow.booking),
        col(DoctorRow.specialty),
        col(_h.weekday),
        col(_h.starts),
        col(_h.ends),
    )
    .join(AccountRow, col(AccountRow.id) == col(DoctorRow.id))
    .outerjoin(AvailabilityRow, col(AvailabilityRow.doctor_id) == col(DoctorRow.id))
    .outerjoin(_h, col(_h.doctor_id) == col(DoctorRow.id))
    .where(col(DoctorRow.id).in_(bindparam("doctors", expanding=True)), *IS_BOOKABLE_DOCTOR)
    .where(~is_patient_themself(col(DoctorRow.id), bindparam("patient")))
    .order_by(col(_h.starts))
)


def _visits(
    key: SQLCoreOperations[Any], owner: ColumnElement[bool], free: Sequence[AppointmentStatus] = FREE_AGAIN
) -> Select[*tuple[Any, ...]]:
    return select(literal(False), key, col(_v.starts_at), col(_v.ends_at), col(_v.buffer_minutes)).where(
        owner,
        # a visit that overlaps the span starts at most LONGEST before it
        col(_v.starts_at) > bindparam("earliest", type_=InstantColumn()),
        col(_v.starts_at) < _closes,
        col(_v.status).not_in([status.value for status in free]),
        col(_v.id) != bindparam("except_id", type_=BigInteger()),
    )


_AWAY_AND_BUSY = CompiledStatement(
    union_all(
        select(literal(True), col(_t.doctor_id), col(_t.starts_at), col(_t.ends_at), literal(0)).where(
            col(_t.doctor_id).in_(bindparam("doctors", expanding=True)), col(_t.ends_at) > _opens, col(_t.starts_at) < _closes
        ),
        _visits(col(_v.doctor_id), col(_v.doctor_id).in_(bindparam("doctors", expanding=True))),
        # visits of the patient to any doctor; an offer keeps the time of its doctor only
        _visits(literal(PATIENT_KEY), col(_v.patient_id) == bindparam("patient"), FREE_FOR_PATIENT),
        select(literal(False), literal(LAB_KEY), col(_l.starts_at), col(_l.starts_at), literal(0)).where(
            col(_l.patient_id) == bindparam("patient"),
            col(_l.starts_at) > bindparam("earliest", type_=InstantColumn()),
            col(_l.starts_at) < _closes,
            col(_l.status) == LabBookingStatus.BOOKED.value,
        ),
    ).limit(literal_limit(MOST_BUSY))
)


async def of_doctor(
    db: AnySession,
    doctor_id: int,
    span: Span,
    patient_id: int | None = None,
    wanted: WantedVisit = ANY_VISIT,
    ages: Ages = ANY_AGE,
) -> Calendar:
    """Return one doctor's calendar; the patient's appointments count as busy too.

    Raise NotFound for a doctor not bookable or linked to the patient's account, and VisitTypeNotOffered and StaffBookVisitType.
    """
    found = await of_doctors(db, [doctor_id], span, patient_id, wanted, ages)
    if doctor_id not in found:
        raise NotFound(NOTHING_HERE)
    return found[doctor_id]


async def of_doctors(
    db: AnySession,
    doctor_ids: Sequence[int],
    span: Span,
    patient_id: int | None = None,
    wanted: WantedVisit = ANY_VISIT,
    ages: Ages = ANY_AGE,
) -> dict[int, Calendar]:
    """Return calendars by doctor with the busy spans that overlap the span; doctors that cannot be booked are left out.

    Each plans the wanted visit; without a type the first one that the doctor offers.
    `ages` limits them to the days on which a patient who books online is of an age that the doctor sees.
    """
    doctors = list(doctor_ids)
    hours: dict[int, list[OpenHours]] = defaultdict(list)
    weeks: dict[int, tuple[int, str | None, BookingMode, str]] = {}
    for row in map(_WeekRecord._make, await _WEEKS.all(db, doctors=doctors, patient=patient_id or 0)):
        weeks[row.doctor_id] = (row.slot_minutes or DEFAULT_SLOT_MINUTES, row.place, BookingMode(row.booking), row.specialty)
        if row.weekday is not None:
            hours[row.doctor_id].append(open_hours(row.weekday, row.starts, row.ends))
    away, busy = await _away_and_busy(db, doctors, span, patient_id, wanted.moved_id)
    types = await visit_types.of_doctors(db, doctors)
    # clinic days begin and end less than a day from those of UTC
    first, last = (span[0] - DAY).date(), (span[1] + DAY).date()
    closed, extra = await closed_between(db, first, last), await extra_hours.between(db, doctors, first, last)
    return {
        doctor_id: Calendar(
            *(slot_minutes, place, hours[doctor_id], away[doctor_id], busy[doctor_id], booking, closed),
            ages=limits_of(specialty, ages.limits) if ages.limits else None,
            born=ages.born,
            extra=extra[doctor_id],
            patient_busy=busy[PATIENT_KEY],
            types=types[doctor_id],
            planned=planned(wanted, types[doctor_id], slot_minutes),
        )
        for doctor_id, (slot_minutes, place, booking, specialty) in weeks.items()
    }


async def _away_and_busy(
    db: AnySession, doctors: list[int], span: Span, patient_id: int | None, except_id: int | None
) -> tuple[dict[int, list[Span]], dict[int, list[Span]]]:
    """Return spans of time off and of visits by doctor; appointments of the patient under PATIENT_KEY."""
    away: dict[int, list[Span]] = defaultdict(list)
    busy: dict[int, list[Span]] = defaultdict(list)
    bounds = {"opens": span[0], "closes": span[1], "earliest": span[0] - LONGEST}
    rows = await _AWAY_AND_BUSY.all(db, doctors=doctors, patient=patient_id or 0, except_id=except_id or 0, **bounds)
    for row in map(_SpanRecord._make, rows):
        after = timedelta(minutes=row.buffer_minutes if row.key > PATIENT_KEY else 0)
        (away if row.is_away else busy)[row.key].append((_instant(row.starts_at), _instant(row.ends_at) + after))
    busy[PATIENT_KEY] += [(starts_at, starts_at + LAB_VISIT) for starts_at, _ in busy.pop(LAB_KEY, [])]
    return away, busy


def _instant(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
