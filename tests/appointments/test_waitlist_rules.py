"""Which times fit an entry of the waitlist, and until when an offered time is held."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from careplus_appointments.rules.waitlist import Wanted, held_until

ZONE = ZoneInfo("Europe/Berlin")
WEEKDAYS = frozenset({"mon", "tue", "wed", "thu", "fri", "sat", "sun"})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "starts_at", "until"),
    [
        ("2030-01-07T09:00", "2030-01-09T09:00", "2030-01-07T09:30"),
        ("2030-01-07T19:50", "2030-01-09T09:00", "2030-01-08T08:20"),
        ("2030-01-07T22:00", "2030-01-09T09:00", "2030-01-08T08:30"),
        ("2030-01-07T03:00", "2030-01-07T12:00", "2030-01-07T08:30"),
        ("2030-01-07T09:00", "2030-01-07T11:20", "2030-01-07T09:20"),
        ("2030-01-07T22:00", "2030-01-08T10:10", "2030-01-08T08:10"),
        # the night is an hour shorter
        ("2030-03-30T19:45", "2030-04-02T09:00", "2030-03-31T08:15"),
    ],
)
def test_offer_is_held_for_30_minutes_of_the_day(now: str, starts_at: str, until: str) -> None:
    assert held_until(at(now), at(starts_at), ZONE) == at(until)


@pytest.mark.parametrize(
    ("now", "starts_at"),
    [
        ("2030-01-07T09:00", "2030-01-07T10:30"),
        ("2030-01-07T09:00", "2030-01-07T11:04"),
        ("2030-01-07T22:00", "2030-01-08T09:00"),
        ("2030-01-07T22:00", "2030-01-07T21:00"),
    ],
)
def test_time_without_minutes_to_answer_is_not_offered(now: str, starts_at: str) -> None:
    assert held_until(at(now), at(starts_at), ZONE) is None


@pytest.mark.parametrize(
    ("starts_at", "fits"),
    [
        ("2030-01-07T09:00", True),
        ("2030-01-07T08:59", False),
        ("2030-01-07T11:31", False),
        ("2030-01-07T11:30", True),
        ("2030-01-08T09:00", False),
        ("2030-01-14T09:00", False),
        ("2029-12-31T09:00", False),
    ],
)
def test_wanted_days_and_times_fit(starts_at: str, fits: bool) -> None:
    wanted = Wanted(date(2030, 1, 1), date(2030, 1, 10), frozenset({"mon"}), "09:00", "12:00")
    start = at(starts_at)
    assert wanted.fits((start, start + timedelta(minutes=30)), ZONE) is fits


def test_visit_until_midnight_fits_an_entry_for_any_time() -> None:
    wanted = Wanted(date(2030, 1, 1), date(2030, 1, 10), WEEKDAYS, "00:00", "24:00")
    assert wanted.fits((at("2030-01-07T23:30"), at("2030-01-08T00:00")), ZONE)


def test_only_earlier_times_fit_a_replaced_visit() -> None:
    wanted = Wanted(date(2030, 1, 1), date(2030, 1, 10), WEEKDAYS, "00:00", "24:00", at("2030-01-07T10:00"))
    spans = [(at(f"2030-01-07T{hour}"), at(f"2030-01-07T{hour}") + timedelta(minutes=30)) for hour in ("09:00", "10:00", "11:00")]
    assert [wanted.fits(span, ZONE) for span in spans] == [True, False, False]
