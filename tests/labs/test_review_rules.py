"""Rules of the doctor's review: the worst value of a result, its direction, and the day of a mark."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from careplus_clinic.lab_texts import explanations_of, names_of, values_of
from careplus_contracts.results import AppliedRange, Comparator, Flag, Observation
from careplus_contracts.reviews import ChangeDirection, SeenEarlier
from careplus_labs.rules.reviews import Reading, check_same_day, direction, is_normal, is_responsible, worst

UP, DOWN, SAME = ChangeDirection
BELOW, AT_MOST, ABOVE = Comparator.BELOW, Comparator.AT_MOST, Comparator.ABOVE


def observation(analyte: str, value: float | None, flag: Flag, low: float | None = 3, high: float | None = 5) -> Observation:
    within = AppliedRange(sex=None, low=low, high=high, critical_low=None, critical_high=None)
    text = None if value is not None else "positive"
    fixed: dict[str, Any] = {
        "name": analyte,
        "names": names_of(analyte),
        "loinc": "1-1",
        "plain": "",
        "explanations": explanations_of(""),
        "comparator": None,
        "unit": None,
        "decimals": 1,
        "usual": [],
        "usual_names": [],
        "text_names": text and values_of(text),
        "missing": [],
    }
    return Observation(analyte=analyte, value=value, text=text, range=within, flag=flag, **fixed)


def test_worst_value_is_critical_then_furthest_outside() -> None:
    normal, near = observation("normal", 4, Flag.NORMAL), observation("near", 5.1, Flag.HIGH)
    far, critical = observation("far", 1, Flag.LOW), observation("critical", 5.2, Flag.CRITICAL_HIGH)
    unclear, bare = observation("unclear", 4, Flag.INDETERMINATE), observation("bare", 900, Flag.NO_RANGE, None, None)
    text = observation("text", None, Flag.ABNORMAL)
    for some, expected in (
        ([normal, near, far, critical], "critical"),
        ([normal, near, far, unclear], "far"),
        ([normal, bare, unclear], "unclear"),
        ([normal, bare], "bare"),
        ([normal, text], "text"),
        ([normal, observation("second", 4, Flag.NORMAL)], "normal"),
    ):
        assert worst(some).analyte == expected
        assert is_normal(some) is (expected == "normal")


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ((5.0, None), (4.0, None), UP),
        ((4.0, None), (5.0, None), DOWN),
        ((4.0, None), (4.0, None), SAME),
        ((5.0, BELOW), (7.0, None), DOWN),
        ((5.0, BELOW), (5.0, None), DOWN),
        ((5.0, AT_MOST), (5.0, None), None),
        ((5.0, BELOW), (3.0, None), None),
        ((5.0, BELOW), (5.0, BELOW), None),
        ((9.0, ABOVE), (9.0, None), UP),
        ((9.0, ABOVE), (5.0, BELOW), UP),
        ((None, None), (5.0, None), None),
    ],
)
def test_direction_is_certain_or_none(now: Reading, before: Reading, expected: ChangeDirection | None) -> None:
    assert direction(now, before) is expected


def test_mark_belongs_to_the_clinic_day() -> None:
    berlin, late = ZoneInfo("Europe/Berlin"), datetime(2030, 1, 7, 22, 59, tzinfo=UTC)
    check_same_day(datetime(2030, 1, 6, 23, 0, tzinfo=UTC), late, berlin)
    with pytest.raises(SeenEarlier):
        check_same_day(datetime(2030, 1, 6, 22, 59, tzinfo=UTC), late, berlin)


def test_responsible_doctor_ordered_the_test_or_replaces_one() -> None:
    assert is_responsible(3, (3, 8))
    assert is_responsible(8, (3, 8))
    assert is_responsible(None, (3,))
    assert not is_responsible(4, (3, 8))
