"""Time that doctors offer: weekly hours without time off, in minutes of wall-clock time."""

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


class TimeOffSpan(NamedTuple):
    """Time off of a doctor, as instants."""

    doctor_id: int
    starts_at: datetime
    ends_at: datetime


def offered_minutes(
    first: date,
    last: date,
    week: Sequence[WeeklyHours],
    away: Iterable[TimeOffSpan],
    zone: ZoneInfo,
    closed: Collection[date] = (),
) -> dict[int, int]:
    """Return the minutes of each doctor's weekly hours on the clinic days from first to last.

    Time off and closed days of the hospital do not count.
    """
    days = Counter(weekday(day).value for day in days_from(first, (last - first).days + 1) if day not in closed)
    offered: dict[int, int] = defaultdict(int)
    hours: dict[tuple[int, str], list[WeeklyHours]] = defaultdict(list)
    for rule in week:
        offered[rule.doctor_id] += (minute_of(rule.ends) - minute_of(rule.starts)) * days[rule.weekday]
        hours[rule.doctor_id, rule.weekday].append(rule)
    for doctor_id, starts, ends in _local_time_off(first, last, away, zone):
        for number in range((ends.date() - starts.date()).days + 1):
            midnight = datetime.combine(starts.date() + timedelta(days=number), time())
            if midnight.date() in closed:
                continue
            for rule in hours[doctor_id, weekday(midnight).value]:
                from_minute = max(minute_of(rule.starts), _minutes(midnight, starts))
                to_minute = min(minute_of(rule.ends), _minutes(midnight, ends))
                offered[doctor_id] -= max(0, to_minute - from_minute)
    return dict(offered)


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
