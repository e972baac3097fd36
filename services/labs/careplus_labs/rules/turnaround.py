"""Time from the collection of a specimen to its verified results, and intervals in which a test is a repeat."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from careplus_contracts.labs import LabBookingStatus, LabPriority

S = LabBookingStatus
AWAITED = (S.COLLECTED, S.RECEIVED, S.IN_PROGRESS, S.RESULTED)
"""Statuses in which a specimen is collected and a result is not verified."""
SAME_DAY_HOURS = 24


class Pace(NamedTuple):
    """The turnaround of one test in the catalogue."""

    turnaround_hours: int
    stat_minutes: int | None


def minutes_of(priority: LabPriority, tests: Iterable[Pace], stat_minutes: int) -> int:
    """Return the longest turnaround of these tests in minutes; `stat_minutes` is the hospital's for `stat` orders."""
    return max(_minutes(priority, test, stat_minutes) for test in tests)


def _minutes(priority: LabPriority, test: Pace, stat_minutes: int) -> int:
    own = test.turnaround_hours * 60
    if priority is LabPriority.ROUTINE:
        return own
    if test.stat_minutes is not None:
        return test.stat_minutes
    # a culture, or a test that is sent away, takes its time also when it is urgent
    return min(own, stat_minutes) if test.turnaround_hours < SAME_DAY_HOURS else own


def is_late(status: LabBookingStatus, expected_by: datetime | None, now: datetime) -> bool:
    """Return whether a result is not verified although it was expected before."""
    return status in AWAITED and expected_by is not None and expected_by < now


def again_from(at: datetime, repeat_after_days: int) -> datetime:
    """Return the end of the repeat interval of a test."""
    return at + timedelta(days=repeat_after_days)
