"""Entered values, checked against the catalogue and flagged."""

from typing import Any

import pytest
from pydantic import ValidationError

from careplus_clinic.lab_texts import all_values, explanations_of, names_of
from careplus_contracts.accounts import Sex
from careplus_contracts.lab_catalogue import Analyte, AnalyteKind, ReferenceRange
from careplus_contracts.refusals import IllegalTransition, Malformed
from careplus_contracts.results import Comparator, EnterObservation, Flag, ResultStatus, WrongUnit
from careplus_labs.rules import observations

ADULT = 20_000


def analyte(code: str, **changes: Any) -> Analyte:
    members: dict[str, Any] = {
        "code": code,
        "name": code.title(),
        "loinc": "718-7",
        "kind": AnalyteKind.QUANTITY,
        "unit": "g/dL",
        "decimals": 1,
        "plain": "",
        "usual": [],
        "choices": [],
        "ranges": [],
        **changes,
    }
    texts: dict[str, Any] = {"names": names_of(code.title()), "explanations": explanations_of("")}
    values: dict[str, Any] = {
        name: all_values(members[of]) for name, of in (("usual_names", "usual"), ("choice_names", "choices"))
    }
    return Analyte(**members, **texts, **values)


HB_RANGE = ReferenceRange(
    sex=Sex.FEMALE, age_from_days=6574, age_to_days=None, low=12, high=15.5, critical_low=7, critical_high=20
)
HB = analyte("hb", ranges=[HB_RANGE])
NITRITE = analyte("nitrite", kind=AnalyteKind.TEXT, unit=None, usual=["negative"], choices=["negative", "Positive"], decimals=0)
REMARK = analyte("remark", kind=AnalyteKind.TEXT, unit=None)
MEASURED = {one.code: one for one in (HB, NITRITE, REMARK)}


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        ([EnterObservation(analyte="hb", text="low")], "body.observations.0.value"),
        ([EnterObservation(analyte="nitrite", value=1)], "body.observations.0.text"),
        ([EnterObservation(analyte="nitrite", text="negativ")], "body.observations.0.text"),
        ([EnterObservation(analyte="zinc", value=1)], "body.observations.0.analyte"),
        ([EnterObservation(analyte="hb", value=1), EnterObservation(analyte="hb", value=1)], "body.observations.1.analyte"),
    ],
)
def test_check_entered_names_the_malformed_member(entered: list[EnterObservation], field: str) -> None:
    with pytest.raises(Malformed) as refused:
        observations.check_entered(entered, MEASURED)
    assert [error.field for error in refused.value.extras["errors"]] == [field]


@pytest.mark.parametrize(
    ("analytes_unit", "given", "detail"),
    [
        ("%", "L/L", "Hb is recorded in %, not in L/L. Convert the value to % and send it with that unit."),
        ("g/dL", "g/L", "Hb is recorded in g/dL, not in g/L. Convert the value to g/dL and send it with that unit."),
        ("ng/mL{FEU}", "ng/mL", "Hb is recorded in ng/mL{FEU}, not in ng/mL."),
        ("m[IU]/L", "M[IU]/L", "Hb is recorded in m[IU]/L, not in M[IU]/L."),
        ("%", None, "Hb was sent without a unit. It is recorded in %: send the unit in which the value was measured."),
        (None, "g/dL", "Hb is recorded without a unit, not in g/dL."),
    ],
)
def test_check_units_refuses_another_unit(analytes_unit: str | None, given: str | None, detail: str) -> None:
    entered = [EnterObservation(analyte="hb", value=0.31, unit=given)]
    with pytest.raises(WrongUnit) as refused:
        observations.check_units(entered, {"hb": analyte("hb", unit=analytes_unit)})
    assert refused.value.detail.startswith(detail)
    (conflict,) = refused.value.extras["conflicts"]
    assert (conflict.analyte, conflict.given, conflict.expected) == ("hb", given, analytes_unit)


@pytest.mark.parametrize(
    ("analytes_unit", "given"),
    [
        ("g/dL", "g/dL"),
        ("g/dL", "g/dl"),
        ("10*3/uL", "10^3/ul"),
        ("mmol/L", "mmol/l"),
        ("mL/min/{1.73_m2}", "ml/min/{1.73_m2}"),
        (None, None),
        (None, "1"),
    ],
)
def test_check_units_accepts_ucum_spellings(analytes_unit: str | None, given: str | None) -> None:
    entered = [EnterObservation(analyte="hb", value=0.31, unit=given), EnterObservation(analyte="nitrite", text="negative")]
    observations.check_units(entered, {"hb": analyte("hb", unit=analytes_unit), "nitrite": NITRITE})


@pytest.mark.parametrize(
    "members", [{"text": "negative", "unit": "g/dL"}, {"value": 1, "unit": "g / dL"}, {"value": 1, "unit": ""}]
)
def test_unit_of_text_or_with_space_is_malformed(members: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EnterObservation(analyte="hb", **members)


def test_observed_keeps_the_order_of_the_test() -> None:
    entered = [
        EnterObservation(analyte="remark", text="haemolysed"),
        EnterObservation(analyte="nitrite", text=" POSITIVE "),
        EnterObservation(analyte="hb", value=0, unit="g/dL"),
    ]
    observations.check_entered(entered, MEASURED)
    observations.check_entered(entered[:1], MEASURED)
    hb, nitrite, remark = observations.observed(entered, MEASURED, Sex.FEMALE, ADULT)
    assert (hb.value, hb.flag, hb.unit, hb.decimals) == (0, Flag.CRITICAL_LOW, "g/dL", 1)
    assert (nitrite.text, nitrite.flag, nitrite.usual) == ("Positive", Flag.ABNORMAL, ["negative"])
    assert (remark.text, remark.flag) == ("haemolysed", Flag.NO_RANGE)
    assert observations.outside_range([hb, nitrite, remark]) == 2
    assert observations.is_critical([hb, nitrite, remark])


def test_observed_stores_the_applied_range() -> None:
    entered = [EnterObservation(analyte="hb", value=14, comparator=Comparator.ABOVE)]
    (seen,) = observations.observed(entered, MEASURED, Sex.FEMALE, ADULT)
    assert seen.range is not None
    assert (seen.range.sex, seen.range.low, seen.range.high) == (Sex.FEMALE, 12, 15.5)
    assert (seen.comparator, seen.flag) == (Comparator.ABOVE, Flag.INDETERMINATE)
    assert observations.outside_range([seen]) == 0
    (unseen,) = observations.observed(entered, MEASURED, Sex.MALE, ADULT)
    assert (unseen.range, unseen.flag) == (None, Flag.NO_RANGE)


def test_verified_result_is_not_correctable() -> None:
    observations.check_correctable(ResultStatus.RESULTED)
    assert not observations.is_verified_with(ResultStatus.RESULTED, "checked", "checked")
    for closed in (ResultStatus.VERIFIED, ResultStatus.RELEASED):
        with pytest.raises(IllegalTransition):
            observations.check_correctable(closed)
        assert observations.is_verified_with(closed, "checked", None)
        assert observations.is_verified_with(closed, "checked", "checked")
        assert not observations.is_verified_with(closed, "checked", "changed my mind")
