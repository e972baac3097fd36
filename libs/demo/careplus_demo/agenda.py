"""How many visits each doctor of the demo hospital has on each day, and which of them are pat's and sam's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from careplus_clinic.clinic_time import Span
from careplus_contracts.appointments import AppointmentStatus as S
from careplus_demo.people import Doctor, Patient, People
from careplus_demo.plan import COMING_DAYS, LONGEST_PAST_DAYS, PAST_DAYS, DoesNotFit
from careplus_demo.weeks import Weeks

BUSY, LEAST_BUSY = 0.5, 0.1
"""Share of a doctor's times that are taken up to today, and at the end of the coming month: there is always something to book."""


@dataclass(frozen=True)
class Chosen:
    """A visit chosen by hand; `status` None: what the hour of day makes of it."""

    offset: int
    doctor: int
    patient: int
    status: S | None


# days from today; the doctor osei (0) or lind (1); the patient pat (0) or sam (1)
CHOSEN = (
    Chosen(-52, 1, 0, S.COMPLETED),
    Chosen(-38, 0, 0, S.COMPLETED),
    Chosen(-20, 0, 0, S.COMPLETED),
    Chosen(-11, 1, 0, S.CANCELLED),
    Chosen(-6, 0, 0, S.COMPLETED),
    Chosen(0, 0, 0, None),
    Chosen(3, 1, 0, S.CONFIRMED),
    Chosen(17, 0, 0, S.BOOKED),
    Chosen(-47, 0, 1, S.COMPLETED),
    Chosen(-30, 1, 1, S.COMPLETED),
    Chosen(-16, 1, 1, S.NO_SHOW),
    Chosen(-8, 1, 1, S.COMPLETED),
    Chosen(0, 1, 1, None),
    Chosen(4, 0, 1, S.CONFIRMED),
    Chosen(19, 1, 1, S.BOOKED),
)


class Agenda:
    """From the first day of the past to the last of the coming month."""

    def __init__(self, people: People, weeks: Weeks) -> None:
        self.people, self.weeks, self.plan = people, weeks, people.plan
        self.chosen = self._chosen()
        self.first_offset, self._offered = self._extent()
        self.count = self.plan.appointments or round(self._offered) + len(CHOSEN)

    def __iter__(self) -> Iterator[tuple[date, Doctor, Sequence[Span], int]]:
        """Day, doctor, the doctor's times that day and how many of them are taken by patients other than the chosen one."""
        factor = (self.count - len(CHOSEN)) / self._offered
        due, given = 0.0, 0
        for offset in range(self.first_offset, COMING_DAYS + 1):
            day = self._day(offset)
            for doctor in self.people.doctors:
                slots = self.weeks.slots(doctor, day)
                due += len(slots) * _share(offset) * factor
                yield day, doctor, slots, round(due) - given
                given = round(due)

    def _extent(self) -> tuple[int, float]:
        """The first day, days from today, and how many visits suit the doctors until the last."""
        offered = sum(self._offered_on(offset) for offset in range(-PAST_DAYS, COMING_DAYS + 1))
        first, wanted = -PAST_DAYS, (self.plan.appointments or 0) - len(CHOSEN)
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
        return sum(len(self.weeks.slots(doctor, self._day(offset))) for doctor in self.people.doctors) * _share(offset)

    def _chosen(self) -> dict[tuple[date, int], tuple[Patient, S | None]]:
        found: dict[tuple[date, int], tuple[Patient, S | None]] = {}
        for one in CHOSEN:
            doctor, patient = self.people.doctors[one.doctor], self.people.patients[one.patient]
            offset = one.offset
            # the nearest day further from today on which the doctor is there and the patient has nothing else
            while not self.weeks.slots(doctor, self._day(offset)) or any(
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
