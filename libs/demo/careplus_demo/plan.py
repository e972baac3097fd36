"""How large the demo hospital is, and on which day it is opened: the same plan makes the same hospital."""

import random
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import local_date

PAST_DAYS = 60
COMING_DAYS = 30
LONGEST_PAST_DAYS = 3650
MOST_DOCTORS = 10_000
MOST_PATIENTS = 5_000_000
PATIENTS_PER_DOCTOR = 4
"""Fewer, and there may be no patient left who is not with another doctor at the time."""


class DoesNotFit(ValueError):
    """These numbers do not go together; the message says which would."""


@dataclass(frozen=True)
class Plan:
    """`now` is aware; `appointments` None: as many as suit the doctors. `lab_hours` and `lab_places` as in the settings."""

    now: datetime
    zone: ZoneInfo
    doctors: int = 12
    patients: int = 200
    appointments: int | None = None
    lab_hours: str = "06:00-22:00"
    lab_places: int = 4
    seed: int = 1

    @property
    def today(self) -> date:
        return local_date(self.now, self.zone)

    def chance(self, about: str) -> random.Random:
        """Chance of its own for each part, so that a change of one part leaves the others as they are."""
        return random.Random(f"{self.seed} {about} {self.today}")


def check_size(plan: Plan) -> None:
    """Raise DoesNotFit where there is no such hospital."""
    if not 2 <= plan.doctors <= MOST_DOCTORS:
        raise DoesNotFit(f"A demo hospital has 2 to {MOST_DOCTORS} doctors.")
    if plan.patients > MOST_PATIENTS:
        raise DoesNotFit(f"A demo hospital has at most {MOST_PATIENTS} patients.")
    fewest = max(20, PATIENTS_PER_DOCTOR * plan.doctors)
    if plan.patients < fewest:
        raise DoesNotFit(f"{plan.doctors} doctors need {fewest} patients or more.")
    if plan.appointments is not None and plan.appointments < 20:
        raise DoesNotFit("A demo hospital has 20 appointments or more.")
