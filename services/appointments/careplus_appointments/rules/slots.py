"""Free times: from weekly wall-clock hours to instants, over daylight-saving changes."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from careplus_contracts.availability import OpenHours, Weekday
from careplus_contracts.doctors import BookingMode

Span = tuple[datetime, datetime]
"""Instants in UTC, `[from, to)`."""
DAY = timedelta(days=1)
WEEKDAYS = tuple(Weekday)


@dataclass(frozen=True)
class Calendar:
    """When a doctor sees patients (`hours`, by weekday), and is away or busy nevertheless."""

    slot_minutes: int
    place: str | None
    hours: Sequence[OpenHours]
    away: Sequence[Span] = ()
    busy: Sequence[Span] = field(default=())
    booking: BookingMode = BookingMode.ONLINE


def clinic_day(instant: datetime, zone: ZoneInfo) -> date:
    """The date on the clinic's wall."""
    return instant.astimezone(zone).date()


def day_span(first: date, last: date, zone: ZoneInfo) -> Span:
    """From the start of one clinic day to the end of another; a day has 23 to 25 hours."""
    return _latest(first, "00:00", zone), _latest(last + DAY, "00:00", zone)


def offered(day: date, hours: Sequence[OpenHours], slot_minutes: int, zone: ZoneInfo) -> list[Span]:
    """The slots of one clinic day in order of time, none overlapping.

    A wall-clock time that does not exist that day is not offered; one that comes twice is offered twice.
    """
    length = timedelta(minutes=slot_minutes)
    weekday = WEEKDAYS[day.weekday()]
    slots: list[Span] = []
    for rule in (rule for rule in hours if rule.weekday == weekday):
        closes = _latest(day, rule.ends, zone)
        for starts_at in sorted(_starts(day, rule, slot_minutes, zone)):
            # where the clock is set back by less than a slot, the second of two overlapping ones is left out
            if starts_at + length <= closes and (not slots or starts_at >= slots[-1][1]):
                slots.append((starts_at, starts_at + length))
    return slots


def free(calendar: Calendar, days: Iterable[date], window: Span, zone: ZoneInfo) -> Iterator[Span]:
    """Slots of these days that start inside the window and clash with nothing, in order of time."""
    taken = deque(merged([*calendar.away, *calendar.busy]))
    for day in days:
        for slot in offered(day, calendar.hours, calendar.slot_minutes, zone):
            while taken and taken[0][1] <= slot[0]:
                taken.popleft()
            clashes = bool(taken) and taken[0][0] < slot[1]
            if not clashes and window[0] <= slot[0] < window[1]:
                yield slot


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans that do not touch, in order."""
    apart: list[Span] = []
    for starts_at, ends_at in sorted(spans):
        if apart and starts_at <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(apart[-1][1], ends_at))
        else:
            apart.append((starts_at, ends_at))
    return apart


def days_from(first: date, count: int) -> list[date]:
    return [first + DAY * number for number in range(count)]


def nearest(slots: Iterable[Span], wanted: datetime, count: int = 5) -> list[datetime]:
    """The starts closest to a wanted time, in order of time."""
    return sorted(sorted((starts_at for starts_at, _ in slots), key=lambda at: abs(at - wanted))[:count])


def _starts(day: date, rule: OpenHours, slot_minutes: int, zone: ZoneInfo) -> set[datetime]:
    opens, closes = _minutes(rule.starts), _minutes(rule.ends)
    walls = range(opens, closes - slot_minutes + 1, slot_minutes)
    midnight = datetime.combine(day, time.min, zone)
    if midnight.utcoffset() == (midnight + DAY).utcoffset():
        first = midnight.astimezone(UTC)
        return {first + timedelta(minutes=wall) for wall in walls}
    # the clock changes: the last wall time may still fit a slot of real minutes
    walls = range(opens, closes, slot_minutes)
    return {instant for wall in walls for instant in _instants(datetime.combine(day, time(wall // 60, wall % 60)), zone)}


def _instants(wall: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Once on most days, never in the gap of spring, twice in autumn."""
    for fold in (0, 1):
        instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) == wall:
            yield instant


def _latest(day: date, wall: str, zone: ZoneInfo) -> datetime:
    at = datetime.combine(day, time.min) + timedelta(minutes=_minutes(wall))
    if wall == "00:00":
        # a day starts when its first midnight strikes
        return min(at.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return max(at.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def _minutes(wall: str) -> int:
    return int(wall[:2]) * 60 + int(wall[3:])
