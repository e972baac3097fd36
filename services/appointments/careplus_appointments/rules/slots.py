"""Free times of a doctor: from weekly wall-clock hours to instants."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from careplus_appointments.rules.ages import admits_on
from careplus_appointments.rules.visit_types import VisitPlan
from careplus_clinic.clinic_time import Span, first_instant, instants_at, last_instant, local_date, minute_of, weekday
from careplus_contracts.appointments import OutsideStaffHorizon
from careplus_contracts.availability import OpenHours, Weekday
from careplus_contracts.doctors import BookingMode
from careplus_contracts.specialty_ages import AgeLimits
from careplus_contracts.values import InLanguages

LATE_START = timedelta(minutes=15)
"""Limit after the start of a slot until which staff can book it, for a patient at the desk."""
STAFF_HORIZON = timedelta(days=730)


class DayHours(NamedTuple):
    """Extra hours of one clinic day, `HH:MM` in clinic time."""

    day: date
    starts: str
    ends: str


@dataclass(frozen=True)
class Calendar:
    """A doctor's weekly and extra hours, the spans away or busy, and the names of the hospital's closed days.

    Visits start every `slot_minutes`; `visit` is the one that is booked, by default as long as that. `busy` has the minutes after
    visits, `patient_busy` the other appointments of the patient.
    With `born`, the date of birth of a patient who books online, days on which that age is outside of `ages` have no free time.
    """

    slot_minutes: int
    place: str | None
    hours: Sequence[OpenHours]
    away: Sequence[Span] = ()
    busy: Sequence[Span] = field(default=())
    booking: BookingMode = BookingMode.ONLINE
    closed: Mapping[date, InLanguages] = field(default_factory=dict)
    ages: AgeLimits | None = None
    born: date | None = None

    def takes_visits_on(self, day: date) -> bool:
        """Return whether the hospital is open on a day, and the patient of an age that the doctor sees."""
        return day not in self.closed and admits_on(self.ages, self.born, day)

    extra: Sequence[DayHours] = ()
    patient_busy: Sequence[Span] = ()
    types: Sequence[VisitPlan] = ()
    planned: VisitPlan | None = None

    @property
    def visit(self) -> VisitPlan:
        return self.planned or VisitPlan(None, self.slot_minutes)


@lru_cache(maxsize=4096)  # a page of doctors has ten rows of each, few of them different
def open_hours(weekday: str, starts: str, ends: str) -> OpenHours:
    """Return weekly hours that were stored, without validation."""
    return OpenHours.model_construct(weekday=Weekday(weekday), starts=starts, ends=ends)


def hours_on(day: date, hours: Sequence[OpenHours], extra: Sequence[DayHours] = ()) -> list[tuple[str, str]]:
    """Return the intervals of one clinic day, weekly and extra hours in order of time; an extra one may overlap a weekly one."""
    found = [(rule.starts, rule.ends) for rule in hours if rule.weekday == weekday(day)]
    return sorted([*found, *((one.starts, one.ends) for one in extra if one.day == day)])


def offered(
    day: date,
    hours: Sequence[OpenHours],
    slot_minutes: int,
    zone: ZoneInfo,
    extra: Sequence[DayHours] = (),
    length: timedelta | None = None,
) -> list[Span]:
    """Return the slots of one clinic day in order of time, each starting `slot_minutes` after the one before or later.

    A slot is as long as that, or `length`: then it may overlap the next one. A wall-clock time in a gap has no slot, one in a
    fold has two.
    """
    step = timedelta(minutes=slot_minutes)
    slots: list[Span] = []
    for starts, ends in hours_on(day, hours, extra):
        for slot in _in_interval(day, starts, ends, slot_minutes, length or step, zone):
            # the second of two near starts is left out: the clock is set back by less than a step, or hours overlap
            if not slots or slot[0] >= slots[-1][0] + step:
                slots.append(slot)
    return slots


# depends on its parameters alone; a page of doctors has few different hours, and conversions were a quarter of its time
@lru_cache(maxsize=8192)
def _in_interval(day: date, starts: str, ends: str, slot_minutes: int, length: timedelta, zone: ZoneInfo) -> tuple[Span, ...]:
    """Return the slots of one interval of a clinic day in order of time."""
    opens, closes = minute_of(starts), minute_of(ends)
    closes_at = last_instant(day, closes, zone)
    begins = instants_at(day, range(opens, closes, slot_minutes), zone)
    return tuple((starts_at, starts_at + length) for starts_at in begins if starts_at + length <= closes_at)


def is_within(span: Span, hours: Sequence[OpenHours], zone: ZoneInfo, extra: Sequence[DayHours] = ()) -> bool:
    """Return whether a visit lies in the weekly and extra hours of its clinic day, without a break."""
    open_ = merged(open_spans(local_date(span[0], zone), hours, zone, extra))
    return any(opens <= span[0] and span[1] <= closes for opens, closes in open_)


def staff_window(at: datetime) -> Span:
    """Return the instants between which staff book."""
    return at - LATE_START, at + STAFF_HORIZON


def check_staff_window(starts_at: datetime, at: datetime) -> None:
    """Raise OutsideStaffHorizon unless staff may book a visit that starts then."""
    earliest, latest = staff_window(at)
    if not earliest <= starts_at < latest:
        detail = "A visit can be booked from a quarter of an hour ago up to two years ahead. Choose a time between these two."
        raise OutsideStaffHorizon(detail, earliest=earliest, latest=latest)


def open_spans(day: date, hours: Sequence[OpenHours], zone: ZoneInfo, extra: Sequence[DayHours] = ()) -> list[Span]:
    """Return the hours of one clinic day as instants in order of time."""
    return sorted(
        (first_instant(day, minute_of(starts), zone), last_instant(day, minute_of(ends), zone))
        for starts, ends in hours_on(day, hours, extra)
    )


def free(calendar: Calendar, days: Iterable[date], window: Span, zone: ZoneInfo) -> Iterator[Span]:
    """Yield the slots of these days that start inside the window and overlap no busy or absent time, in order of time.

    The doctor is free for the visit and the minutes after it, the patient for the visit. A closed day has no slot, and one on
    which the doctor does not see patients of that age.
    """
    of_doctor, of_patient = _Occupied([*calendar.away, *calendar.busy]), _Occupied(calendar.patient_busy)
    length, buffer = calendar.visit.length, calendar.visit.buffer
    for day in filter(calendar.takes_visits_on, days):
        for slot in offered(day, calendar.hours, calendar.slot_minutes, zone, calendar.extra, length):
            clashes = of_doctor.overlaps(slot[0], slot[1] + buffer) or of_patient.overlaps(*slot)
            if not clashes and window[0] <= slot[0] < window[1]:
                yield slot


class _Occupied:
    """Occupied time that is compared with later and later starts."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = deque(merged(spans))

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        while self._spans and self._spans[0][1] <= starts_at:
            self._spans.popleft()
        return bool(self._spans) and self._spans[0][0] < ends_at


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same time as spans that do not touch, in order."""
    apart: list[Span] = []
    for starts_at, ends_at in sorted(spans):
        if apart and starts_at <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(apart[-1][1], ends_at))
        else:
            apart.append((starts_at, ends_at))
    return apart
