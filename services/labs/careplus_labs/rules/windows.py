"""Booking windows of the laboratory: quarters of an hour of its opening hours, over daylight-saving changes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import (
    DAY,
    MINUTES_PER_DAY,
    WEEKDAYS,
    clock_of,
    day_bounds,
    days_from,
    local_date,
    local_minute,
    minute_of,
    weekday,
)
from careplus_contracts.availability import Weekday

WINDOW = timedelta(minutes=15)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

Interval = tuple[int, int]
"""Minutes of the clinic's day, `[from, to)`."""
ANY_TIME: Interval = (0, MINUTES_PER_DAY)


@dataclass(frozen=True)
class Hours:
    """Open in the intervals of each weekday, except on closed days, for bookings in `[earliest, latest]`.

    `closed` gives the reason of each closed day. Specimens of the wanted tests are taken during `collects` only.
    """

    week: Mapping[Weekday, Sequence[Interval]]
    closed: Mapping[date, str]
    zone: ZoneInfo
    earliest: datetime
    latest: datetime
    collects: Interval = ANY_TIME
    timed: tuple[str, ...] = ()
    """Codes of the wanted tests that have a time of day."""

    def intervals(self, day: date) -> Sequence[Interval]:
        """Return the opening intervals of a clinic day, in order; none on a closed day."""
        return () if day in self.closed else self.week.get(weekday(day), ())

    def collecting(self, times: Mapping[str, tuple[str | None, str | None]]) -> "Hours":
        """Return the hours for tests with these times of day by code; their common time may be empty."""
        spans = {code: (minute_of(first), minute_of(last)) for code, (first, last) in times.items() if first and last}
        common = [self.collects, *spans.values()]
        collects = (max(first for first, _ in common), min(last for _, last in common))
        return replace(self, collects=collects, timed=tuple(spans))


def parse_hours(setting: str, zone: ZoneInfo, now: datetime, horizon_days: int) -> Hours:
    """Return the hours of the setting, such as `06:00-22:00`, each day, for bookings from now to the horizon."""
    opens, closes = map(minute_of, setting.split("-"))
    return Hours(dict.fromkeys(WEEKDAYS, ((opens, closes),)), {}, zone, now, now + DAY * horizon_days)


def window_of(instant: datetime, hours: Hours) -> datetime | None:
    """Return the start of the window in which an instant lies; None while the laboratory is closed.

    Windows are counted from opening. Every zone's offset is a multiple of a quarter of an hour, so UTC arithmetic finds them.
    """
    interval = _interval_at(instant, hours)
    if interval is None:
        return None
    start = instant.astimezone(UTC) - (instant - EPOCH - timedelta(minutes=interval[0])) % WINDOW
    return start if _interval_at(start, hours) == interval else None


def ends_at(window: datetime, hours: Hours) -> datetime:
    """Return the end of a window; the last of an interval may be short."""
    interval = _interval_at(window, hours)
    assert interval is not None
    return window + min(WINDOW, timedelta(minutes=interval[1] - local_minute(window, hours.zone)))


def windows(days: Iterable[date], hours: Hours) -> list[datetime]:
    """Return the bookable windows of these clinic days in order of time.

    A window in a gap of spring is missing, one in a fold of autumn comes twice.
    """
    return [
        start
        for day in days
        for start in sorted({start for interval in hours.intervals(day) for start in _quarters(day, interval, hours.zone)})
        if hours.earliest <= start <= hours.latest and is_collected(start, hours)
    ]


def is_collected(starts_at: datetime, hours: Hours) -> bool:
    """Return whether the wanted tests' specimens are taken at this time of day."""
    return _is_within(starts_at, hours.collects, hours.zone)


def unbookable_reason(starts_at: datetime, hours: Hours) -> str | None:
    """Return why this time cannot be booked, or None where only the tests and free places decide."""
    if starts_at < hours.earliest:
        return "That time has passed."
    if starts_at > hours.latest:
        return f"Bookings are taken up to {(hours.latest - hours.earliest).days} days ahead."
    return None if window_of(starts_at, hours) is not None else _closed_reason(local_date(starts_at, hours.zone), hours)


def uncollected_reason(hours: Hours) -> str:
    """Return the sentence about the time of day at which the wanted tests' specimens are taken."""
    first, last = hours.collects
    if first >= last:
        return "These tests are taken at different times of day. Book them separately."
    return f"The specimens of these tests are taken from {clock_of(first)} to {clock_of(last)}."


def days_around(starts_at: datetime, reach: int, hours: Hours) -> list[date]:
    """Return the clinic days up to `reach` days from a time, or from the nearest time that can be booked."""
    day = local_date(max(hours.earliest, min(starts_at, hours.latest)), hours.zone)
    return days_from(day - DAY * reach, 2 * reach + 1)


def _closed_reason(day: date, hours: Hours) -> str:
    if day in hours.closed:
        return f"The laboratory is closed on that day: {hours.closed[day]}."
    if not (intervals := hours.intervals(day)):
        return "The laboratory takes no specimens on that day of the week."
    spans = " and ".join(f"from {clock_of(opens)} to {clock_of(closes)}" for opens, closes in intervals)
    return f"On that day the laboratory takes specimens {spans}."


def _quarters(day: date, interval: Interval, zone: ZoneInfo) -> Iterator[datetime]:
    midnight, end = day_bounds(day, day, zone)
    start = midnight + timedelta(minutes=interval[0]) % WINDOW
    while start < end:
        if _is_within(start, interval, zone):
            yield start
        start += WINDOW


def _interval_at(instant: datetime, hours: Hours) -> Interval | None:
    intervals = hours.intervals(local_date(instant, hours.zone))
    return next((one for one in intervals if _is_within(instant, one, hours.zone)), None)


def _is_within(instant: datetime, interval: Interval, zone: ZoneInfo) -> bool:
    return interval[0] <= local_minute(instant, zone) < interval[1]
