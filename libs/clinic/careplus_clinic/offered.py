"""Time that doctors offer: weekly and extra hours without time off, in minutes of wall-clock time."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import days_from, local_time, minute_of, weekday


class WeeklyHours(NamedTuple):
    """Weekly hours of a doctor, as `HH:MM` in clinic time."""

    doctor_id: int
    weekday: str
    starts: str
    ends: str


class HoursOfDay(NamedTuple):
    """Extra hours of a doctor on one clinic day, as `HH:MM` in clinic time."""

    doctor_id: int
    day: date
    starts: str
    ends: str


class TimeOffSpan(NamedTuple):
    """Time off of a doctor, as instants."""

    doctor_id: int
    starts_at: datetime
    ends_at: datetime


_Week = dict[tuple[int, str], list[WeeklyHours]]
"""Weekly hours by doctor and weekday."""
_Minutes = tuple[int, int]
"""The minutes of a clinic day between which a doctor takes visits."""


def offered_minutes(
    first: date,
    last: date,
    week: Sequence[WeeklyHours],
    away: Iterable[TimeOffSpan],
    zone: ZoneInfo,
    closed: Collection[date] = (),
    extra: Iterable[HoursOfDay] = (),
) -> dict[int, int]:
    """Return the minutes of each doctor's weekly and extra hours on the clinic days from first to last.

    Time off and closed days of the hospital do not count, and a minute of both kinds of hours counts once.
    """
    days = Counter(weekday(day).value for day in days_from(first, (last - first).days + 1) if day not in closed)
    offered: dict[int, int] = defaultdict(int)
    hours: _Week = defaultdict(list)
    for rule in week:
        offered[rule.doctor_id] += (minute_of(rule.ends) - minute_of(rule.starts)) * days[rule.weekday]
        hours[rule.doctor_id, rule.weekday].append(rule)
    beyond = _beyond(hours, (one for one in extra if first <= one.day <= last and one.day not in closed))
    for (doctor_id, _), parts in beyond.items():
        offered[doctor_id] += sum(to_minute - from_minute for from_minute, to_minute in parts)
    for doctor_id, starts, ends in _local_time_off(first, last, away, zone):
        for number in range((ends.date() - starts.date()).days + 1):
            midnight = datetime.combine(starts.date() + timedelta(days=number), time())
            if midnight.date() in closed:
                continue
            for opens, closes in _of_day(hours, doctor_id, midnight.date()) + beyond[doctor_id, midnight.date()]:
                from_minute, to_minute = max(opens, _minutes(midnight, starts)), min(closes, _minutes(midnight, ends))
                offered[doctor_id] -= max(0, to_minute - from_minute)
    return dict(offered)


def _of_day(hours: _Week, doctor_id: int, day: date) -> list[_Minutes]:
    return [(minute_of(rule.starts), minute_of(rule.ends)) for rule in hours[doctor_id, weekday(day).value]]


def _beyond(hours: _Week, extra: Iterable[HoursOfDay]) -> dict[tuple[int, date], list[_Minutes]]:
    """Return by doctor and day the parts of extra hours outside of the weekly hours and of each other."""
    beyond: dict[tuple[int, date], list[_Minutes]] = defaultdict(list)
    for doctor_id, day, starts, ends in sorted(extra):
        parts = [(minute_of(starts), minute_of(ends))]
        for opens, closes in _of_day(hours, doctor_id, day) + beyond[doctor_id, day]:
            parts = [
                part
                for start, end in parts
                for part in ((start, min(end, opens)), (max(start, closes), end))
                if part[0] < part[1]
            ]
        beyond[doctor_id, day] += parts
    return beyond


def _local_time_off(
    first: date, last: date, away: Iterable[TimeOffSpan], zone: ZoneInfo
) -> Iterator[tuple[int, datetime, datetime]]:
    """Yield time off as naive clinic time inside the days; overlapping spans of one doctor are merged."""
    until: dict[int, datetime] = defaultdict(lambda: datetime.combine(first, time()))
    end = datetime.combine(last + timedelta(days=1), time())
    for doctor_id, starts_at, ends_at in sorted(away):
        starts = max(until[doctor_id], local_time(starts_at, zone))
        ends = min(end, local_time(ends_at, zone))
        if starts < ends:
            until[doctor_id] = ends
            yield doctor_id, starts, ends


def _minutes(starts: datetime, ends: datetime) -> int:
    return int((ends - starts).total_seconds() // 60)
