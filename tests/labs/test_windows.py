"""Windows of the laboratory over daylight-saving changes."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplus_clinic.clinic_time import DAY, nearest
from careplus_labs.rules import windows
from careplus_labs.rules.windows import WINDOW, Hours

BERLIN = ZoneInfo("Europe/Berlin")
PAST = datetime(2000, 1, 2, tzinfo=UTC)
SETTINGS = ("06:00-22:00", "00:00-24:00", "06:10-06:50", "07:05-07:06", "22:30-24:00", "01:30-03:30")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo", "America/Santiago", "UTC")


def opening(setting: str, zone: str = "Europe/Berlin", now: datetime = PAST, horizon_days: int = 40_000) -> Hours:
    return windows.parse_hours(setting, ZoneInfo(zone), now, horizon_days)


@pytest.mark.parametrize(
    ("zone", "day", "count"),
    [
        ("Europe/Berlin", date(2030, 1, 7), 96),
        ("Europe/Berlin", date(2030, 3, 31), 92),
        ("Europe/Berlin", date(2030, 10, 27), 100),
        ("America/New_York", date(2030, 3, 10), 92),
        ("America/New_York", date(2030, 11, 3), 100),
        ("Australia/Lord_Howe", date(2030, 4, 7), 98),
        ("Australia/Lord_Howe", date(2030, 10, 6), 94),
    ],
)
def test_day_open_all_hours_has_window_per_quarter(zone: str, day: date, count: int) -> None:
    found = windows.windows([day], opening("00:00-24:00", zone))
    assert len(found) == count
    assert {after - before for before, after in itertools.pairwise(found)} == {WINDOW}


def test_dst_gap_has_no_window_and_dst_fold_has_two() -> None:
    night = opening("02:00-03:00")
    assert windows.windows([date(2030, 3, 31)], night) == []
    assert len(windows.windows([date(2030, 10, 27)], night)) == 8
    assert windows.window_of(datetime(2030, 10, 27, 0, 7, tzinfo=UTC), night) == datetime(2030, 10, 27, 0, 0, tzinfo=UTC)
    assert windows.window_of(datetime(2030, 10, 27, 1, 7, tzinfo=UTC), night) == datetime(2030, 10, 27, 1, 0, tzinfo=UTC)


days = st.dates(date(2024, 1, 1), date(2035, 12, 31))


@given(st.sampled_from(ZONES), st.sampled_from(SETTINGS), days)
def test_windows_lie_in_opening_hours_without_overlap(zone: str, setting: str, day: date) -> None:
    hours = opening(setting, zone)
    found = windows.windows([day], hours)
    for start, after in zip(found, [*found[1:], None], strict=True):
        end = windows.ends_at(start, hours)
        wall = start.astimezone(hours.zone)
        assert wall.date() == day
        assert any(opens <= wall.hour * 60 + wall.minute < closes for opens, closes in hours.intervals(day))
        assert start < end <= start + WINDOW
        assert after is None or end <= after
        assert windows.window_of(start, hours) == start
        assert windows.window_of(end - timedelta(seconds=1), hours) == start


@given(st.sampled_from(ZONES), st.sampled_from(SETTINGS), st.datetimes(datetime(2024, 1, 2), datetime(2035, 12, 30)))  # noqa: DTZ001
def test_open_instant_lies_in_one_listed_window(zone: str, setting: str, naive: datetime) -> None:
    hours, instant = opening(setting, zone), naive.replace(tzinfo=UTC)
    around = instant.astimezone(hours.zone).date()
    listed = [
        start
        for start in windows.windows([around - DAY, around, around + DAY], hours)
        if start <= instant < windows.ends_at(start, hours)
    ]
    window = windows.window_of(instant, hours)
    assert listed == ([] if window is None else [window])


def test_unbookable_reason_names_past_horizon_and_hours() -> None:
    now = datetime(2030, 1, 7, 12, 0, tzinfo=UTC)
    hours = opening("06:00-22:00", now=now, horizon_days=30)
    assert windows.unbookable_reason(now, hours) is None
    assert windows.unbookable_reason(now + timedelta(minutes=7), hours) is None
    assert windows.unbookable_reason(now - timedelta(seconds=1), hours) == "That time has passed."
    assert windows.unbookable_reason(now + timedelta(days=31), hours) == "Bookings are taken up to 30 days ahead."
    closed = windows.unbookable_reason(now + timedelta(hours=12), hours)
    assert closed == "On that day the laboratory takes specimens from 06:00 to 22:00."


def test_windows_end_at_notice_and_horizon() -> None:
    now = datetime(2030, 1, 7, 12, 5, tzinfo=UTC)
    hours = opening("06:00-22:00", now=now, horizon_days=1)
    assert windows.windows([date(2030, 1, 6)], hours) == []
    today = windows.windows([date(2030, 1, 7)], hours)
    assert today[0] == datetime(2030, 1, 7, 12, 15, tzinfo=UTC)
    tomorrow = windows.windows([date(2030, 1, 8)], hours)
    assert tomorrow[-1] == datetime(2030, 1, 8, 12, 0, tzinfo=UTC)
    assert windows.windows([date(2030, 1, 9), date(1990, 1, 1)], hours) == []


def test_nearest_windows_come_in_order_of_time() -> None:
    now = datetime(2030, 1, 7, 12, 0, tzinfo=UTC)
    hours = opening("06:00-22:00", now=now, horizon_days=30)
    wanted = datetime(2030, 1, 7, 22, 0, tzinfo=UTC)
    found = nearest(windows.windows(windows.days_around(wanted, 1, hours), hours), wanted)
    assert found == sorted(found)
    assert found[0] == datetime(2030, 1, 7, 19, 45, tzinfo=UTC)
    assert len(found) == 5


def test_days_around_far_time_start_at_the_horizon() -> None:
    now = datetime(2030, 1, 7, 12, 0, tzinfo=UTC)
    hours = opening("06:00-22:00", now=now, horizon_days=30)
    assert windows.days_around(datetime(2099, 12, 31, tzinfo=UTC), 1, hours)[1] == date(2030, 2, 6)
    assert windows.days_around(datetime(2000, 1, 1, tzinfo=UTC), 1, hours)[1] == date(2030, 1, 7)
