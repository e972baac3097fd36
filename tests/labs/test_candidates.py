"""Ranges that may apply to a patient without a known sex or date of birth."""

import itertools
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplus_contracts.accounts import Sex
from careplus_contracts.lab_catalogue import ReferenceRange
from careplus_contracts.results import Comparator, Flag, Missing
from careplus_labs.rules import flags
from careplus_labs.rules.candidates import Candidates, combine
from careplus_tables.catalogue import BOUNDS, FILE, days

ANALYTES: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["analytes"]
BOTH, ADULT = (Sex.FEMALE, Sex.MALE), 20_000


def ranges_of(analyte: dict[str, Any]) -> list[ReferenceRange]:
    return [
        ReferenceRange(
            sex=Sex(row["sex"]) if "sex" in row else None,
            age_from_days=days(row.get("age_from", "0d")) or 0,
            age_to_days=days(row.get("age_to")),
            **{bound: row.get(bound) for bound in BOUNDS},
        )
        for row in analyte.get("ranges", ())
    ]


RANGES = {one["code"]: ranges_of(one) for one in ANALYTES}
WITH_RANGES = {code: ranges for code, ranges in RANGES.items() if ranges}


def values_around(ranges: list[ReferenceRange]) -> Iterator[float]:
    """Yield every bound of an analyte, and values just beside and far from it."""
    bounds = {getattr(one, name) for one in ranges for name in BOUNDS} - {None}
    yield from sorted({value + step for value in bounds for step in (-0.01, 0, 0.01)})


def ages_of(ranges: list[ReferenceRange]) -> list[int]:
    """Return the first and the last day of each span of ages, and one in a great age."""
    turns = {0, *(one.age_from_days for one in ranges), *(one.age_to_days for one in ranges if one.age_to_days)}
    return sorted({max(0, turn + step) for turn in turns for step in (-1, 0)} | {36_500})


@pytest.mark.parametrize("code", RANGES)
def test_unknown_flag_combines_the_known_ones(code: str) -> None:
    ranges = RANGES[code]
    ages = ages_of(ranges)
    applied = {(sex, age): flags.applied(ranges, sex, age) for sex in BOTH for age in ages}
    people = [(sex, age) for sex in Sex for age in (None, *ages)]
    candidates = {person: Candidates(ranges, *person) for person in people}
    possible = {
        (sex, age): [one for one in applied if sex in (one[0], Sex.OTHER, Sex.UNKNOWN) and age in (one[1], None)]
        for sex, age in people
    }
    comparators = (None, Comparator.BELOW, Comparator.AT_LEAST)
    for value, comparator in itertools.product((*values_around(ranges), 1.0), comparators):
        known = {one: flags.flag_value(value, comparator, within) for one, within in applied.items()}
        for person, one in candidates.items():
            assert_certain({known[other] for other in possible[person]}, one.flag(value, comparator))


def assert_certain(own: set[Flag], flag: Flag) -> None:
    """Assert the rule in words: critical where any is, others where all agree."""
    if own & set(flags.CRITICAL):
        assert flag in own & set(flags.CRITICAL)
    else:
        assert flag is (next(iter(own)) if len(own) == 1 else Flag.INDETERMINATE)


@pytest.mark.parametrize("code", WITH_RANGES)
def test_catalogue_has_no_value_critical_in_both_directions(code: str) -> None:
    ranges = WITH_RANGES[code]
    applied = [flags.applied(ranges, sex, age) for sex in BOTH for age in ages_of(ranges)]
    for value in values_around(ranges):
        found = {flags.flag_value(value, None, within) for within in applied}
        assert not set(flags.CRITICAL) <= found, value


@pytest.mark.parametrize("code", [code for code, ranges in RANGES.items() if any(one.critical_high for one in ranges)])
def test_far_critical_value_is_critical_for_everybody(code: str) -> None:
    most = max(one.critical_high for one in RANGES[code] if one.critical_high is not None)
    for sex in Sex:
        assert Candidates(RANGES[code], sex, None).flag(most, None) is Flag.CRITICAL_HIGH


def row(sex: Sex | None, age_from: int, age_to: int | None, low: float, high: float | None = None) -> ReferenceRange:
    return ReferenceRange(
        sex=sex, age_from_days=age_from, age_to_days=age_to, low=low, high=high, critical_low=None, critical_high=None
    )


ROWS = [row(None, 0, 100, 1), row(None, 100, None, 2), row(Sex.FEMALE, 100, None, 3)]
DOB, SEX = Missing.DATE_OF_BIRTH, Missing.SEX


@pytest.mark.parametrize(
    ("ranges", "sex", "age", "missing", "low"),
    [
        (ROWS, Sex.FEMALE, 5, [], 1),
        (ROWS, Sex.FEMALE, None, [DOB], None),
        (ROWS, Sex.OTHER, 5, [], 1),
        (ROWS, Sex.OTHER, ADULT, [SEX], None),
        (ROWS, Sex.UNKNOWN, None, [DOB, SEX], None),
        ([row(None, 0, None, 7)], Sex.UNKNOWN, None, [], 7),
        ([row(None, 50, None, 7)], Sex.MALE, None, [DOB], None),
        ([row(Sex.MALE, 0, None, 7)], Sex.UNKNOWN, 5, [SEX], None),
        ([row(Sex.MALE, 0, None, 7), row(Sex.FEMALE, 0, None, 7)], Sex.UNKNOWN, 5, [], 7),
        ([], Sex.UNKNOWN, None, [], None),
    ],
)
def test_missing_names_facts_that_change_the_range(
    ranges: list[ReferenceRange], sex: Sex, age: int | None, missing: list[Missing], low: float | None
) -> None:
    found = Candidates(ranges, sex, age)
    assert (found.missing, found.shared and found.shared.low) == (missing, low)


def test_range_shared_by_both_sexes_names_neither() -> None:
    shared = Candidates([row(Sex.MALE, 0, None, 7), row(Sex.FEMALE, 0, None, 7)], Sex.OTHER, 5).shared
    assert shared is not None
    assert shared.sex is None


def test_range_of_one_sex_is_none_for_the_other() -> None:
    only_female = [row(Sex.FEMALE, 0, None, 7)]
    assert Candidates(only_female, Sex.MALE, 5).flag(1, None) is Flag.NO_RANGE
    # certain for women only
    assert Candidates(only_female, Sex.UNKNOWN, 5).flag(8, None) is Flag.INDETERMINATE


@given(st.lists(st.sampled_from(Flag), min_size=1))
def test_combine_keeps_critical_and_needs_agreement(found: list[Flag]) -> None:
    assert_certain(set(found), combine(found))
    assert all(combine(order) is combine(found) for order in itertools.islice(itertools.permutations(found), 20))


@pytest.mark.parametrize(
    ("value", "comparator", "unusual"),
    [(45.0, None, False), (200.0, None, True), (200.0, Comparator.ABOVE, False), (-150.0, None, True)],
)
def test_far_value_is_unusual_by_every_candidate(value: float, comparator: Comparator | None, unusual: bool) -> None:
    narrow, wide = row(Sex.MALE, 0, None, 10, 20), row(Sex.FEMALE, 0, None, 10, 50)
    assert Candidates([narrow, wide], Sex.UNKNOWN, 5).is_unusual(value, comparator) is unusual
    assert not Candidates([], Sex.UNKNOWN, 5).is_unusual(value, comparator)
