"""Low, high or critical: what a value is beside the range that applied."""

import math
from collections.abc import Collection, Iterable
from datetime import date, datetime
from enum import IntEnum
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import local_date
from careplus_contracts.accounts import Sex
from careplus_contracts.labs import ReferenceRange
from careplus_contracts.results import AppliedRange, Comparator, Flag

HAVE_OWN_RANGES = (Sex.FEMALE, Sex.MALE)
NOT_OUTSIDE = (Flag.NORMAL, Flag.NO_RANGE, Flag.INDETERMINATE)
CRITICAL = (Flag.CRITICAL_LOW, Flag.CRITICAL_HIGH)

Point = tuple[float, int]
"""A number, or the place just below (-1) or just above (1) it."""


class Level(IntEnum):
    """Where a value lies; grows with the value, so that the ends of an interval speak for all of it."""

    CRITICAL_LOW = -2
    LOW = -1
    NORMAL = 0
    HIGH = 1
    CRITICAL_HIGH = 2


def age_in_days(born: date | None, at: datetime, zone: ZoneInfo) -> int | None:
    """Age on the clinic's calendar."""
    return None if born is None else (local_date(at, zone) - born).days


def applied(ranges: Iterable[ReferenceRange], sex: Sex, age_days: int | None) -> AppliedRange | None:
    """The range for somebody of this sex and age: one of their sex before one for any.

    Whose sex is other or unknown has only ranges for any; whose age is unknown only those that hold from birth without end.
    """
    fitting = [one for one in ranges if _holds(one, age_days)]
    own = [one for one in fitting if one.sex is sex and sex in HAVE_OWN_RANGES]
    chosen = next(iter([*own, *(one for one in fitting if one.sex is None)]), None)
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
    """The strongest that is true of every value the reading may stand for.

    `<5` stands for everything below 5 (from 0 on, unless the range reaches below 0), `>5` for everything above. It is low where
    all of that is low, normal where all of that is normal, and indeterminate where some is usual and some is not, or some is
    low and some is high.
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
    """Normal where the text is one of the usual ones, in capitals or not."""
    if not usual:
        return Flag.NO_RANGE
    return Flag.NORMAL if text.strip().casefold() in {one.casefold() for one in usual} else Flag.ABNORMAL


def level(point: Point, within: AppliedRange) -> Level:
    """Low and high belong to the range; the critical limits are critical themselves."""
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
    if comparator is Comparator.ABOVE:
        return (value, 1), (math.inf, 0)
    if comparator is Comparator.BELOW:
        # amounts have a floor; only what may be negative, such as a base excess, has a range that says so
        has_floor = value > 0 and (within.low is None or within.low >= 0)
        return ((0.0, 0) if has_floor else (-math.inf, 0)), (value, -1)
    return (value, 0), (value, 0)


def _holds(one: ReferenceRange, age_days: int | None) -> bool:
    if age_days is None:
        return one.age_from_days == 0 and one.age_to_days is None
    return one.age_from_days <= age_days and (one.age_to_days is None or age_days < one.age_to_days)
