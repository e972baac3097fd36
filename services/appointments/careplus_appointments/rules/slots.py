"""Free times of a doctor: from weekly wall-clock hours to instants."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from careplus_appointments.rules.ages import admits_on
from careplus_clinic.clinic_time import Span, first_instant, instants_at, last_instant, local_date, minute_of, weekday
from careplus_contracts.appointments import OutsideStaffHorizon
from careplus_contracts.availability import OpenHours
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


def hours_on(day: date, hours: Sequence[OpenHours], extra: Sequence[DayHours] = ()) -> list[tuple[str, str]]:
    """Return the intervals of one clinic day, weekly and extra hours in order of time; an extra one may overlap a weekly one."""
    found = [(rule.starts, rule.ends) for rule in hours if rule.weekday == weekday(day)]
    return sorted([*found, *((one.starts, one.ends) for one in extra if one.day == day)])


def offered(
    day: date, hours: Sequence[OpenHours], slot_minutes: int, zone: ZoneInfo, extra: Sequence[DayHours] = ()
) -> list[Span]:
    """Return the slots of one clinic day in order of time, none overlapping.

    A wall-clock time in a gap has no slot, one in a fold has two.
    """
    slots: list[Span] = []
    for starts, ends in hours_on(day, hours, extra):
        for slot in _in_interval(day, starts, ends, slot_minutes, zone):
            # the second of two overlapping slots is left out: the clock is set back by less than a slot, or hours overlap
            if not slots or slot[0] >= slots[-1][1]:
                slots.append(slot)
    return slots


# depends on its parameters alone; a page of doctors has few different hours, and conversions were a quarter of its time
@lru_cache(maxsize=8192)
def _in_interval(day: date, starts: str, ends: str, slot_minutes: int, zone: ZoneInfo) -> tuple[Span, ...]:
    """Return the slots of one interval of a clinic day in order of time."""
    length, opens, closes = timedelta(minutes=slot_minutes), minute_of(starts), minute_of(ends)
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

    A closed day has none, and one on which the doctor does not see patients of that age.
    """
    occupied = deque(merged([*calendar.away, *calendar.busy]))
    for day in filter(calendar.takes_visits_on, days):
        for slot in offered(day, calendar.hours, calendar.slot_minutes, zone, calendar.extra):
            while occupied and occupied[0][1] <= slot[0]:
                occupied.popleft()
            clashes = bool(occupied) and occupied[0][0] < slot[1]
            if not clashes and window[0] <= slot[0] < window[1]:
                yield slot


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same time as spans that do not touch, in order."""
    apart: list[Span] = []
    for starts_at, ends_at in sorted(spans):
        if apart and starts_at <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(apart[-1][1], ends_at))
        else:
            apart.append((starts_at, ends_at))
    return apart
