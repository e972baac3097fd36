"""Flags of values: low, high or critical in comparison with the applied range."""

import math
from collections.abc import Collection, Iterable
from datetime import date, datetime
from enum import IntEnum
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import local_date
from careplus_contracts.accounts import Sex
from careplus_contracts.lab_catalogue import ReferenceRange
from careplus_contracts.results import AppliedRange, Comparator, Flag

NOT_OUTSIDE = (Flag.NORMAL, Flag.NO_RANGE, Flag.INDETERMINATE)
CRITICAL = (Flag.CRITICAL_LOW, Flag.CRITICAL_HIGH)

Point = tuple[float, int]
"""A number and 0, or the point just below (-1) or just above (1) the number."""


class Level(IntEnum):
    """Position of a value; it grows with the value, so the ends of an interval bound the levels inside."""

    CRITICAL_LOW = -2
    LOW = -1
    NORMAL = 0
    HIGH = 1
    CRITICAL_HIGH = 2


def age_in_days(born: date | None, at: datetime, zone: ZoneInfo) -> int | None:
    """Return the age on the clinic's calendar, or None without a date of birth."""
    return None if born is None else (local_date(at, zone) - born).days


def applied(ranges: Iterable[ReferenceRange], sex: Sex, age_days: int) -> AppliedRange | None:
    """Return the range for a woman or a man of this age, or None: a range of the same sex before one for any sex."""
    fitting = [one for one in ranges if _applies_at(one, age_days)]
    chosen = next((one for one in fitting if one.sex is sex), None) or next((one for one in fitting if one.sex is None), None)
    if chosen is None:
        return None
    return AppliedRange(
        sex=chosen.sex,
        low=chosen.low,
        high=chosen.high,
        critical_low=chosen.critical_low,
        critical_high=chosen.critical_high,
    )


def flag_value(value: float, comparator: Comparator | None, within: AppliedRange | None) -> Flag:
    """Return the strongest flag that is true of every value the reading may stand for.

    `<5` stands for all values below 5 (from 0 on, unless the range reaches below 0), `>5` for all values above; `<=5` and `>=5`
    include 5. The flag is low where all these values are low, normal where all are normal, and indeterminate where they differ
    in kind.
    """
    if within is None or all(bound is None for bound in (within.low, within.high, within.critical_low, within.critical_high)):
        return Flag.NO_RANGE
    least, most = (level(point, within) for point in _ends(value, comparator, within))
    if least > 0:
        return Flag(least.name.lower())
    if most < 0:
        return Flag(most.name.lower())
    return Flag.NORMAL if least == most else Flag.INDETERMINATE


def flag_text(text: str, usual: Collection[str]) -> Flag:
    """Return normal where the text is one of the usual ones, regardless of case."""
    if not usual:
        return Flag.NO_RANGE
    return Flag.NORMAL if text.strip().casefold() in {one.casefold() for one in usual} else Flag.ABNORMAL


def level(point: Point, within: AppliedRange) -> Level:
    """Return the level of a point. Low and high bounds are normal themselves, critical limits are critical."""
    if within.critical_low is not None and point <= (within.critical_low, 0):
        return Level.CRITICAL_LOW
    if within.critical_high is not None and point >= (within.critical_high, 0):
        return Level.CRITICAL_HIGH
    if within.low is not None and point < (within.low, 0):
        return Level.LOW
    if within.high is not None and point > (within.high, 0):
        return Level.HIGH
    return Level.NORMAL


def _ends(value: float, comparator: Comparator | None, within: AppliedRange) -> tuple[Point, Point]:
    if comparator is None:
        return (value, 0), (value, 0)
    includes_value = comparator in (Comparator.AT_MOST, Comparator.AT_LEAST)
    if comparator in (Comparator.ABOVE, Comparator.AT_LEAST):
        return (value, 0 if includes_value else 1), (math.inf, 0)
    # values are ≥ 0 unless the range allows negatives, as for a base excess
    end = (value, 0 if includes_value else -1)
    has_floor = end >= (0.0, 0) and (within.low is None or within.low >= 0)
    return ((0.0, 0) if has_floor else (-math.inf, 0)), end


def _applies_at(one: ReferenceRange, age_days: int) -> bool:
    return one.age_from_days <= age_days and (one.age_to_days is None or age_days < one.age_to_days)
