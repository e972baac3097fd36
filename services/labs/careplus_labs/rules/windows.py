"""When the laboratory takes specimens: quarters of an hour on the clinic's wall, over daylight-saving changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WINDOW = timedelta(minutes=15)
DAY = timedelta(days=1)
MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Hours:
    """Open from minute to minute of the clinic's day, `[opens, closes)`, for bookings in `[earliest, latest]`."""

    opens: int
    closes: int
    zone: ZoneInfo
    earliest: datetime
    latest: datetime


def hours(written: str, zone: ZoneInfo, now: datetime, horizon_days: int) -> Hours:
    """From the setting, `06:00-22:00`."""
    opens, closes = (int(wall[:2]) * 60 + int(wall[3:]) for wall in written.split("-"))
    return Hours(opens, closes, zone, now, now + DAY * horizon_days)


def window_of(instant: datetime, when: Hours) -> datetime | None:
    """The start of the window that an instant lies in; None while the laboratory is closed.

    Windows are counted from opening. Every zone's offset is a multiple of a quarter of an hour, so they are found in UTC.
    """
    start = instant.astimezone(UTC) - (instant - MIDNIGHT - timedelta(minutes=when.opens)) % WINDOW
    return start if _open(start, when) and _open(instant, when) else None


def ends_at(window: datetime, when: Hours) -> datetime:
    """The end of a window; the last of a day may be short."""
    return window + min(WINDOW, timedelta(minutes=when.closes - _minute(window, when.zone)))


def windows(days: Iterable[date], when: Hours) -> list[datetime]:
    """The windows of these clinic days that can be booked, in order of time. Those that do not exist in spring are missing,
    those that come twice in autumn are there twice."""
    return [
        start
        for day in days
        for start in _steps(day, when)
        if when.earliest <= start <= when.latest and start.astimezone(when.zone).date() == day and _open(start, when)
    ]


def why_not(starts_at: datetime, when: Hours) -> str | None:
    """Why this time cannot be booked whoever else comes; None: it can."""
    if starts_at < when.earliest:
        return "That time has passed."
    if starts_at > when.latest:
        return f"Bookings are taken up to {(when.latest - when.earliest).days} days ahead."
    if window_of(starts_at, when) is None:
        return f"The laboratory takes specimens from {_wall(when.opens)} to {_wall(when.closes)}."
    return None


def days_around(starts_at: datetime, reach: int, when: Hours) -> list[date]:
    """Clinic days up to `reach` days from a time, or from the nearest time that can be booked."""
    day = max(when.earliest, min(starts_at, when.latest)).astimezone(when.zone).date()
    return [day + DAY * offset for offset in range(-reach, reach + 1)]


def nearest(free: Iterable[datetime], wanted: datetime, count: int = 5) -> list[datetime]:
    """The windows closest to a wanted time, in order of time."""
    return sorted(sorted(free, key=lambda start: abs(start - wanted))[:count])


def clinic_day(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which a clinic day starts and ends."""
    return _midnight(day, zone), _midnight(day + DAY, zone)


def _steps(day: date, when: Hours) -> Iterable[datetime]:
    midnight, end = clinic_day(day, when.zone)
    start = midnight + timedelta(minutes=when.opens) % WINDOW
    while start < end:
        yield start
        start += WINDOW


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _minute(instant: datetime, zone: ZoneInfo) -> int:
    wall = instant.astimezone(zone)
    return wall.hour * 60 + wall.minute


def _open(instant: datetime, when: Hours) -> bool:
    return when.opens <= _minute(instant, when.zone) < when.closes


def _wall(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
