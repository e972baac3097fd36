"""Clinic time in every IANA zone from 2026 to 2030, compared with the offsets that zoneinfo gives at UTC instants."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplus_clinic import clinic_time
from careplus_clinic.clinic_time import DAY, MINUTES_PER_DAY, day_bounds, day_start, first_instant, instants_at, last_instant
from careplus_contracts.availability import Weekday

FIRST, LAST = date(2026, 1, 1), date(2030, 12, 31)
STEP, SECOND = timedelta(hours=12), timedelta(seconds=1)
ZONES = sorted(name for name in available_timezones() if name != "localtime")

Segment = tuple[datetime, datetime, timedelta]
"""The UTC start and end of a span without a clock change, and its offset."""


def offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    found = instant.astimezone(zone).utcoffset()
    assert found is not None
    return found


def change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Find the first second of the new offset by bisection over UTC instants."""
    old = offset(before, zone)
    while after - before > SECOND:
        middle = before + (after - before) // 2 // SECOND * SECOND
        before, after = (middle, after) if offset(middle, zone) == old else (before, middle)
    return after


@cache
def segments(name: str) -> tuple[Segment, ...]:
    """Return the offsets from two days before FIRST to two days after LAST; assumes one change in 12 hours."""
    zone = ZoneInfo(name)
    start = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) - 2 * DAY
    count = (LAST - FIRST + 5 * DAY) // STEP
    samples = [(at, offset(at, zone)) for at in (start + STEP * number for number in range(count + 1))]
    changes = [change(before[0], after[0], zone) for before, after in pairwise(samples) if before[1] != after[1]]
    bounds = [start, *changes, samples[-1][0]]
    return tuple((begins, ends, offset(begins, zone)) for begins, ends in pairwise(bounds))


def starts_of_days(found: tuple[Segment, ...]) -> dict[date, datetime]:
    """Return for each date the first instant at which the wall clock shows it."""
    starts: dict[date, datetime] = {}
    for begins, ends, ahead in found:
        local = begins.replace(tzinfo=None) + ahead
        starts.setdefault(local.date(), begins)
        midnight = datetime.combine(local.date(), datetime.min.time()) + DAY
        while (instant := (midnight - ahead).replace(tzinfo=UTC)) < ends:
            starts.setdefault(midnight.date(), instant)
            midnight += DAY
    return starts


def days() -> Iterator[date]:
    return (FIRST + DAY * number for number in range((LAST - FIRST).days + 1))


@cache
def distinct_zones() -> list[str]:
    """One name for each history of offsets: names of one history are aliases in these years."""
    return sorted({segments(name): name for name in reversed(ZONES)}.values())


def test_day_start_is_first_instant_of_date_in_every_zone() -> None:
    assert len(ZONES) > 400
    assert len(distinct_zones()) > 60
    wrong = []
    for name in distinct_zones():
        zone, expected = ZoneInfo(name), starts_of_days(segments(name))
        wrong += [(name, day) for day in days() if day_start(day, zone) != expected[day]]
    assert wrong == []


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Africa/Cairo", date(2026, 4, 24)),
        ("America/Havana", date(2026, 3, 8)),
        ("America/Santiago", date(2026, 9, 6)),
        ("Asia/Beirut", date(2026, 3, 29)),
        ("Atlantic/Azores", date(2026, 3, 29)),
        ("Chile/Continental", date(2026, 9, 6)),
        ("Cuba", date(2026, 3, 8)),
        ("Egypt", date(2026, 4, 24)),
    ],
)
def test_day_starts_at_one_where_midnight_is_skipped(zone: str, day: date) -> None:
    begins, ends = day_bounds(day, day, ZoneInfo(zone))
    assert begins.astimezone(ZoneInfo(zone)).isoformat().startswith(f"{day}T01:00:00")
    assert ends - begins == timedelta(hours=23)


