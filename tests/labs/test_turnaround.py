"""Turnaround of routine and STAT orders, late ones, and the orders that can change."""

from datetime import UTC, datetime, timedelta

import pytest

from careplus_contracts.labs import LabBookingStatus as S
from careplus_contracts.labs import LabPriority
from careplus_contracts.refusals import IllegalTransition
from careplus_labs.rules.bookings import check_changeable
from careplus_labs.rules.turnaround import AWAITED, Pace, is_late, minutes_of
from careplus_tables.labs import expected_by

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
ROUTINE, STAT = LabPriority.ROUTINE, LabPriority.STAT


@pytest.mark.parametrize(
    ("priority", "tests", "minutes"),
    [
        (ROUTINE, [Pace(4, None), Pace(24, 30)], 24 * 60),
        (STAT, [Pace(4, None), Pace(8, None)], 60),
        (STAT, [Pace(4, 20)], 20),
        (STAT, [Pace(4, 90), Pace(8, None)], 90),
        # a culture is not ready within the hour
        (STAT, [Pace(4, None), Pace(48, None)], 48 * 60),
        (STAT, [Pace(48, 120)], 120),
    ],
)
def test_turnaround_is_that_of_the_slowest_test(priority: LabPriority, tests: list[Pace], minutes: int) -> None:
    assert minutes_of(priority, tests, 60) == minutes


def test_stat_is_never_slower_than_routine() -> None:
    assert minutes_of(STAT, [Pace(1, None)], 240) == 60


@pytest.mark.parametrize("status", S)
def test_late_needs_a_specimen_and_an_open_result(status: S) -> None:
    due = expected_by(status, NOON - timedelta(hours=4), 4 * 60)
    assert (due is None) == (status in (S.BOOKED, S.REJECTED, S.CANCELLED))
    assert is_late(status, due, NOON + timedelta(seconds=1)) == (status in AWAITED)
    assert not is_late(status, due, NOON)


def test_expected_time_is_unknown_without_a_turnaround() -> None:
    assert expected_by(S.COLLECTED, NOON, None) is None
    assert expected_by(S.COLLECTED, None, 60) is None


@pytest.mark.parametrize("status", S)
@pytest.mark.parametrize("collected_at", [None, NOON])
def test_order_changes_only_before_a_specimen(status: S, collected_at: datetime | None) -> None:
    if status is S.BOOKED and collected_at is None:
        check_changeable(status, collected_at)
        return
    with pytest.raises(IllegalTransition, match="until a specimen is collected"):
        check_changeable(status, collected_at)
