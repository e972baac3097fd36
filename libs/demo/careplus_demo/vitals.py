"""Vital signs of the demo hospital: at the completed visits of the stories, with the values that their notes have."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from careplus_demo.people import Patient, People
from careplus_demo.stories import Story, StoryVisit
from careplus_demo.visits import Visit

MEASURING = frozenset({"General practice", "Cardiology", "Paediatrics"})
"""Specialties that measure at every visit; the others do where the note has a value."""
BEFORE_THE_END = timedelta(minutes=10)
YEAR = 365.25
GROWN = 18
CHILDREN = (
    *((0, 3.3, 49.5), (0.25, 6.1, 60.5), (0.5, 7.6, 66.5), (1, 9.3, 75), (2, 11.8, 87), (3, 14, 95.5), (4, 16, 102.5)),
    *((5, 18, 109.5), (6, 20.5, 115.5), (8, 25.3, 127), (10, 31.5, 138), (12, 40, 150), (14, 49, 161), (GROWN, 61, 170)),
)
"""Age in years: median weight in kg and median height in cm, of both sexes (WHO growth curves, 2006 and 2007)."""
NOTED: dict[str, re.Pattern[str]] = {
    "pressure": re.compile(r"(?<!24-h )(?<!Home )BP (\d+)/(\d+)"),
    "heart_rate": re.compile(r"(?:[Pp]ulse|AF rate|AF) (\d+)"),
    "temperature": re.compile(r"(?:T|fever) (3\d\.\d)"),
    "oxygen_saturation": re.compile(r"SpO2 (\d+)"),
    "weight": re.compile(r"(?:[Ww]eight|[,.]) (\d+(?:\.\d)?) kg"),
}
IN_ERROR = {"weight": 118.5, "note": "Scales in room 3", "error_reason": "Weighed with coat and bag."}

Row = dict[str, Any]


def vitals_rows(people: People, visits: Sequence[Visit]) -> Iterator[Row]:
    """Yield the sets of measurements, then one of the demo patient sam that was entered in error."""
    told: defaultdict[int, list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.told is not None and (visit.doctor.specialty in MEASURING or any(_noted(visit.told).values())):
            told[visit.patient.id].append(visit)
    rng = people.plan.random_for("vitals")
    for measured in told.values():
        yield from _of_patient(measured, people.plan.now, rng)
    if told[people.sam.id]:
        last = told[people.sam.id][-1]
        more = {"in_error_at": last.ends_at, "in_error_by_id": last.doctor.id, "version": 2, **IN_ERROR}
        yield {**_row(last), **more}


def _of_patient(visits: Sequence[Visit], now: datetime, rng: Random) -> Iterator[Row]:
    patient = visits[0].patient
    assert patient.story is not None
    is_hypertensive = any("Hypertension" in problem[0] for problem in patient.story.problems)
    for number, visit in enumerate(visits):
        assert visit.told is not None
        age = (visit.ends_at.date() - patient.date_of_birth).days / YEAR
        row = _row(visit) | _usual(age, is_hypertensive, number, rng) | _size(patient, visit, now, rng)
        if age >= GROWN and number > 0:
            # adults are measured once
            row["height"] = None
        yield row | _values(_noted(visit.told))


def _row(visit: Visit) -> Row:
    signs = ("systolic", "diastolic", "heart_rate", "respiratory_rate", "temperature", "oxygen_saturation", "weight", "height")
    return {
        **dict.fromkeys((*signs, "pain", "note", "in_error_at", "in_error_by_id", "error_reason")),
        "patient_id": visit.patient.id,
        "appointment_id": visit.id,
        "measured_at": visit.ends_at - BEFORE_THE_END,
        "recorded_by_id": visit.doctor.id,
        "recorded_at": visit.ends_at - BEFORE_THE_END,
        "version": 1,
    }


def _usual(age: float, is_hypertensive: bool, number: int, rng: Random) -> Row:
    """Return usual values of the age; hypertension is raised at first and falls under treatment."""
    if age < GROWN:
        heart_rate = round(130 - 5.5 * min(age, 10)) + rng.randrange(-4, 5)
        return {"heart_rate": heart_rate, "temperature": round(36.6 + rng.random() * 0.5, 1)}
    systolic = round(106 + 0.3 * age) + rng.randrange(-4, 5)
    if is_hypertensive:
        systolic = max(150 - 6 * number, 132) + rng.randrange(-1, 2)
    diastolic = round(systolic * (0.66 - max(age - 60, 0) * 0.003)) + rng.randrange(-2, 3)
    return {"systolic": systolic, "diastolic": diastolic, "heart_rate": rng.randrange(62, 80)}


def _size(patient: Patient, visit: Visit, now: datetime, rng: Random) -> Row:
    """Return weight and height on the day of the visit: of the nearest note, of the story, or smaller for a child."""
    story, born = patient.story, patient.date_of_birth
    assert story is not None
    age, today = ((day.date() - born).days / YEAR for day in (visit.ends_at, now))
    if today < GROWN:
        (weight, height), (weight_now, height_now) = _median(age), _median(today)
        return {
            "weight": round(story.weight * weight / weight_now, 1),
            "height": float(round(story.height * height / height_now)),
        }
    weights = _noted_weights(story)
    near = min(weights, key=lambda day: abs(day - (visit.told.day if visit.told else 0)), default=None)
    weight = story.weight if near is None else weights[near]
    return {"weight": round(weight + rng.randrange(-4, 5) / 10, 1), "height": story.height}


def _median(age: float) -> tuple[float, float]:
    """Return the median weight and height of an age, between the rows of CHILDREN."""
    for (younger, *small), (older, *large) in pairwise(CHILDREN):
        if age <= older:
            share = (age - younger) / (older - younger)
            weight, height = (one + share * (other - one) for one, other in zip(small, large, strict=True))
            return weight, height
    return CHILDREN[-1][1], CHILDREN[-1][2]


def _noted_weights(story: Story) -> dict[int, float]:
    return {visit.day: float(found[1]) for visit in story.visits if (found := _noted(visit)["weight"])}


def _noted(visit: StoryVisit) -> dict[str, re.Match[str] | None]:
    text = f"{visit.reason}. {visit.note or ''}"
    return {name: pattern.search(text) for name, pattern in NOTED.items()}


def _values(noted: dict[str, re.Match[str] | None]) -> Row:
    found: Row = {}
    for name, match in noted.items():
        if match is None:
            continue
        if name == "pressure":
            found |= {"systolic": int(match[1]), "diastolic": int(match[2])}
        else:
            found[name] = float(match[1]) if "." in match[1] or name == "weight" else int(match[1])
    return found
