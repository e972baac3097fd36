"""Flags of readings: true of every value the reading may stand for, and as strong as possible."""

import math
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplus_contracts.accounts import Sex
from careplus_contracts.lab_catalogue import ReferenceRange
from careplus_contracts.results import AppliedRange, Comparator, Flag
from careplus_labs.rules import flags

BELOW, ABOVE = Comparator.BELOW, Comparator.ABOVE
AT_MOST, AT_LEAST = Comparator.AT_MOST, Comparator.AT_LEAST
STRENGTH = {Flag.CRITICAL_LOW: -2, Flag.LOW: -1, Flag.NORMAL: 0, Flag.HIGH: 1, Flag.CRITICAL_HIGH: 2}
WIDE = AppliedRange(sex=None, low=3, high=10, critical_low=1, critical_high=20)
UP_TO = AppliedRange(sex=None, low=None, high=5, critical_low=None, critical_high=None)
FROM = AppliedRange(sex=None, low=60, high=None, critical_low=None, critical_high=None)
AROUND_ZERO = AppliedRange(sex=None, low=-2, high=3, critical_low=None, critical_high=None)


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        (0, Flag.CRITICAL_LOW),
        (1, Flag.CRITICAL_LOW),
        (1.001, Flag.LOW),
        (2.999, Flag.LOW),
        (3, Flag.NORMAL),
        (10, Flag.NORMAL),
        (10.001, Flag.HIGH),
        (19.999, Flag.HIGH),
        (20, Flag.CRITICAL_HIGH),
    ],
)
def test_bounds_are_normal_and_critical_limits_critical(value: float, flag: Flag) -> None:
    assert flags.flag_value(value, None, WIDE) is flag


@pytest.mark.parametrize(
    ("value", "comparator", "within", "flag"),
    [
        (5, BELOW, AppliedRange(sex=None, low=10, high=20, critical_low=None, critical_high=None), Flag.LOW),
        (3, BELOW, WIDE, Flag.LOW),
        (1, BELOW, WIDE, Flag.CRITICAL_LOW),
        (5, BELOW, WIDE, Flag.INDETERMINATE),
        (50, BELOW, WIDE, Flag.INDETERMINATE),
        (0.6, BELOW, UP_TO, Flag.NORMAL),
        (5, BELOW, UP_TO, Flag.NORMAL),
        (6, BELOW, UP_TO, Flag.INDETERMINATE),
        (2, BELOW, AppliedRange(sex=None, low=0, high=5, critical_low=None, critical_high=None), Flag.NORMAL),
        (2, BELOW, AROUND_ZERO, Flag.INDETERMINATE),
        (-2, BELOW, AROUND_ZERO, Flag.LOW),
        (10, ABOVE, WIDE, Flag.HIGH),
        (20, ABOVE, WIDE, Flag.CRITICAL_HIGH),
        (15, ABOVE, WIDE, Flag.HIGH),
        (5, ABOVE, WIDE, Flag.INDETERMINATE),
        (90, ABOVE, FROM, Flag.NORMAL),
        (60, ABOVE, FROM, Flag.NORMAL),
        (59, ABOVE, FROM, Flag.INDETERMINATE),
        (1000, ABOVE, UP_TO, Flag.HIGH),
        (3, AT_MOST, WIDE, Flag.INDETERMINATE),
        (2.9, AT_MOST, WIDE, Flag.LOW),
        (1, AT_MOST, WIDE, Flag.CRITICAL_LOW),
        (5, AT_MOST, UP_TO, Flag.NORMAL),
        (0, AT_MOST, UP_TO, Flag.NORMAL),
        (-2, AT_MOST, AROUND_ZERO, Flag.INDETERMINATE),
        (5, AT_MOST, AppliedRange(sex=None, low=None, high=5, critical_low=None, critical_high=5), Flag.INDETERMINATE),
        (10, AT_LEAST, WIDE, Flag.INDETERMINATE),
        (10.1, AT_LEAST, WIDE, Flag.HIGH),
        (20, AT_LEAST, WIDE, Flag.CRITICAL_HIGH),
        (60, AT_LEAST, FROM, Flag.NORMAL),
        (5, AT_LEAST, UP_TO, Flag.INDETERMINATE),
    ],
)
def test_flag_of_reading_beyond_instrument_limit(value: float, comparator: Comparator, within: AppliedRange, flag: Flag) -> None:
    assert flags.flag_value(value, comparator, within) is flag


