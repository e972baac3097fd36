"""Statistics of a period of clinic days: visits by day and status, and the used share of the offered time."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import day_start, days_from, local_date
from careplus_contracts.appointments import VISIT_STATUSES, AppointmentStatus
from careplus_contracts.refusals import FieldError, Malformed
from careplus_contracts.stats import DayCount

DAYS_BACK, DAYS_AHEAD, LONGEST_DAYS = 29, 30, 366
NOT_OCCUPYING = frozenset({AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW})
"""Visits in these states do not occupy their time."""


@dataclass(frozen=True)
class Period:
    """Clinic days from `first` to `last`; `bounds` are the start of each day, and the end of the last one."""

    first: date
    last: date
    bounds: list[datetime]

    @property
    def days(self) -> list[date]:
        """Return the days in order."""
        return days_from(self.first, len(self.bounds) - 1)


class VisitCount(NamedTuple):
    """Number of visits with the same time and status."""

    starts_at: datetime
    ends_at: datetime
    status: str
    number: int


def period(first: date | None, last: date | None, now: datetime, zone: ZoneInfo) -> Period:
    """Return the period asked for, or 60 days around today. Raise Malformed if it runs backward or is over 367 days long."""
    today = local_date(now, zone)
    first = first or today - timedelta(days=DAYS_BACK)
    last = last or today + timedelta(days=DAYS_AHEAD)
    if not first <= last <= first + timedelta(days=LONGEST_DAYS):
        message = f"the last day lies 0 to {LONGEST_DAYS} days after the first, {first}"
        raise Malformed(f"query.to: {message}", errors=[FieldError(field="query.to", message=message)])
    return Period(first, last, [day_start(day, zone) for day in days_from(first, (last - first).days + 2)])


def by_day(of: Period, visits: Iterable[VisitCount]) -> list[DayCount]:
    """Return the visits that start on each day, with a count for every status."""
    counts: list[Counter[str]] = [Counter() for _ in of.days]
    for visit in visits:
        counts[bisect_right(of.bounds, visit.starts_at) - 1][visit.status] += visit.number
    return [
        DayCount(day=day, total=count.total(), by_status={status: count[status.value] for status in VISIT_STATUSES})
        for day, count in zip(of.days, counts, strict=True)
    ]


def by_status(days: Iterable[DayCount]) -> dict[AppointmentStatus, int]:
    """Return the visits of all days by status."""
    total: Counter[AppointmentStatus] = Counter()
    for day in days:
        total.update(day.by_status)
    return {status: total[status] for status in VISIT_STATUSES}


def no_show_rate(counts: dict[AppointmentStatus, int]) -> float | None:
    """Return the share of no-shows among completed and missed visits; None without such visits."""
    missed, completed = counts[AppointmentStatus.NO_SHOW], counts[AppointmentStatus.COMPLETED]
    return missed / (missed + completed) if missed + completed else None


def utilisation(visits: Iterable[VisitCount], offered: int) -> float | None:
    """Return occupied by offered minutes, at most 1, because visits may lie outside the weekly hours."""
    occupied = sum(
        _minutes(v.starts_at, v.ends_at) * v.number for v in visits if AppointmentStatus(v.status) not in NOT_OCCUPYING
    )
    return min(1.0, occupied / offered) if offered else None


def not_kept(of: Period, first: date | None, last: date | None) -> list[tuple[date, date]]:
    """Return the spans of days in the period outside the kept days from first to last."""
    if first is None or last is None:
        return [(of.first, of.last)]
    before = (of.first, min(of.last, first - timedelta(days=1)))
    after = (max(of.first, last + timedelta(days=1)), of.last)
    return [(begin, end) for begin, end in (before, after) if begin <= end]


def turnaround_hours(spans: Iterable[tuple[datetime, datetime]]) -> float | None:
    """Return the median hours from collection to verification; None without results."""
    hours = [(verified - collected).total_seconds() / 3600 for collected, verified in spans]
    return round(median(hours), 2) if hours else None


def waiting_minutes(spans: Iterable[tuple[datetime, datetime]]) -> float | None:
    """Return the median minutes from arrival to the start of the visit; None without such visits."""
    minutes = [(started - arrived).total_seconds() / 60 for arrived, started in spans]
    return round(median(minutes), 1) if minutes else None


def _minutes(starts: datetime, ends: datetime) -> int:
    return int((ends - starts).total_seconds() // 60)
