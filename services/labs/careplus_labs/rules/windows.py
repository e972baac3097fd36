"""Booking windows of the laboratory: quarters of an hour of its opening hours, over daylight-saving changes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import DAY, clock_of, day_bounds, days_from, local_date, local_minute, minute_of

WINDOW = timedelta(minutes=15)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Hours:
    """Open from minute to minute of the clinic's day, `[opens, closes)`, for bookings in `[earliest, latest]`."""

    opens: int
    closes: int
    zone: ZoneInfo
    earliest: datetime
    latest: datetime


def parse_hours(setting: str, zone: ZoneInfo, now: datetime, horizon_days: int) -> Hours:
    """Return the hours of the setting, such as `06:00-22:00`, for bookings from now to the horizon."""
    opens, closes = map(minute_of, setting.split("-"))
    return Hours(opens, closes, zone, now, now + DAY * horizon_days)


def window_of(instant: datetime, hours: Hours) -> datetime | None:
    """Return the start of the window in which an instant lies; None while the laboratory is closed.

    Windows are counted from opening. Every zone's offset is a multiple of a quarter of an hour, so UTC arithmetic finds them.
    """
    start = instant.astimezone(UTC) - (instant - EPOCH - timedelta(minutes=hours.opens)) % WINDOW
    return start if _is_open(start, hours) and _is_open(instant, hours) else None


def ends_at(window: datetime, hours: Hours) -> datetime:
    """Return the end of a window; the last of a day may be short."""
    return window + min(WINDOW, timedelta(minutes=hours.closes - local_minute(window, hours.zone)))


def windows(days: Iterable[date], hours: Hours) -> list[datetime]:
    """Return the bookable windows of these clinic days in order of time.

    A window in a gap of spring is missing, one in a fold of autumn comes twice.
    """
    return [
        start
        for day in days
        for start in _quarters(day, hours)
        if hours.earliest <= start <= hours.latest and local_date(start, hours.zone) == day and _is_open(start, hours)
    ]


def unbookable_reason(starts_at: datetime, hours: Hours) -> str | None:
    """Return why this time cannot be booked, or None where only free places decide."""
    if starts_at < hours.earliest:
        return "That time has passed."
    if starts_at > hours.latest:
        return f"Bookings are taken up to {(hours.latest - hours.earliest).days} days ahead."
    if window_of(starts_at, hours) is None:
        return f"The laboratory takes specimens from {clock_of(hours.opens)} to {clock_of(hours.closes)}."
    return None


def days_around(starts_at: datetime, reach: int, hours: Hours) -> list[date]:
    """Return the clinic days up to `reach` days from a time, or from the nearest time that can be booked."""
    day = local_date(max(hours.earliest, min(starts_at, hours.latest)), hours.zone)
    return days_from(day - DAY * reach, 2 * reach + 1)


def _quarters(day: date, hours: Hours) -> Iterator[datetime]:
    midnight, end = day_bounds(day, day, hours.zone)
    start = midnight + timedelta(minutes=hours.opens) % WINDOW
    while start < end:
        yield start
        start += WINDOW


def _is_open(instant: datetime, hours: Hours) -> bool:
    return hours.opens <= local_minute(instant, hours.zone) < hours.closes
