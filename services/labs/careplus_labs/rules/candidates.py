"""Ranges that may apply to a patient: one for a known sex and date of birth, otherwise several."""

from collections.abc import Iterable, Sequence

from careplus_contracts.accounts import Sex
from careplus_contracts.lab_catalogue import ReferenceRange
from careplus_contracts.results import AppliedRange, Comparator, Flag, Missing
from careplus_labs.rules.flags import CRITICAL, applied, flag_value

HAVE_OWN_RANGES = (Sex.FEMALE, Sex.MALE)
FAR = 3
"""A value further from the range than this many of its widths is likelier a decimal slip."""

Bounds = tuple[float | None, float | None, float | None, float | None]


class Candidates:
    """The ranges of one analyte that may apply to a patient, by sex and by age.

    A patient of another or an unknown sex is compared with both sexes; one without a date of birth with every age. An age
    without a range counts too, as None: it is uncertain.
    """

    def __init__(self, ranges: Sequence[ReferenceRange], sex: Sex, age_days: int | None) -> None:
        self.sexes = (sex,) if sex in HAVE_OWN_RANGES else HAVE_OWN_RANGES
        # ranges change at these ages only
        turns = {0, *(one.age_from_days for one in ranges), *(one.age_to_days for one in ranges if one.age_to_days is not None)}
        self.ages = sorted(turns) if age_days is None else [age_days]
        self._by = {(own, age): applied(ranges, own, age) for own in self.sexes for age in self.ages}
        self.ranges = list(dict.fromkeys(self._by.values()))

    @property
    def missing(self) -> list[Missing]:
        """The unknown facts on which the range depends."""
        by_age = any(_differ(self._by[own, age] for age in self.ages) for own in self.sexes)
        by_sex = any(_differ(self._by[own, age] for own in self.sexes) for age in self.ages)
        return [Missing.DATE_OF_BIRTH] * by_age + [Missing.SEX] * by_sex

    @property
    def shared(self) -> AppliedRange | None:
        """The range that every candidate has, or None."""
        first, *others = self.ranges
        if first is None or _differ(self.ranges):
            return None
        return first if all(one == first for one in others) else first.model_copy(update={"sex": None})

    def flag(self, value: float, comparator: Comparator | None) -> Flag:
        """Return the flag that is certain among all candidates; critical where one of them says so."""
        return combine(flag_value(value, comparator, one) for one in self.ranges)

    def is_unusual(self, value: float, comparator: Comparator | None) -> bool:
        """Return whether a value needs a confirmation: it is critical, or far outside every range."""
        if self.flag(value, comparator) in CRITICAL:
            return True
        known = [one for one in self.ranges if one is not None]
        return comparator is None and known != [] and all(_is_far(value, one) for one in known)


def combine(flags: Iterable[Flag]) -> Flag:
    """Return the flag of a value that has these flags by the ranges that may apply."""
    found = set(flags)
    if critical := [flag for flag in CRITICAL if flag in found]:
        return critical[0]
    return found.pop() if len(found) == 1 else Flag.INDETERMINATE


def _differ(ranges: Iterable[AppliedRange | None]) -> bool:
    return len({_bounds(one) for one in ranges}) > 1


def _bounds(one: AppliedRange | None) -> Bounds | None:
    return None if one is None else (one.low, one.high, one.critical_low, one.critical_high)


def _is_far(value: float, within: AppliedRange) -> bool:
    low, high = within.low, within.high
    only = low if low is not None else high
    if only is None:
        return False
    wide = high - low if low is not None and high is not None and high > low else abs(only)
    if wide == 0:
        return False
    return (low is not None and value < low - FAR * wide) or (high is not None and value > high + FAR * wide)
