"""The last day of a course, and the moment at which it is over."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from careplus_clinic.courses import is_over, last_day

MIDNIGHT = datetime(2030, 1, 6, 23, tzinfo=UTC)
"""Midnight in Berlin."""


@pytest.mark.parametrize(("written_at", "last"), [(MIDNIGHT - timedelta(seconds=1), 13), (MIDNIGHT, 14)])
def test_last_day_counts_from_the_clinics_day(written_at: datetime, last: int) -> None:
    assert last_day(written_at, 7, ZoneInfo("Europe/Berlin")) == date(2030, 1, last)


def test_last_day_ignores_a_clock_change() -> None:
    # 25 hours, written half an hour before midnight
    late = datetime(2030, 10, 26, 21, 30, tzinfo=UTC)
    assert last_day(late, 1, ZoneInfo("Europe/Berlin")) == date(2030, 10, 27)


def test_course_includes_its_last_day() -> None:
    last = date(2030, 1, 9)
    assert [is_over(last, date(2030, 1, day)) for day in (8, 9, 10)] == [False, False, True]
