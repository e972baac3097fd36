"""Allergies and problems of the demo hospital's patients."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from careplus_demo.people import CHILD_UNTIL_DAYS, Patient, People

Row = dict[str, Any]
ALLERGIES = (
    # substance, reaction, severity; no medicine of the demo contains one of these
    ("Penicillin", "Hives", "moderate"),
    ("Penicillin", "Anaphylaxis", "severe"),
    ("Acetylsalicylic acid", "Wheezing", "moderate"),
    ("Sulfamethoxazole", "Rash", "mild"),
    ("Codeine", "Vomiting", "mild"),
    ("Iodinated contrast", "Rash, short of breath", "moderate"),
    ("Latex", "Itching", "mild"),
    ("Bee venom", "Fainting", "severe"),
    ("Peanut", "Swollen lips", "severe"),
    ("Birch pollen", "Runny nose", "mild"),
    ("Nickel", None, "mild"),
)
PROBLEMS = (
    ("Hypertension", "I10", "active"),
    ("Type 2 diabetes", "E11.9", "active"),
    ("Hypothyroidism", "E03.9", "active"),
    ("Migraine", "G43.9", "active"),
    ("Osteoarthritis of the knee", "M17.9", "active"),
    ("Low back pain", "M54.5", "resolved"),
    ("Iron deficiency anaemia", "D50.9", "resolved"),
)
CHILDRENS_PROBLEMS = (
    ("Asthma", "J45.9", "active"),
    ("Atopic dermatitis", "L20.9", "active"),
    ("Otitis media", "H66.9", "resolved"),
)
ALLERGIC, NONE_KNOWN, ILL = 0.25, 0.55, 0.35
"""Shares of patients; the others were not asked, and have no problems."""


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

    def chart_rows(self) -> Iterator[Row]:
        for one in self._all():
            changes = bool(one.allergies or one.none_known) + bool(one.problems)
            yield {"patient_id": one.patient.id, "no_known_allergies": one.none_known, "version": 1 + changes}

    def allergy_rows(self) -> Iterator[Row]:
        for one in self._all():
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
        for one in self._all():
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
            drawn = self._chart_of_pat() if patient is self.people.pat else self._draw(patient, rng)
            if drawn.allergies or drawn.problems or drawn.none_known:
                yield drawn

    def _chart_of_pat(self) -> _Drawn:
        """Return pat's fixed chart, with the penicillin allergy that the demo shows."""
        days = (date(2009, 4, 21), date(2016, 5, 3), date(2019, 10, 8))
        allergies = (("Penicillin", "Anaphylaxis", "severe"), ("Birch pollen", "Runny nose", "mild"))
        return _Drawn(self.people.pat, allergies, PROBLEMS[:1], False, days)

    def _draw(self, patient: Patient, rng: random.Random) -> _Drawn:
        roll, age = rng.random(), (self.plan.today - patient.date_of_birth).days
        number = rng.choice((1, 1, 1, 2)) if roll < ALLERGIC else 0
        start = rng.randrange(len(ALLERGIES))
        # every second line, so that both lines of penicillin are never drawn together
        allergies = [ALLERGIES[(start + 2 * step) % len(ALLERGIES)] for step in range(number)]
        known = CHILDRENS_PROBLEMS if age < CHILD_UNTIL_DAYS else PROBLEMS + CHILDRENS_PROBLEMS
        problems = rng.sample(known, rng.choice((1, 1, 2))) if rng.random() < ILL else []
        days = [patient.date_of_birth + timedelta(days=rng.randint(1, age)) for _ in (*allergies, *problems)]
        return _Drawn(patient, allergies, problems, ALLERGIC <= roll < ALLERGIC + NONE_KNOWN, days)
