"""Size and opening day of the demo hospital; equal plans fill equal hospitals."""

import random
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import local_date

PAST_DAYS = 35
"""Days with full calendars before today; stories reach further back."""
COMING_DAYS = 30
LONGEST_PAST_DAYS = 3650
MOST_DOCTORS = 10_000
MOST_PATIENTS = 5_000_000
PATIENTS = 4_000
"""With fewer, patients of the twelve doctors would visit more than four times a year."""
PATIENTS_PER_DOCTOR = 4
"""With fewer, all patients may be with other doctors at the time of a visit."""


class DoesNotFit(ValueError):
    """The numbers contradict each other; the message names numbers that fit."""


@dataclass(frozen=True)
class Plan:
    """Size and day of a demo hospital. `now` is aware; `lab_hours` and `lab_places` are the settings.

    With `appointments` None, half of the slots up to today are booked, and fewer later.
    """

    now: datetime
    zone: ZoneInfo
    doctors: int = 12
    patients: int = PATIENTS
    appointments: int | None = None
    lab_hours: str = "06:00-22:00"
    lab_places: int = 4
    seed: int = 1

    @property
    def today(self) -> date:
        """Return the clinic day of `now`."""
        return local_date(self.now, self.zone)

    def random_for(self, part: str) -> random.Random:
        """Return a generator for one part of the hospital, so that a change of one part leaves the others unchanged."""
        return random.Random(f"{self.seed} {part} {self.today}")


def check_size(plan: Plan) -> None:
    """Raise DoesNotFit where the numbers are out of bounds."""
    if not 2 <= plan.doctors <= MOST_DOCTORS:
        raise DoesNotFit(f"A demo hospital has 2 to {MOST_DOCTORS} doctors.")
    if plan.patients > MOST_PATIENTS:
        raise DoesNotFit(f"A demo hospital has at most {MOST_PATIENTS} patients.")
    fewest = max(20, PATIENTS_PER_DOCTOR * plan.doctors)
    if plan.patients < fewest:
        raise DoesNotFit(f"{plan.doctors} doctors need {fewest} patients or more.")
    if plan.appointments is not None and plan.appointments < 20:
        raise DoesNotFit("A demo hospital has 20 appointments or more.")
