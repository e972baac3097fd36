"""Series of visits: the times of a rule, and the booking of all of them or none."""

from collections.abc import Sequence
from datetime import date, datetime

from careplus_appointments.free_times import calendar_of
from careplus_appointments.rules import series as rules
from careplus_appointments.rules import slots
from careplus_appointments.rules.slots import Calendar
from careplus_appointments.rules.visit_types import WantedVisit
from careplus_appointments.store import appointments
from careplus_appointments.store.finding import bookable_window
from careplus_clinic.clinic_time import day_bounds, local_date, nearest
from careplus_contracts.appointments import Book
from careplus_contracts.series import BookSeries, SeriesNotFree, SeriesRule, SeriesTime, SeriesTimes
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.locking import lock_doctor_and_patient


async def preview(
    db: AnySession, settings: Settings, who: Identity, patient_id: int, doctor_id: int, rule: SeriesRule
) -> SeriesTimes:
    """Return the times of the rule. Raise NotFound, DoctorNotBookable and VisitTypeNotOffered."""
    zone = settings.clinic_zone
    at = now()
    latest = slots.staff_window(at)[1]
    starts = [start for start in rules.starts_of(rule.starts_at, rule.every, rule.count, zone) if start < latest]
    days = rules.days_near(starts or [at], zone)
    calendar = await _calendar(db, settings, patient_id, doctor_id, days, rule.visit_type_id)
    free = _free(settings, who, calendar, days)
    missing = set(rules.not_free(starts, set(free), calendar.visit))
    others = [start for start in free if start not in starts]
    return SeriesTimes(
        patient_id=patient_id,
        items=[
            SeriesTime(
                starts_at=start,
                ends_at=start + calendar.visit.length,
                free=start not in missing,
                alternatives=_nearby(others, start) if start in missing else [],
            )
            for start in starts
        ],
    )


async def book(
    db: WriteSession, settings: Settings, who: Identity, patient_id: int, doctor_id: int, body: BookSeries
) -> list[int]:
    """Insert a visit at each time, and return their ids in order of time.

    Raise NotFound, DoctorNotBookable, VisitTypeNotOffered, SeriesNotFree, SlotTaken and PatientBusy; the
    transaction then books no visit. The accounts of doctor and patient are locked.
    """
    await lock_doctor_and_patient(db, doctor_id, patient_id)
    days = sorted({local_date(start, settings.clinic_zone) for start in body.starts})
    calendar = await _calendar(db, settings, patient_id, doctor_id, days, body.visit_type_id)
    if missing := rules.not_free(body.starts, set(_free(settings, who, calendar, days)), calendar.visit):
        detail = f"{len(missing)} of {len(body.starts)} times are not free; nothing was booked. Choose others in their place."
        raise SeriesNotFree(detail, not_free=missing)
    booked = []
    for start in body.starts:
        one = Book(doctor_id=doctor_id, starts_at=start, reason=body.reason)
        booked.append((await appointments.book(db, patient_id, who.role, one, calendar, list)).id)
    return booked


async def _calendar(
    db: AnySession, settings: Settings, patient_id: int, doctor_id: int, days: Sequence[date], visit_type_id: int | None
) -> Calendar:
    span = day_bounds(days[0], days[-1], settings.clinic_zone)
    return await calendar_of(db, doctor_id, span, patient_id, WantedVisit(visit_type_id))


def _free(settings: Settings, who: Identity, calendar: Calendar, days: Sequence[date]) -> list[datetime]:
    window = bookable_window(settings, who.role)
    return [start for start, _ in slots.free(calendar, days, window, settings.clinic_zone)]


def _nearby(free: Sequence[datetime], wanted: datetime) -> list[datetime]:
    return nearest((start for start in free if abs(start - wanted) <= rules.NEARBY), wanted)
