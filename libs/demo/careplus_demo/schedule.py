"""Number of visits of each doctor on each day of the demo hospital, and the fixed visits of the demo logins pat and sam."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from careplus_clinic.clinic_time import Span
from careplus_contracts.appointments import AppointmentStatus as S
from careplus_demo.availability import Availability
from careplus_demo.people import Doctor, Patient, People
from careplus_demo.plan import COMING_DAYS, LONGEST_PAST_DAYS, PAST_DAYS, DoesNotFit

BUSY, LEAST_BUSY = 0.5, 0.1
"""Booked share of a doctor's slots up to today, and at the end of the coming month, so that free slots always remain."""


@dataclass(frozen=True)
class FixedVisit:
    """A visit of a demo login; with `status` None the status follows from the time of day."""

    offset: int
    doctor: int
    patient: int
    status: S | None


# days from today; the doctor osei (0) or lind (1); the patient pat (0) or sam (1)
FIXED = (
    FixedVisit(-52, 1, 0, S.COMPLETED),
    FixedVisit(-38, 0, 0, S.COMPLETED),
    FixedVisit(-20, 0, 0, S.COMPLETED),
    FixedVisit(-11, 1, 0, S.CANCELLED),
    FixedVisit(-6, 0, 0, S.COMPLETED),
    FixedVisit(0, 0, 0, None),
    FixedVisit(3, 1, 0, S.CONFIRMED),
    FixedVisit(17, 0, 0, S.BOOKED),
    FixedVisit(-47, 0, 1, S.COMPLETED),
    FixedVisit(-30, 1, 1, S.COMPLETED),
    FixedVisit(-16, 1, 1, S.NO_SHOW),
    FixedVisit(-8, 1, 1, S.COMPLETED),
    FixedVisit(0, 1, 1, None),
    FixedVisit(4, 0, 1, S.CONFIRMED),
    FixedVisit(19, 1, 1, S.BOOKED),
)


class Schedule:
    """Numbers of visits by day and doctor, from the first past day to the end of the coming month."""

    def __init__(self, people: People, availability: Availability) -> None:
        self.people, self.availability, self.plan = people, availability, people.plan
        self.fixed = self._place_fixed()
        self.first_offset, self._offered = self._extent()
        self.count = self.plan.appointments or round(self._offered) + len(FIXED)

    def __iter__(self) -> Iterator[tuple[date, Doctor, Sequence[Span], int]]:
        """Yield day, doctor, the doctor's slots of that day, and the number of them to be booked besides the fixed visits."""
        factor = (self.count - len(FIXED)) / self._offered
        due, assigned = 0.0, 0
        for offset in range(self.first_offset, COMING_DAYS + 1):
            day = self._day(offset)
            for doctor in self.people.doctors:
                slots = self.availability.slots(doctor, day)
                due += len(slots) * _share(offset) * factor
                yield day, doctor, slots, round(due) - assigned
                assigned = round(due)

    def _extent(self) -> tuple[int, float]:
        """Return the first day as days from today, and the number of visits that fit until the last day."""
        offered = sum(self._offered_on(offset) for offset in range(-PAST_DAYS, COMING_DAYS + 1))
        first, wanted = -PAST_DAYS, (self.plan.appointments or 0) - len(FIXED)
        while offered < wanted and first > -LONGEST_PAST_DAYS:
            first -= 1
            offered += self._offered_on(first)
        if offered < wanted:
            enough = ceil(self.plan.doctors * wanted / offered)
            raise DoesNotFit(
                f"{self.plan.doctors} doctors cannot have had so many visits in ten years; ask for {enough} doctors."
            )
        return first, offered

    def _offered_on(self, offset: int) -> float:
        return sum(len(self.availability.slots(doctor, self._day(offset))) for doctor in self.people.doctors) * _share(offset)

    def _place_fixed(self) -> dict[tuple[date, int], tuple[Patient, S | None]]:
        found: dict[tuple[date, int], tuple[Patient, S | None]] = {}
        for one in FIXED:
            doctor, patient = self.people.doctors[one.doctor], self.people.patients[one.patient]
            offset = one.offset
            # move away from today to a day with slots of the doctor and no other fixed visit of either person
            while not self.availability.slots(doctor, self._day(offset)) or any(
                day == self._day(offset) and (doctor.id == doctor_id or patient is other)
                for (day, doctor_id), (other, _) in found.items()
            ):
                offset += 1 if one.offset > 0 else -1
            found[self._day(offset), doctor.id] = (patient, one.status)
        return found

    def _day(self, offset: int) -> date:
        return self.plan.today + timedelta(days=offset)


def _share(offset: int) -> float:
    return BUSY if offset <= 0 else BUSY - (BUSY - LEAST_BUSY) * offset / COMING_DAYS