numbers = st.integers(-20, 200).map(lambda number: number / 2)
bounds = st.none() | numbers


@st.composite
def ranges(draw: st.DrawFn) -> AppliedRange:
    """Draw any mixture of open and closed bounds, in order."""
    drawn = sorted(draw(st.lists(numbers, min_size=4, max_size=4)))
    is_closed = draw(st.lists(st.booleans(), min_size=4, max_size=4))
    critical_low, low, high, critical_high = (value if closed else None for value, closed in zip(drawn, is_closed, strict=True))
    return AppliedRange(sex=None, critical_low=critical_low, low=low, high=high, critical_high=critical_high)


@given(numbers, st.sampled_from([None, *Comparator]), ranges())
def test_flag_is_strongest_true_of_all_possible_values(value: float, comparator: Comparator | None, within: AppliedRange) -> None:
    flag = flags.flag_value(value, comparator, within)
    if (within.low, within.high, within.critical_low, within.critical_high) == (None, None, None, None):
        assert flag is Flag.NO_RANGE
        return
    possible = {STRENGTH[flags.flag_value(one, None, within)] for one in _possible(value, comparator, within)}
    if min(possible) > 0:
        assert STRENGTH[flag] == min(possible)
    elif max(possible) < 0:
        assert STRENGTH[flag] == max(possible)
    else:
        assert flag is (Flag.NORMAL if possible == {0} else Flag.INDETERMINATE)


def _possible(value: float, comparator: Comparator | None, within: AppliedRange) -> list[float]:
    """Return values on a grid finer than that of the bounds, and the ends where they are possible."""
    if comparator is None:
        return [value]
    first = 0 if comparator in (AT_MOST, AT_LEAST) else 1
    if comparator in (ABOVE, AT_LEAST):
        return [value + step / 4 for step in range(first, 900)] + [math.inf]
    has_floor = (value > 0 or (value == 0 and first == 0)) and (within.low is None or within.low >= 0)
    floor = 0.0 if has_floor else -math.inf
    return [floor, *(value - step / 4 for step in range(first, 900) if value - step / 4 >= floor)]


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([None, *Comparator]))
def test_value_without_range_has_flag_no_range(value: float, comparator: Comparator | None) -> None:
    assert flags.flag_value(value, comparator, None) is Flag.NO_RANGE


def test_flag_text_ignores_case() -> None:
    assert flags.flag_text(" Negative", ["negative"]) is Flag.NORMAL
    assert flags.flag_text("positive", ["negative"]) is Flag.ABNORMAL
    assert flags.flag_text("A", []) is Flag.NO_RANGE


def _row(sex: Sex | None, age_from: int, age_to: int | None, low: float) -> ReferenceRange:
    return ReferenceRange(
        sex=sex, age_from_days=age_from, age_to_days=age_to, low=low, high=None, critical_low=None, critical_high=None
    )


ROWS = [_row(None, 0, 100, 1), _row(None, 100, None, 2), _row(Sex.FEMALE, 100, None, 3)]


@pytest.mark.parametrize(
    ("sex", "age", "low"),
    [
        (Sex.FEMALE, 0, 1),
        (Sex.FEMALE, 99, 1),
        (Sex.FEMALE, 100, 3),
        (Sex.MALE, 100, 2),
        (Sex.FEMALE, -1, None),
    ],
)
def test_range_for_own_sex_precedes_range_for_any(sex: Sex, age: int, low: float | None) -> None:
    applied = flags.applied(ROWS, sex, age)
    assert (applied.low if applied else None) == low


def test_age_in_days_follows_the_clinic_calendar() -> None:
    late = datetime(2030, 5, 16, 22, 30, tzinfo=UTC)
    assert flags.age_in_days(date(2030, 5, 17), late, ZoneInfo("Europe/Berlin")) == 0
    assert flags.age_in_days(date(2030, 5, 17), late, ZoneInfo("UTC")) == -1
    assert flags.age_in_days(None, late, ZoneInfo("UTC")) is None
