"""Reasons and notes for visits of patients without a story, fitting their age and sex."""

import random
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from careplus_demo.people import Patient
from careplus_demo.stories import DATA

DAYS_A_YEAR = 365.25
ANY_AGE = 200
MOST_COPIES, TRIES = 2, 20
"""Patients that may have the same note, and how often another one is drawn for the next."""


@dataclass(frozen=True)
class Complaint:
    """A reason for a visit and a note that fits; `medicine` is a key of the demo's medicines."""

    reason: str
    note: str
    from_year: int = 0
    to_year: int = ANY_AGE
    medicine: str | None = None

    def fits(self, age: float) -> bool:
        return self.from_year <= age < self.to_year


@cache
def _complaints() -> dict[str, Sequence[Complaint]]:
    found = tomllib.loads((DATA / "demo_complaints.toml").read_text(encoding="utf-8"))
    return {
        specialty: [
            Complaint(one["reason"], one["note"], one.get("from", 0), one.get("to", ANY_AGE), one.get("medicine"))
            for one in part["visits"]
        ]
        for specialty, part in found.items()
    }


class Complaints:
    """Draws complaints so that few patients have the same note."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._written: Counter[str] = Counter()

    def draw(self, specialty: str, patient: Patient, day: date, has_note: bool) -> Complaint:
        """Return a complaint that fits the patient's age, with its texts filled; without a fitting one, a check-up."""
        age = (day - patient.date_of_birth).days / DAYS_A_YEAR
        fitting = [one for one in _complaints()[specialty] if one.fits(age)]
        if not fitting:
            return Complaint("Check-up", "")
        found = _filled(self._rng.choice(fitting), self._rng)
        tries = TRIES if has_note else 0
        while tries and self._written[found.note] >= MOST_COPIES:
            found, tries = _filled(self._rng.choice(fitting), self._rng), tries - 1
        if has_note:
            self._written[found.note] += 1
        return found


def _filled(complaint: Complaint, rng: random.Random) -> Complaint:
    drawn = _drawn(rng)
    return Complaint(complaint.reason.format(**drawn), complaint.note.format(**drawn), medicine=complaint.medicine)


def _drawn(rng: random.Random) -> dict[str, object]:
    roll = rng.random
    return {
        "bp": f"{112 + int(roll() * 34)}/{66 + int(roll() * 22)}",
        "pulse": 58 + int(roll() * 28),
        "temp": f"{36.4 + roll() * 1.9:.1f}",
        "fever": f"{38.0 + roll() * 1.4:.1f}",
        "spo2": 96 + int(roll() * 4),
        "days": 2 + int(roll() * 7),
        "score": 2 + int(roll() * 6),
        "centile": 14 + int(roll() * 74),
        "iop": 12 + int(roll() * 7),
        "angle": 70 + int(roll() * 40),
        "side": "left" if roll() < 0.5 else "right",
    }