names = st.sampled_from(ZONES)
dates = st.dates(FIRST, LAST)
changing_days = st.deferred(
    lambda: st.sampled_from(
        [
            (name, clinic_time.local_date(start, ZoneInfo(name)) + DAY * near)
            for name in distinct_zones()
            for start, _, _ in segments(name)[1:]
            for near in (-1, 0, 1)
            if FIRST <= clinic_time.local_date(start, ZoneInfo(name)) + DAY * near <= LAST
        ]
    )
)
zone_days = st.tuples(names, dates) | changing_days


@given(zone_days, st.integers(0, MINUTES_PER_DAY - 1))
def test_instants_at_finds_every_reading_of_the_wall_clock(zone_day: tuple[str, date], minute: int) -> None:
    name, day = zone_day
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    expected = [
        instant for begins, ends, ahead in segments(name) if begins <= (instant := (wall - ahead).replace(tzinfo=UTC)) < ends
    ]
    zone = ZoneInfo(name)
    assert instants_at(day, [minute], zone) == expected
    if expected:
        assert (first_instant(day, minute, zone), last_instant(day, minute, zone)) == (expected[0], expected[-1])
    for instant in expected:
        assert clinic_time.local_time(instant, zone) == wall
        assert (clinic_time.local_date(instant, zone), clinic_time.local_minute(instant, zone)) == (day, minute)


@given(zone_days)
def test_days_follow_each_other_without_gap(zone_day: tuple[str, date]) -> None:
    zone, day = ZoneInfo(zone_day[0]), zone_day[1]
    begins, ends = day_bounds(day, day, zone)
    assert (
        ends
        == day_start(day + DAY, zone)
        == first_instant(day, MINUTES_PER_DAY, zone)
        == last_instant(day, MINUTES_PER_DAY, zone)
    )
    assert begins == day_start(day, zone) < ends
    assert clinic_time.local_date(begins, zone) == clinic_time.local_date(ends - SECOND, zone) == day


@pytest.mark.parametrize(
    ("zone", "day", "minute", "first", "last"),
    [
        ("Europe/Berlin", date(2030, 3, 31), 150, "03:30+02:00", "03:30+02:00"),
        ("Europe/Berlin", date(2030, 10, 27), 150, "02:30+02:00", "02:30+01:00"),
        ("Atlantic/Azores", date(2030, 10, 27), 0, "00:00+00:00", "00:00-01:00"),
        ("Africa/Cairo", date(2026, 4, 24), 30, "01:30+03:00", "01:30+03:00"),
    ],
)
def test_first_and_last_instant_in_gap_and_fold(zone: str, day: date, minute: int, first: str, last: str) -> None:
    found = [at(day, minute, ZoneInfo(zone)).astimezone(ZoneInfo(zone)) for at in (first_instant, last_instant)]
    assert [f"{instant:%H:%M}{instant.isoformat()[-6:]}" for instant in found] == [first, last]
    assert all(instant.date() == day for instant in found)


@given(st.integers(0, MINUTES_PER_DAY))
def test_clock_of_is_read_back_by_minute_of(minute: int) -> None:
    assert clinic_time.minute_of(clinic_time.clock_of(minute)) == minute
    assert len(clinic_time.clock_of(minute)) == 5


def test_weekday_and_days_from() -> None:
    week = clinic_time.days_from(date(2030, 1, 7), 7)
    assert [clinic_time.weekday(day) for day in week] == list(Weekday)
    assert clinic_time.days_from(date(2030, 1, 7), 0) == []


@given(st.lists(st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31)), unique=True), st.integers(0, 6))  # noqa: DTZ001
def test_nearest_returns_closest_in_order_of_time(naive: list[datetime], count: int) -> None:
    wanted, starts = datetime(2028, 1, 1, tzinfo=UTC), [start.replace(tzinfo=UTC) for start in naive]
    found = clinic_time.nearest(starts, wanted, count)
    assert found == sorted(found)
    assert len(found) == min(count, len(starts))
    farthest = max((abs(start - wanted) for start in found), default=timedelta(0))
    assert all(abs(start - wanted) >= farthest for start in starts if start not in found)
