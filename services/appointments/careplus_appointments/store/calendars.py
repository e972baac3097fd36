"""Statements about when doctors are there, away and busy. On the way of every booking, so compiled once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, bindparam, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_appointments.rules.slots import Calendar, Span
from careplus_contracts.availability import OpenHours, Weekday
from careplus_contracts.doctors import BookingMode
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import NotFound
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import FREE_AGAIN, LONGEST_VISIT_HOURS, AppointmentRow
from careplus_tables.availability import AvailabilityRow, OpenHoursRow, TimeOffRow
from careplus_tables.columns import InstantColumn
from careplus_tables.compiled import CompiledStatement, literal_limit
from careplus_tables.doctors import DoctorRow

LONGEST = timedelta(hours=LONGEST_VISIT_HOURS)
MOST_BUSY = 100_000
"""Spans read for one question at most: 100 doctors, half a year, and then some."""
DEFAULT_SLOT_MINUTES = 30

_opens, _closes = bindparam("opens", type_=InstantColumn()), bindparam("closes", type_=InstantColumn())
_v, _h, _t = AppointmentRow, OpenHoursRow, TimeOffRow

_WEEKS = CompiledStatement(
    select(
        col(DoctorRow.id),
        col(AvailabilityRow.slot_minutes),
        col(AvailabilityRow.place),
        col(DoctorRow.booking),
        col(_h.weekday),
        col(_h.starts),
        col(_h.ends),
    )
    .join(AccountRow, col(AccountRow.id) == col(DoctorRow.id))
    .outerjoin(AvailabilityRow, col(AvailabilityRow.doctor_id) == col(DoctorRow.id))
    .outerjoin(_h, col(_h.doctor_id) == col(DoctorRow.id))
    .where(
        col(DoctorRow.id).in_(bindparam("doctors", expanding=True)),
        col(DoctorRow.active),
        col(AccountRow.active),
        col(AccountRow.role) == Role.DOCTOR.value,
    )
    .order_by(col(_h.starts))
)


def _visits(under: Any, whose: Any) -> Any:
    return select(literal(False), under, col(_v.starts_at), col(_v.ends_at)).where(
        whose,
        # a visit that reaches into the span began at most the longest visit before it
        col(_v.starts_at) > bindparam("earliest", type_=InstantColumn()),
        col(_v.starts_at) < _closes,
        col(_v.status).not_in([status.value for status in FREE_AGAIN]),
        col(_v.id) != bindparam("except_id", type_=BigInteger()),
    )


_AWAY_AND_BUSY = CompiledStatement(
    union_all(
        select(literal(True), col(_t.doctor_id), col(_t.starts_at), col(_t.ends_at)).where(
            col(_t.doctor_id).in_(bindparam("doctors", expanding=True)), col(_t.ends_at) > _opens, col(_t.starts_at) < _closes
        ),
        _visits(col(_v.doctor_id), col(_v.doctor_id).in_(bindparam("doctors", expanding=True))),
        # whatever doctor the patient is with then, they cannot be with this one
        _visits(literal(0), col(_v.patient_id) == bindparam("patient")),
    ).limit(literal_limit(MOST_BUSY))
)


async def of_doctor(
    db: AsyncSession, doctor_id: int, span: Span, patient_id: int | None = None, except_id: int | None = None
) -> Calendar:
    """One doctor's calendar; the patient's own visits count as busy too. Raises NotFound for nobody one could book."""
    found = await of_doctors(db, [doctor_id], span, patient_id, except_id)
    if doctor_id not in found:
        raise NotFound(NOTHING_HERE)
    return found[doctor_id]


async def of_doctors(
    db: AsyncSession, doctor_ids: Sequence[int], span: Span, patient_id: int | None = None, except_id: int | None = None
) -> dict[int, Calendar]:
    """Calendars by doctor, with what is busy during the span; those who cannot be booked are left out."""
    doctors = list(doctor_ids)
    hours: dict[int, list[OpenHours]] = defaultdict(list)
    weeks: dict[int, tuple[int, str | None, BookingMode]] = {}
    for doctor_id, slot_minutes, place, booking, weekday, starts, ends in await _WEEKS.all(db, doctors=doctors):
        weeks[doctor_id] = (slot_minutes or DEFAULT_SLOT_MINUTES, place, BookingMode(booking))
        if weekday is not None:
            hours[doctor_id].append(OpenHours.model_construct(weekday=Weekday(weekday), starts=starts, ends=ends))
    away, busy = await _away_and_busy(db, doctors, span, patient_id, except_id)
    return {
        doctor_id: Calendar(slot_minutes, place, hours[doctor_id], away[doctor_id], busy[doctor_id] + busy[0], booking)
        for doctor_id, (slot_minutes, place, booking) in weeks.items()
    }


async def _away_and_busy(
    db: AsyncSession, doctors: list[int], span: Span, patient_id: int | None, except_id: int | None
) -> tuple[dict[int, list[Span]], dict[int, list[Span]]]:
    """Spans by doctor; under 0 those of the patient."""
    away: dict[int, list[Span]] = defaultdict(list)
    busy: dict[int, list[Span]] = defaultdict(list)
    for is_away, doctor_id, starts_at, ends_at in await _AWAY_AND_BUSY.all(
        db,
        doctors=doctors,
        patient=patient_id or 0,
        opens=span[0],
        earliest=span[0] - LONGEST,
        closes=span[1],
        except_id=except_id or 0,
    ):
        (away if is_away else busy)[doctor_id].append((_instant(starts_at), _instant(ends_at)))
    return away, busy


def _instant(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
