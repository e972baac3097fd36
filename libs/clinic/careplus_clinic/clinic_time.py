"""Clinic time: days and wall-clock times of the clinic's zone as instants in UTC, over daylight-saving changes.

A gap is the wall-clock time that is skipped when the clock is set forward; a fold is the time that comes twice when it is
set back. `zone` is always the clinic's zone, and instants are aware datetimes.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from careplus_contracts.availability import Weekday

Span = tuple[datetime, datetime]
"""Instants in UTC, `[from, to)`."""
DAY = timedelta(days=1)
MINUTES_PER_DAY = 24 * 60
WEEKDAYS = tuple(Weekday)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """Return the clinic day on which an instant lies."""
    return instant.astimezone(zone).date()


def local_time(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the date and wall-clock time at an instant, without a zone."""
    return instant.astimezone(zone).replace(tzinfo=None)


def local_minute(instant: datetime, zone: ZoneInfo) -> int:
    """Return the minute of the clinic day at an instant, read from the wall clock: 0 to 1439."""
    local = instant.astimezone(zone)
    return local.hour * 60 + local.minute


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a clinic day.

    `fold=0` is the first midnight where midnight comes twice. Where midnight is skipped, it is midnight by the offset before
    the change, which is the instant of the change.
    """
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def day_bounds(first: date, last: date, zone: ZoneInfo) -> Span:
    """Return the start of the first clinic day and the end of the last; one day has 23 to 25 hours in most zones."""
    return day_start(first, zone), day_start(last + DAY, zone)


def first_instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the first instant at which the wall clock shows a minute of the day.

    1440 is the end of the day. A time in a gap is read with the offset before the change.
    """
    return (_midnight(day) + timedelta(minutes=minute)).replace(tzinfo=zone).astimezone(UTC)


def last_instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the last instant at which the wall clock shows a minute of the day; it differs from `first_instant` in a fold."""
    if minute == MINUTES_PER_DAY:
        return day_start(day + DAY, zone)
    wall = _midnight(day) + timedelta(minutes=minute)
    return max(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def instants_at(day: date, minutes: Iterable[int], zone: ZoneInfo) -> list[datetime]:
    """Return the instants at which the wall clock shows these minutes of the day (0 to 1439), in order of time.

    A minute in a gap has no instant, one in a fold has two.
    """
    midnight = datetime.combine(day, time.min, zone)
    if midnight.utcoffset() == (midnight + DAY).utcoffset():
        # on days without a change, which are nearly all, one conversion is enough
        first = midnight.astimezone(UTC)
        return sorted(first + timedelta(minutes=minute) for minute in minutes)
    return sorted({instant for minute in minutes for instant in _readings(_midnight(day) + timedelta(minutes=minute), zone)})


def weekday(day: date) -> Weekday:
    """Return the day of the week."""
    return WEEKDAYS[day.weekday()]


def days_from(first: date, count: int) -> list[date]:
    """Return `count` successive days."""
    return [first + DAY * number for number in range(count)]


def minute_of(clock: str) -> int:
    """Return the minute of the day that `HH:MM` names; 1440 for `24:00`."""
    return int(clock[:2]) * 60 + int(clock[3:])


def clock_of(minute: int) -> str:
    """Return the minute of the day as `HH:MM`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def nearest(starts: Iterable[datetime], wanted: datetime, count: int = 5) -> list[datetime]:
    """Return the `count` instants closest to a wanted one, in order of time."""
    return sorted(sorted(starts, key=lambda start: abs(start - wanted))[:count])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)


def _readings(wall: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    for fold in (0, 1):
        instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if local_time(instant, zone) == wall:
            yield instant
