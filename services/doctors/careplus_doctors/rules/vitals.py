"""Vital signs that are unusual for an age, and values computed from them. Pure functions."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import local_date
from careplus_contracts.vitals import RecordVitals, UnusualValue, VitalSign

YEAR = 365.25
S = VitalSign
Bounds = Mapping[VitalSign, tuple[float, float]]

_ANY_AGE: Bounds = {S.TEMPERATURE: (35.1, 39.9), S.OXYGEN_SATURATION: (92, 100)}
_BY_AGE: tuple[tuple[float, Bounds], ...] = (
    (1, {S.SYSTOLIC: (60, 114), S.DIASTOLIC: (25, 74), S.HEART_RATE: (85, 200), S.RESPIRATORY_RATE: (22, 65)}),
    (3, {S.SYSTOLIC: (70, 124), S.DIASTOLIC: (35, 84), S.HEART_RATE: (75, 180), S.RESPIRATORY_RATE: (18, 50)}),
    (6, {S.SYSTOLIC: (75, 129), S.DIASTOLIC: (35, 89), S.HEART_RATE: (65, 165), S.RESPIRATORY_RATE: (16, 40)}),
    (12, {S.SYSTOLIC: (80, 139), S.DIASTOLIC: (40, 94), S.HEART_RATE: (55, 150), S.RESPIRATORY_RATE: (14, 34)}),
    (18, {S.SYSTOLIC: (85, 159), S.DIASTOLIC: (40, 99), S.HEART_RATE: (45, 140), S.RESPIRATORY_RATE: (9, 28)}),
    (200, {S.SYSTOLIC: (91, 179), S.DIASTOLIC: (41, 119), S.HEART_RATE: (41, 130), S.RESPIRATORY_RATE: (9, 24)}),
)
"""Bounds of ages below so many years. Adults: beyond them lie the red scores of NEWS2 (Royal College of Physicians, 2017) and a
hypertensive crisis of 180/120 mmHg. Children: the ranges of Pediatric Advanced Life Support, widened by about a fifth."""
_SIZES: tuple[tuple[float, Bounds], ...] = (
    (1, {S.WEIGHT: (2, 14), S.HEIGHT: (42, 85)}),
    (3, {S.WEIGHT: (6, 22), S.HEIGHT: (65, 105)}),
    (6, {S.WEIGHT: (9, 40), S.HEIGHT: (80, 130)}),
    (12, {S.WEIGHT: (14, 90), S.HEIGHT: (100, 175)}),
    (18, {S.WEIGHT: (25, 150), S.HEIGHT: (125, 205)}),
    (200, {S.WEIGHT: (35, 200), S.HEIGHT: (130, 210)}),
)
"""Age in years, exclusive: the usual weight in kg and height in cm below it, as (lowest, highest).

The bounds contain the WHO growth curves (2006, 2007); a value with a shifted decimal point is outside of them."""


def unusual(body: RecordVitals, born: date | None, on: date) -> list[UnusualValue]:
    """Return the values outside the bounds of the patient's age, without the ones that are confirmed.

    Without a date of birth they are outside the bounds of every age.
    """
    bounds = _bounds(None if born is None else (on - born).days / YEAR)
    found = ((sign, getattr(body, sign), *bounds[sign]) for sign in VitalSign if sign in bounds)
    return [
        UnusualValue(sign=sign, value=value, low=low, high=high)
        for sign, value, low, high in found
        if value is not None and not low <= value <= high and sign not in body.confirmed
    ]


def measured_on(at: datetime, now: datetime, born: date | None, zone: ZoneInfo) -> date:
    """Return the clinic day of the measurement. Raise ValueError unless it lies between the birth and now."""
    day = local_date(at, zone)
    if at > now:
        raise ValueError("enter a time that is not in the future")
    if born is not None and day < born:
        raise ValueError("enter a time that is not before the patient's birth")
    return day


def bmi(weight: float | None, height: float | None) -> float | None:
    """Return the body mass index in kg/m² to one decimal, from kg and cm."""
    return None if weight is None or height is None else round(weight / (height / 100) ** 2, 1)


def _bounds(years: float | None) -> Bounds:
    chosen: dict[VitalSign, tuple[float, float]] = dict(_ANY_AGE)
    for table in (_BY_AGE, _SIZES):
        fitting = [bounds for below, bounds in table if years is None or years < below]
        chosen |= _widest(fitting if years is None else fitting[:1])
    return chosen


def _widest(tables: Iterable[Bounds]) -> dict[VitalSign, tuple[float, float]]:
    """Return the bounds that include the bounds of each table."""
    found: dict[VitalSign, tuple[float, float]] = {}
    for bounds in tables:
        for sign, (low, high) in bounds.items():
            least, most = found.get(sign, (low, high))
            found[sign] = min(least, low), max(most, high)
    return found
