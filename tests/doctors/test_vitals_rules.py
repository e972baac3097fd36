"""Rules of vital signs: impossible and unusual values, the time of a measurement, and the body mass index."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from careplus_contracts.vitals import RecordVitals, VitalSign
from careplus_doctors.rules.vitals import bmi, measured_on, unusual

TODAY = date(2030, 1, 7)
NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def found(years: float | None, **values: Any) -> list[VitalSign]:
    born = None if years is None else TODAY - timedelta(days=round(years * 365.25))
    return [one.sign for one in unusual(RecordVitals.model_validate(values), born, TODAY)]


@pytest.mark.parametrize(
    ("values", "remedy"),
    [
        ({"temperature": 98}, "in °C, not °F, from 25 to 45"),
        ({"height": 1.75}, "in cm, not m or in, from 20 to 250"),
        ({"weight": 3450}, "in kg, not g or lb, from 0.3 to 400"),
        ({"systolic": 12}, "in mmHg, from 40 to 300"),
        ({"oxygen_saturation": 101}, "in %, from 30 to 100"),
        ({"pain": 11}, "from 0 to 10"),
        ({"diastolic": 80}, "goes with a higher systolic"),
        ({"systolic": 80, "diastolic": 120}, "goes with a higher systolic"),
        ({}, "give one of systolic"),
        ({"note": "Refused"}, "give one of systolic"),
    ],
)
def test_impossible_vitals_are_refused_with_a_remedy(values: dict[str, Any], remedy: str) -> None:
    with pytest.raises(ValidationError, match=remedy.replace("°", ".")):
        RecordVitals.model_validate(values)


@pytest.mark.parametrize(
    ("years", "values"),
    [
        (45, {"systolic": 128, "diastolic": 82, "heart_rate": 72, "temperature": 36.8, "oxygen_saturation": 97}),
        (45, {"weight": 128, "height": 204, "respiratory_rate": 14, "pain": 10}),
        (0.5, {"heart_rate": 150, "respiratory_rate": 40, "weight": 7.2, "height": 66}),
        (4, {"weight": 17, "height": 104, "systolic": 96, "diastolic": 58}),
    ],
)
def test_vitals_usual_at_the_age_need_no_confirmation(years: float, values: dict[str, Any]) -> None:
    assert found(years, **values) == []


@pytest.mark.parametrize(
    ("years", "values"),
    [
        (45, {"heart_rate": 150}),
        (45, {"respiratory_rate": 40}),
        (45, {"weight": 7.2}),
        (45, {"systolic": 210}),
        (45, {"oxygen_saturation": 91}),
        (0.5, {"heart_rate": 70}),
        (4, {"weight": 71}),
        (4, {"temperature": 40.2}),
    ],
)
def test_vitals_unusual_at_the_age_are_found(years: float, values: dict[str, Any]) -> None:
    assert found(years, **values) == [VitalSign(name) for name in values]


def test_confirmed_vitals_are_not_unusual() -> None:
    values = {"systolic": 210, "heart_rate": 150}
    assert found(45, **values, confirmed=[VitalSign.SYSTOLIC]) == [VitalSign.HEART_RATE]
    assert found(45, **values, confirmed=list(VitalSign)) == []


def test_unknown_age_asks_outside_every_age_only() -> None:
    assert found(None, heart_rate=190, weight=9) == []
    assert found(None, heart_rate=230, oxygen_saturation=80) == [VitalSign.HEART_RATE, VitalSign.OXYGEN_SATURATION]


def test_measurement_lies_between_birth_and_now() -> None:
    assert measured_on(NOON, NOON, TODAY, BERLIN) == TODAY
    with pytest.raises(ValueError, match="not in the future"):
        measured_on(NOON + timedelta(seconds=1), NOON, None, BERLIN)
    with pytest.raises(ValueError, match="not before the patient's birth"):
        measured_on(NOON - timedelta(days=1), NOON, TODAY, BERLIN)


def test_bmi_needs_weight_and_height() -> None:
    assert bmi(70.0, 175.0) == 22.9
    assert bmi(70.0, None) is None
    assert bmi(None, 175.0) is None
