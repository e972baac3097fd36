"""The day of a follow-up, and the times that are offered for it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from careplus_appointments.rules.follow_ups import nearest_times, searched_days, wanted_day
from careplus_clinic.clinic_time import Span
from careplus_contracts.follow_ups import Interval

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("interval", "since", "wanted"),
    [
        (Interval.ONE_WEEK, date(2030, 1, 7), date(2030, 1, 14)),
        (Interval.SIX_WEEKS, date(2030, 1, 7), date(2030, 2, 18)),
        (Interval.THREE_MONTHS, date(2030, 1, 7), date(2030, 4, 7)),
        (Interval.THREE_MONTHS, date(2029, 11, 30), date(2030, 2, 28)),
        (Interval.THREE_MONTHS, date(2030, 10, 31), date(2031, 1, 31)),
    ],
)
def test_wanted_day_is_after_the_interval(interval: Interval, since: date, wanted: date) -> None:
    assert wanted_day(interval, since) == wanted


def test_searched_days_do_not_reach_today() -> None:
    since = date(2030, 1, 7)
    for interval in Interval:
        wanted = wanted_day(interval, since)
        days = searched_days(wanted, since)
        assert since < days[0] < wanted < days[-1]
        assert (wanted - days[0]).days <= 14


def slot(day: int, hour: int) -> Span:
    starts_at = datetime(2030, 1, day, hour, tzinfo=UTC)
    return starts_at, starts_at + timedelta(minutes=30)


def test_nearest_times_are_one_a_day_near_the_usual_time() -> None:
    free = [slot(day, hour) for day in (10, 11, 15, 16, 20) for hour in (8, 10, 15)]
    found = nearest_times(free, date(2030, 1, 14), 10 * 60, BERLIN)
    # 10:00 in Berlin is 09:00 UTC: 08:00 and 10:00 are as near, and the earlier one is taken
    assert found == [slot(11, 8), slot(15, 8), slot(16, 8)]


def test_fewer_free_days_give_fewer_times() -> None:
    assert nearest_times([slot(15, 8)], date(2030, 1, 14), 600, BERLIN) == [slot(15, 8)]
    assert nearest_times([], date(2030, 1, 14), 600, BERLIN) == []
