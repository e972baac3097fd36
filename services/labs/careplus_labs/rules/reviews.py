"""Rules of the doctor's review: responsibility, marks, the worst value of a result and its direction."""

import math
from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import local_date
from careplus_contracts.results import Comparator, Flag, Observation
from careplus_contracts.reviews import ChangeDirection, SeenEarlier

SEVERITY = {
    Flag.CRITICAL_LOW: 4,
    Flag.CRITICAL_HIGH: 4,
    Flag.LOW: 3,
    Flag.HIGH: 3,
    Flag.ABNORMAL: 3,
    Flag.INDETERMINATE: 2,
    Flag.NO_RANGE: 1,
    Flag.NORMAL: 0,
}
Reading = tuple[float | None, Comparator | None]
"""A value with its comparator."""


def is_responsible(ordered_by_id: int | None, owners: Collection[int]) -> bool:
    """Return whether a doctor that acts for `owners` comments on a result and releases it; each one in care without an order."""
    return ordered_by_id is None or ordered_by_id in owners


def check_same_day(seen_at: datetime, at: datetime, zone: ZoneInfo) -> None:
    """Raise SeenEarlier for a mark of an earlier clinic day."""
    if local_date(seen_at, zone) != local_date(at, zone):
        detail = "You marked it as seen on an earlier day, which cannot be taken back. The list with seen=true has the result."
        raise SeenEarlier(detail, seen_at=seen_at)


def is_normal(observations: Sequence[Observation]) -> bool:
    """Return whether each value was compared and is normal. One without a range may be anything, so a doctor looks at it."""
    return all(one.flag is Flag.NORMAL for one in observations)


def worst(observations: Sequence[Observation]) -> Observation:
    """Return the observation furthest from usual, the first of equal ones."""
    return max(observations, key=lambda one: (SEVERITY[one.flag], _distance(one)))


def direction(value: Reading, before: Reading) -> ChangeDirection | None:
    """Return whether each value the reading may stand for is above, or below, each one of the reading before.

    `<5` after 7 is down; `<5` after 3 may be either, and None.
    """
    (low, high), (low_before, high_before) = _interval(value), _interval(before)
    if low > high_before or (low == high_before and _is_open(value, before)):
        return ChangeDirection.UP
    if high < low_before or (high == low_before and _is_open(value, before)):
        return ChangeDirection.DOWN
    return ChangeDirection.SAME if low == high == low_before == high_before else None


def _interval(reading: Reading) -> tuple[float, float]:
    value, comparator = reading
    if value is None:
        return -math.inf, math.inf
    low = -math.inf if comparator in (Comparator.BELOW, Comparator.AT_MOST) else value
    return low, math.inf if comparator in (Comparator.ABOVE, Comparator.AT_LEAST) else value


def _is_open(*readings: Reading) -> bool:
    """Return whether one of the readings leaves its own number out."""
    return any(comparator in (Comparator.BELOW, Comparator.ABOVE) for _, comparator in readings)


def _distance(one: Observation) -> float:
    """Return how far a value lies outside its range, in widths of the range; 0 inside, and where there is no such width."""
    if one.value is None or one.range is None:
        return 0.0
    low, high = one.range.low, one.range.high
    beyond = max(0.0 if low is None else low - one.value, 0.0 if high is None else one.value - high)
    width = high - low if low is not None and high is not None else abs(low if low is not None else high or 0.0)
    return max(beyond, 0.0) / width if width > 0 else max(beyond, 0.0)
