"""The times of a series, and its times that are not free. Pure functions."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from careplus_appointments.rules.visit_types import VisitPlan
from careplus_clinic.clinic_time import DAY, days_from, first_instant, local_date, local_minute
from careplus_contracts.series import Every

WEEKS = {Every.WEEK: 1, Every.TWO_WEEKS: 2}
NEARBY = timedelta(days=6)
"""Alternatives are at most so far from a time that is not free: before the next time of a weekly series."""


def starts_of(first: datetime, every: Every, count: int, zone: ZoneInfo) -> list[datetime]:
    """Return the starts of a series at the same wall-clock time; in a gap, at that time before the clock was set."""
    day, minute = local_date(first, zone), local_minute(first, zone)
    step = timedelta(weeks=WEEKS[every])
    return [first, *(first_instant(day + step * number, minute, zone) for number in range(1, count))]


def days_near(starts: Sequence[datetime], zone: ZoneInfo) -> list[date]:
    """Return the clinic days in which alternatives are searched, in order."""
    reach = NEARBY.days
    days = {day for start in starts for day in days_from(local_date(start, zone) - DAY * reach, 2 * reach + 1)}
    return sorted(days)


def not_free(starts: Sequence[datetime], free: Collection[datetime], plan: VisitPlan) -> list[datetime]:
    """Return the starts that are not free or too soon after the one before."""
    too_soon = {after for before, after in pairwise(starts) if after < before + plan.length + plan.buffer}
    return [start for start in starts if start not in free or start in too_soon]
