"""Number of visits of each doctor on each day of the demo hospital, and the visits of the stories."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from careplus_clinic.clinic_time import Span
from careplus_contracts.appointments import AppointmentStatus as S
from careplus_demo.availability import Availability
from careplus_demo.people import Doctor, Patient, People
from careplus_demo.plan import COMING_DAYS, LONGEST_PAST_DAYS, PAST_DAYS, DoesNotFit
from careplus_demo.stories import StoryVisit
from careplus_demo.today import TodaysPlaces

BUSY, LEAST_BUSY = 0.42, 0.1
"""Booked share of a doctor's slots up to today, and at the end of the coming month, so that free slots always remain."""
BUSY_TODAY = 0.7
"""Booked share of today's slots of the demo logins."""


@dataclass(frozen=True)
class PlacedVisit:
    """A visit of a story with its doctor, slot and status."""

    doctor: Doctor
    patient: Patient
    slot: Span
    status: S
    told: StoryVisit


class Schedule:
    """Numbers of visits by day and doctor, from the first past day to the end of the coming month."""

    def __init__(self, people: People, availability: Availability) -> None:
        self.people, self.availability, self.plan = people, availability, people.plan
        self._rng = self.plan.random_for("stories")
        self._taken: set[tuple[int, Span]] = set()
        self.todays = {
            doctor.id: TodaysPlaces(availability.slots(doctor, self.plan.today), self.plan.now)
            for doctor in (people.osei, people.lind)
        }
        self.placed = sorted(self._place_stories(), key=lambda one: (one.slot[0], one.doctor.id))
        self.first_offset, self._offered = self._extent()
        self.count = self.plan.appointments or round(self._offered) + len(self.placed)

    def __iter__(self) -> Iterator[tuple[date, Doctor, Sequence[Span], int]]:
        """Yield day, doctor, the doctor's slots that are free, and the number of them to be booked."""
        factor = (self.count - len(self.placed)) / self._offered
        due, assigned = 0.0, 0
        for offset in range(self.first_offset, COMING_DAYS + 1):
            day = self._day(offset)
            for doctor in self.people.doctors:
                slots = self.availability.slots(doctor, day)
                due += len(slots) * self._share(offset, doctor) * factor
                free = [slot for slot in self._open(doctor, offset) if not self._is_taken(doctor, slot)]
                yield day, doctor, free, round(due) - assigned
                assigned = round(due)

    def _extent(self) -> tuple[int, float]:
        """Return the first day as days from today, and the number of visits that fit until the last day."""
        offered = sum(self._offered_on(offset) for offset in range(-PAST_DAYS, COMING_DAYS + 1))
        first, wanted = -PAST_DAYS, (self.plan.appointments or 0) - len(self.placed)
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
        day = self._day(offset)
        return sum(len(self.availability.slots(one, day)) * self._share(offset, one) for one in self.people.doctors)

    def _share(self, offset: int, doctor: Doctor) -> float:
        if not self.availability.is_usual(doctor, self._day(offset)):
            return 0.0
        if offset == 0 and doctor.id in self.todays:
            return BUSY_TODAY
        return BUSY if offset <= 0 else BUSY - (BUSY - LEAST_BUSY) * offset / COMING_DAYS

    def _open(self, doctor: Doctor, offset: int) -> Sequence[Span]:
        """Return the slots for other patients: today of a demo login the ones before and after the patients that wait."""
        if offset == 0 and (places := self.todays.get(doctor.id)):
            return [*places.before, *places.after]
        return self.availability.slots(doctor, self._day(offset))

    def _place_stories(self) -> Iterator[PlacedVisit]:
        for patient in self.people.patients[: len(self.people.stories)]:
            days: set[date] = set()
            for told in patient.story.visits if patient.story else ():
                doctor = self.people.doctor_named(told.doctor)
                if told.today is None:
                    yield self._place(doctor, patient, told, days)
                elif (places := self.todays.get(doctor.id)) and (place := places.take(told.today)):
                    days.add(self.plan.today)
                    self._taken.add((doctor.id, place[0]))
                    yield PlacedVisit(doctor, patient, *place, told)

    def _place(self, doctor: Doctor, patient: Patient, told: StoryVisit, days: set[date]) -> PlacedVisit:
        """Place a visit on its day, or on the next one away from today with a free slot and no other visit of the patient."""
        offset = told.day
        while True:
            day = self._day(offset)
            free = [slot for slot in self.availability.slots(doctor, day) if not self._is_taken(doctor, slot)]
            if free and day not in days and self.availability.is_usual(doctor, day):
                break
            offset += 1 if told.day > 0 else -1
        slot = self._rng.choice(free)
        days.add(day)
        self._taken.add((doctor.id, slot))
        status = S(told.status) if told.status else S.COMPLETED if told.day < 0 else S.CONFIRMED
        return PlacedVisit(doctor, patient, slot, status, told)

    def _is_taken(self, doctor: Doctor, slot: Span) -> bool:
        return (doctor.id, slot) in self._taken

    def _day(self, offset: int) -> date:
        return self.plan.today + timedelta(days=offset)
