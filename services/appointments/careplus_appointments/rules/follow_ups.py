"""The day of a follow-up, and the free times that are offered for it. Pure functions."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import Span, days_from, local_date, local_minute
from careplus_contracts.follow_ups import Interval

WEEKS = {Interval.ONE_WEEK: 1, Interval.TWO_WEEKS: 2, Interval.SIX_WEEKS: 6}
MONTHS = 3
OFFERED = 3
SEARCHED_DAYS = 14
"""Days after the wanted one in which times are searched, and most days before it."""
EARLIEST_SHARE = 3
"""Times are offered at most this part of the interval before the wanted day: a week less two days is no follow-up after a day."""


def wanted_day(interval: Interval, since: date) -> date:
    """Return the day after the interval; the last of the month where the month has no such day."""
    if interval in WEEKS:
        return since + timedelta(weeks=WEEKS[interval])
    years, month = divmod(since.month - 1 + MONTHS, 12)
    year, month = since.year + years, month + 1
    return date(year, month, min(since.day, monthrange(year, month)[1]))


def searched_days(wanted: date, since: date) -> list[date]:
    """Return the days around the wanted one in which free times are searched."""
    before = min(SEARCHED_DAYS, (wanted - since).days // EARLIEST_SHARE)
    return days_from(wanted - timedelta(days=before), before + SEARCHED_DAYS + 1)


def nearest_times(free: Iterable[Span], wanted: date, minute: int, zone: ZoneInfo) -> list[Span]:
    """Return one time on each of the nearest days, in order of time: the one nearest to a minute of the day."""
    by_day: dict[date, list[Span]] = defaultdict(list)
    for slot in free:
        by_day[local_date(slot[0], zone)].append(slot)
    days = sorted(by_day, key=lambda day: (abs(day - wanted), day))[:OFFERED]
    return sorted(min(by_day[day], key=lambda slot: (abs(local_minute(slot[0], zone) - minute), slot[0])) for day in days)
