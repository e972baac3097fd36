"""Statistics of a period."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplus_clinic.offered import TimeOffSpan, WeeklyHours, offered_minutes
from careplus_contracts.appointments import VISIT_STATUSES, AppointmentStatus
from careplus_contracts.refusals import Malformed
from careplus_doctors.rules import stats
from careplus_doctors.rules.stats import Period, VisitCount

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2030, 1, 7, 23, 30, tzinfo=UTC)  # the 8th in Berlin
MONDAY = date(2030, 1, 7)


def days(first: date, last: date, zone: ZoneInfo = BERLIN) -> Period:
    return stats.period(first, last, NOW, zone)


def visit(starts_at: datetime, status: str = "booked", number: int = 1, minutes: int = 30) -> VisitCount:
    return VisitCount(starts_at, starts_at + timedelta(minutes=minutes), status, number)


def test_default_period_lies_around_clinic_today() -> None:
    period = stats.period(None, None, NOW, BERLIN)
    assert (period.first, period.last) == (date(2029, 12, 10), date(2030, 2, 7))
    assert len(period.days) == 60


@pytest.mark.parametrize(("last", "fits"), [(-1, False), (0, True), (366, True), (367, False)])
def test_period_over_367_days_is_malformed(last: int, fits: bool) -> None:
    if fits:
        assert len(days(MONDAY, MONDAY + timedelta(days=last)).days) == last + 1
    else:
        with pytest.raises(Malformed) as refused:
            days(MONDAY, MONDAY + timedelta(days=last))
        assert refused.value.extras["errors"][0].field == "query.to"


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2030, 3, 31), 23),
        ("Europe/Berlin", date(2030, 10, 27), 25),
        ("Australia/Lord_Howe", date(2030, 10, 6), 23.5),
        ("America/Santiago", date(2030, 9, 8), 23),  # midnight is skipped
    ],
)
def test_bounds_of_day_follow_clock_changes(zone: str, day: date, hours: float) -> None:
    begins, ends = days(day, day, ZoneInfo(zone)).bounds
    assert ends - begins == timedelta(hours=hours)


def test_by_day_counts_visits_on_clinic_days() -> None:
    period = days(MONDAY, MONDAY + timedelta(days=2))
    begins = period.bounds[1]
    found = stats.by_day(period, [visit(begins - timedelta(seconds=1), number=2), visit(begins, "completed", 3), visit(begins)])
    assert [day.total for day in found] == [2, 4, 0]
    assert found[1].by_status[AppointmentStatus.COMPLETED] == 3
    assert all(day.by_status.keys() == set(VISIT_STATUSES) for day in found)
    assert stats.by_status(found)[AppointmentStatus.BOOKED] == 3


@given(st.lists(st.tuples(st.integers(0, 60 * 24 * 370 - 1), st.sampled_from(VISIT_STATUSES), st.integers(1, 9))))
def test_by_day_counts_every_visit_once(drawn: list[tuple[int, AppointmentStatus, int]]) -> None:
    period = days(date(2030, 1, 1), date(2030, 12, 31))
    inside = [
        visit(at, status.value, number)
        for minute, status, number in drawn
        if (at := period.bounds[0] + timedelta(minutes=minute)) < period.bounds[-1]
    ]
    found = stats.by_day(period, inside)
    assert sum(day.total for day in found) == sum(one.number for one in inside)
    for one in inside:
        local = one.starts_at.astimezone(BERLIN).date()
        assert found[(local - period.first).days].by_status[AppointmentStatus(one.status)] >= one.number


def test_no_show_rate_ignores_upcoming_and_cancelled() -> None:
    counts = dict.fromkeys(AppointmentStatus, 0)
    assert stats.no_show_rate(counts) is None
    assert stats.no_show_rate({**counts, AppointmentStatus.BOOKED: 5, AppointmentStatus.CANCELLED: 5}) is None
    assert stats.no_show_rate({**counts, AppointmentStatus.COMPLETED: 3, AppointmentStatus.NO_SHOW: 1}) == 0.25


def test_utilisation_is_at_most_one() -> None:
    visits = [visit(NOW, number=2), visit(NOW, "completed", minutes=60), visit(NOW, "cancelled", 9), visit(NOW, "no_show", 9)]
    assert stats.utilisation(visits, 480) == 0.25
    assert stats.utilisation(visits, 60) == 1.0
    assert stats.utilisation([], 60) == 0.0
    assert stats.utilisation(visits, 0) is None


WEEK = [WeeklyHours(1, "mon", "09:00", "12:00"), WeeklyHours(1, "mon", "13:00", "24:00"), WeeklyHours(1, "tue", "00:00", "01:00")]


def offered(*away: TimeOffSpan, last: date = MONDAY + timedelta(days=6)) -> int:
    return sum(offered_minutes(MONDAY, last, WEEK, away, BERLIN).values())


def local(day: int, clock: str) -> datetime:
    return datetime.combine(MONDAY + timedelta(days=day), time.fromisoformat(clock), BERLIN).astimezone(UTC)


def test_offered_minutes_follow_weekly_hours() -> None:
    assert offered() == 180 + 660 + 60
    assert offered(last=MONDAY) == 840
    assert offered(last=MONDAY + timedelta(days=7)) == 840 * 2 + 60
    assert offered_minutes(MONDAY, MONDAY, [], [], BERLIN) == {}


def test_overlapping_time_off_is_subtracted_once() -> None:
    assert offered(TimeOffSpan(1, local(0, "11:00"), local(0, "14:00"))) == 900 - 60 - 60
    assert offered(TimeOffSpan(1, local(0, "23:00"), local(1, "00:30"))) == 900 - 60 - 30
    assert (
        offered(TimeOffSpan(1, local(0, "11:00"), local(0, "14:00")), TimeOffSpan(1, local(0, "11:30"), local(0, "13:30"))) == 780
    )
    assert (
        offered(TimeOffSpan(1, local(0, "11:00"), local(0, "12:00")), TimeOffSpan(1, local(0, "11:30"), local(0, "13:30"))) == 810
    )
    assert offered(TimeOffSpan(2, local(0, "11:00"), local(0, "14:00"))) == 900


def test_time_off_outside_the_period_is_ignored() -> None:
    assert offered(TimeOffSpan(1, local(-30, "00:00"), local(30, "00:00"))) == 0
    assert (
        offered(TimeOffSpan(1, local(-30, "00:00"), local(-1, "00:00")), TimeOffSpan(1, local(7, "00:00"), local(8, "00:00")))
        == 900
    )


@given(st.lists(st.tuples(st.integers(-3000, 13000), st.integers(1, 4000)), max_size=5))
def test_offered_minutes_equal_counted_minutes(drawn: list[tuple[int, int]]) -> None:
    midnight = datetime.combine(MONDAY, time(), BERLIN).astimezone(UTC)
    away = [(midnight + timedelta(minutes=at), midnight + timedelta(minutes=at + length)) for at, length in drawn]
    counted = 0
    for rule in WEEK:
        day = ["mon", "tue"].index(rule.weekday)
        for minute in range(day * 1440 + _minute(rule.starts), day * 1440 + _minute(rule.ends)):
            at = midnight + timedelta(minutes=minute)
            counted += not any(starts <= at < ends for starts, ends in away)
    assert offered(*(TimeOffSpan(1, starts, ends) for starts, ends in away)) == counted


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def test_turnaround_is_the_median_of_hours() -> None:
    spans = [(NOW, NOW + timedelta(hours=hours)) for hours in (1, 2, 90)]
    assert stats.turnaround_hours(spans) == 2.0
    assert stats.turnaround_hours(spans[:2]) == 1.5
    assert stats.turnaround_hours([]) is None


def test_wait_is_the_median_of_minutes() -> None:
    spans = [(NOW, NOW + timedelta(minutes=minutes)) for minutes in (4, 9, 55)]
    assert stats.waiting_minutes(spans) == 9.0
    assert stats.waiting_minutes(spans[:2]) == 6.5
    assert stats.waiting_minutes([]) is None
