"""Free times over daylight-saving changes and around busy spans."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplus_appointments.rules import slots
from careplus_clinic import clinic_time
from careplus_contracts.availability import OpenHours, Weekday

ALWAYS = [OpenHours(weekday=day, starts="00:00", ends="24:00") for day in Weekday]
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC))
ZONES = [
    ZoneInfo(name)
    for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC", "Asia/Beirut")
]
DAYS = st.dates(date(2026, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("zone", "day", "minutes", "count"),
    [
        ("Europe/Berlin", date(2030, 3, 31), 30, 46),
        ("Europe/Berlin", date(2030, 10, 27), 30, 50),
        ("Europe/Berlin", date(2030, 6, 1), 30, 48),
        ("America/New_York", date(2030, 3, 10), 30, 46),
        ("America/New_York", date(2030, 11, 3), 30, 50),
        ("Australia/Lord_Howe", date(2030, 10, 6), 30, 47),
        ("Australia/Lord_Howe", date(2030, 4, 7), 30, 49),
        ("Australia/Lord_Howe", date(2030, 10, 6), 15, 94),
        ("Australia/Lord_Howe", date(2030, 4, 7), 60, 24),
    ],
)
def test_offered_counts_slots_on_days_of_clock_change(zone: str, day: date, minutes: int, count: int) -> None:
    assert len(slots.offered(day, ALWAYS, minutes, ZoneInfo(zone))) == count


@given(DAYS, st.sampled_from(ZONES), st.integers(5, 480), st.tuples(st.integers(0, 1439), st.integers(1, 1440)))
def test_slots_lie_on_the_wall_clock_inside_the_hours(day: date, zone: ZoneInfo, minutes: int, span: tuple[int, int]) -> None:
    opens, closes = sorted(span) if span[0] != span[1] else (0, 1440)
    hours = [OpenHours(weekday=clinic_time.weekday(day), starts=clinic_time.clock_of(opens), ends=clinic_time.clock_of(closes))]
    found = slots.offered(day, hours, minutes, zone)
    opening, closing = clinic_time.day_bounds(day, day, zone)
    for starts_at, ends_at in found:
        local = starts_at.astimezone(zone)
        assert local.date() == day
        assert (local.hour * 60 + local.minute - opens) % minutes == 0
        assert ends_at - starts_at == timedelta(minutes=minutes)
        assert opening <= starts_at < ends_at <= closing
        assert slots.is_within((starts_at, ends_at), hours, zone)
        assert not slots.is_within((starts_at, ends_at), [], zone)
    assert all(before[1] <= after[0] for before, after in pairwise(found))


@given(DAYS, st.sampled_from(ZONES), st.sampled_from([10, 15, 30]))
def test_offered_equals_wall_clock_on_days_of_24_hours(day: date, zone: ZoneInfo, minutes: int) -> None:
    midnight = datetime.combine(day, time.min, zone)
    following = datetime.combine(day + timedelta(days=1), time.min, zone)
    if (following.astimezone(UTC) - midnight.astimezone(UTC)) != timedelta(days=1):
        return
    expected = [
        datetime.combine(day, time(at // 60, at % 60), zone).astimezone(UTC) for at in range(0, 24 * 60 - minutes + 1, minutes)
    ]
    assert [starts_at for starts_at, _ in slots.offered(day, ALWAYS, minutes, zone)] == expected


@given(
    st.lists(st.tuples(st.integers(0, 3 * 1440), st.integers(1, 600)), max_size=30),
    st.sampled_from([10, 30, 45]),
)
def test_free_leaves_out_slots_that_overlap_busy_time(taken: list[tuple[int, int]], minutes: int) -> None:
    zone, first = ZoneInfo("Europe/Berlin"), date(2030, 3, 30)
    start = clinic_time.day_bounds(first, first, zone)[0]
    busy = [(start + timedelta(minutes=at), start + timedelta(minutes=at + length)) for at, length in taken]
    days = clinic_time.days_from(first, 3)
    calendar = slots.Calendar(slot_minutes=minutes, place=None, hours=ALWAYS, away=busy[::2], busy=busy[1::2])
    found = set(slots.free(calendar, days, EVER, zone))
    offered = {slot for day in days for slot in slots.offered(day, ALWAYS, minutes, zone)}
    assert found == {slot for slot in offered if not any(slot[0] < other[1] and other[0] < slot[1] for other in busy)}


def test_free_starts_at_notice_and_ends_at_horizon() -> None:
    zone, day = ZoneInfo("Europe/Berlin"), date(2030, 1, 7)
    calendar = slots.Calendar(slot_minutes=30, place=None, hours=ALWAYS)
    window = (datetime(2030, 1, 7, 9, 0, 1, tzinfo=UTC), datetime(2030, 1, 7, 10, 30, tzinfo=UTC))
    assert [slot[0].hour * 60 + slot[0].minute for slot in slots.free(calendar, [day], window, zone)] == [570, 600]
