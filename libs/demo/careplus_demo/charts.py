"""Allergies and problems of the demo hospital's patients."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from careplus_demo.people import Patient, People
from careplus_demo.stories import Story, day_ago

Row = dict[str, Any]
ALLERGIES = (
    # substance, reaction, severity; no medicine of a complaint contains one of these
    ("Penicillin", "Hives", "moderate"),
    ("Penicillin", "Anaphylaxis", "severe"),
    ("Sulfamethoxazole", "Rash", "mild"),
    ("Iodinated contrast", "Rash, short of breath", "moderate"),
    ("Latex", "Itching", "mild"),
    ("Bee venom", "Fainting", "severe"),
    ("Peanut", "Swollen lips", "severe"),
    ("Birch pollen", "Runny nose", "mild"),
    ("Nickel", None, "mild"),
)
ALLERGIC, NONE_KNOWN = 0.2, 0.3
"""Shares of patients without a story; the others were not asked."""


@dataclass(frozen=True)
class _Drawn:
    patient: Patient
    allergies: Sequence[tuple[str, str | None, str]]
    problems: Sequence[tuple[str, str, str]]
    none_known: bool
    days: Sequence[date]
    """Days on which the allergies and then the problems were recorded."""


class Charts:
    """Rows of charts, allergies and problems; each table draws the same charts again, so that none is stored."""

    def __init__(self, people: People) -> None:
        self.people, self.plan = people, people.plan
        self._drawn = list(self._all())

    def chart_rows(self) -> Iterator[Row]:
        for one in self._drawn:
            changes = bool(one.allergies or one.none_known) + bool(one.problems)
            yield {"patient_id": one.patient.id, "no_known_allergies": one.none_known, "version": 1 + changes}

    def allergy_rows(self) -> Iterator[Row]:
        for one in self._drawn:
            for position, (substance, reaction, severity) in enumerate(one.allergies):
                yield {
                    "patient_id": one.patient.id,
                    "position": position,
                    "substance": substance,
                    "reaction": reaction,
                    "severity": severity,
                    "noted_on": one.days[position],
                }

    def problem_rows(self) -> Iterator[Row]:
        for one in self._drawn:
            for position, (name, icd10, status) in enumerate(one.problems):
                yield {
                    "patient_id": one.patient.id,
                    "position": position,
                    "name": name,
                    "icd10": icd10,
                    "status": status,
                    "since": one.days[len(one.allergies) + position],
                }

    def _all(self) -> Iterator[_Drawn]:
        """Yield the charts with at least one entry."""
        rng = self.plan.random_for("charts")
        for patient in self.people.patients:
            drawn = self._told(patient, patient.story) if patient.story else self._draw(patient, rng)
            if drawn and (drawn.allergies or drawn.problems or drawn.none_known):
                yield drawn

    def _told(self, patient: Patient, story: Story) -> _Drawn:
        entries = [*(story.allergies or ()), *story.problems]
        days = [max(day_ago(one[3], self.plan.today), patient.date_of_birth) for one in entries]
        allergies = [(one[0], one[1], one[2]) for one in story.allergies or ()]
        problems = [(one[0], one[1], one[2]) for one in story.problems]
        return _Drawn(patient, allergies, problems, story.allergies == (), days)

    def _draw(self, patient: Patient, rng: random.Random) -> _Drawn | None:
        roll = rng.random()
        if roll >= ALLERGIC + NONE_KNOWN:
            return None
        if roll >= ALLERGIC:
            return _Drawn(patient, (), (), True, ())
        age = (self.plan.today - patient.date_of_birth).days
        day = patient.date_of_birth + timedelta(days=rng.randint(1, age))
        return _Drawn(patient, (rng.choice(ALLERGIES),), (), False, (day,))
