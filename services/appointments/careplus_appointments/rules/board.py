"""The day board: offered hours, lateness, and a text that changes with the visits."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from careplus_appointments.rules.slots import DayHours, merged, open_spans
from careplus_clinic.clinic_time import Span
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.availability import OpenHours

EVERY_DOCTOR = 0
"""Stands for the doctor of a closed day; ids start at 1."""
AWAITED = (AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED)


def is_late(status: AppointmentStatus, starts_at: datetime, now: datetime) -> bool:
    """Return whether the visit should have started and the patient has not arrived."""
    return status in AWAITED and starts_at < now


def offered_spans(
    day: date, hours: Sequence[OpenHours], away: Iterable[Span], zone: ZoneInfo, extra: Sequence[DayHours] = ()
) -> list[Span]:
    """Return the weekly and extra hours of one clinic day as instants in order of time, without time off."""
    spans = open_spans(day, hours, zone, extra)
    if any(one.day == day for one in extra):
        spans = merged(spans)
    for left, back in away:
        parts = (part for opens, closes in spans for part in ((opens, min(closes, left)), (max(opens, back), closes)))
        spans = [part for part in parts if part[0] < part[1]]
    return spans


def change_texts(rows: Iterable[Sequence[int]]) -> dict[int, str]:
    """Return a text for each doctor that differs after each change of the rows: doctor, kind of record, id and version.

    Rows of EVERY_DOCTOR change the texts of all.
    """
    by_doctor: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for doctor_id, *record in rows:
        by_doctor[doctor_id].append(tuple(record))
    of_all = by_doctor.pop(EVERY_DOCTOR, [])
    return {id_: sha256(repr(sorted(by_doctor[id_] + of_all)).encode()).hexdigest()[:24] for id_ in sorted(by_doctor)}
