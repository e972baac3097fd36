"""The day board: offered hours, lateness, and a text that changes with the visits."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import Span, first_instant, last_instant, minute_of, weekday
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.availability import OpenHours

AWAITED = (AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED)


def is_late(status: AppointmentStatus, starts_at: datetime, now: datetime) -> bool:
    """Return whether the visit should have started and the patient has not arrived."""
    return status in AWAITED and starts_at < now


def offered_spans(day: date, hours: Sequence[OpenHours], away: Iterable[Span], zone: ZoneInfo) -> list[Span]:
    """Return the weekly hours of one clinic day as instants in order of time, without time off."""
    spans = sorted(
        (first_instant(day, minute_of(rule.starts), zone), last_instant(day, minute_of(rule.ends), zone))
        for rule in hours
        if rule.weekday == weekday(day)
    )
    for left, back in away:
        parts = (part for opens, closes in spans for part in ((opens, min(closes, left)), (max(opens, back), closes)))
        spans = [part for part in parts if part[0] < part[1]]
    return spans


def change_texts(visits: Iterable[Sequence[int]]) -> dict[int, str]:
    """Return a text for each doctor that differs after each change of the visits: rows of doctor, id and version."""
    by_doctor: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for doctor_id, id_, version in visits:
        by_doctor[doctor_id].append((id_, version))
    return {id_: sha256(repr(sorted(by_doctor[id_])).encode()).hexdigest()[:24] for id_ in sorted(by_doctor)}
