"""Values of laboratory results: the ones of the story, usual ones for the person, and the ones that follow from both."""

import random
from collections.abc import Mapping
from datetime import date
from typing import Any

from careplus_demo.catalogue import Analyte, LabTest
from careplus_demo.derived import complete
from careplus_demo.people import Patient

TYPICAL = {
    "inr": (0.4, 0.6),
    "mcv": (0.45, 0.6),
    "hemoglobin": (0.4, 0.65),
    "leukocytes": (0.2, 0.6),
    "sodium": (0.3, 0.6),
    "bicarbonate": (0.35, 0.6),
    "neutrophils-percent": (0.36, 0.56),
    "monocytes-percent": (0.45, 0.7),
    "eosinophils-percent": (0.15, 0.45),
    "basophils-percent": (0.15, 0.4),
    "cholesterol": (0.78, 0.97),
    "triglycerides": (0.35, 0.85),
    "hdl-cholesterol": (1.1, 1.6),
    "total-protein": (0.35, 0.8),
}
"""Where in the range usual values lie (in parts of the upper bound where there is no lower one, and the other way round)."""
WITHOUT_RANGE = {
    "urine-albumin": (4, 18),
    "urine-creatinine": (60, 160),
    "urine-protein": (4, 12),
    "psa": (0.4, 2.4),
    "rdw": (12.2, 14.0),
    "neutrophils-percent": (42, 52),
    "monocytes-percent": (5, 8),
    "eosinophils-percent": (1.5, 4),
    "basophils-percent": (0.3, 0.8),
}
"""Usual values where the catalogue has no range; the ones of blood cells are of children."""
MILD = {
    "cholesterol": 1.12,
    "triglycerides": 1.15,
    "vitamin-d": 0.8,
    "glucose-fasting": 1.06,
    "tsh": 1.2,
    "crp": 2.2,
    "ferritin": 0.7,
    "hba1c": 1.05,
}
"""Analytes that are often a little outside: the factor of the bound that is crossed."""
OUTSIDE = 0.15


def measured(
    test: LabTest, patient: Patient, day: date, given: Mapping[str, float | str] | None, rng: random.Random
) -> dict[str, float | str]:
    """Return the values of a test by analyte. With `given` None some are a little outside of the range."""
    fixed = given or {}
    texts = {one.code: str(fixed.get(one.code) or _text(one, rng)) for one in test.analytes if one.is_text}
    numbers = {
        one.code: float(fixed[one.code]) if one.code in fixed else _usual(one, patient, day, given is None, rng)
        for one in test.analytes
        if not one.is_text
    }
    decimals = {one.code: one.decimals for one in test.analytes}
    complete(numbers, fixed, decimals, patient.sex, (day - patient.date_of_birth).days / 365.25)
    return {**texts, **numbers}


def _text(analyte: Analyte, rng: random.Random) -> str:
    return rng.choice(analyte.usual or analyte.choices or ["see note"])


def _usual(analyte: Analyte, patient: Patient, day: date, may_be_outside: bool, rng: random.Random) -> float:
    within: Any = analyte.range_for(patient, day)
    low: Any = within.low if within else None
    high: Any = within.high if within else None
    part = rng.uniform(*TYPICAL.get(analyte.code, (0.25, 0.7)))
    if low is None and high is None:
        return rng.uniform(*WITHOUT_RANGE.get(analyte.code, (1, 10)))
    if may_be_outside and analyte.code in MILD and rng.random() < OUTSIDE:
        factor = MILD[analyte.code]
        crossed = high if factor > 1 else low
        if crossed is not None:
            return float(crossed * factor)
    if low is None:
        return float(high * part)
    if high is None:
        return float(low * (part if analyte.code == "hdl-cholesterol" else 1 + part))
    return float(low + (high - low) * part)
