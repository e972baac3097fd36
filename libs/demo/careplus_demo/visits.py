"""Visits of the demo hospital: past, today in progress, and a coming month."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from careplus_clinic.clinic_time import Span
from careplus_contracts.appointments import AppointmentStatus as S
from careplus_contracts.endpoints import Role
from careplus_demo.people import Doctor, Patient, People
from careplus_demo.plan import PAST_DAYS
from careplus_demo.references import reference
from careplus_demo.schedule import Schedule
from careplus_demo.texts import CANCELLED_BY_DOCTOR, CANCELLED_BY_PATIENT, NOTES, REASONS

CHANGES = {S.BOOKED: 0, S.CONFIRMED: 1, S.ARRIVED: 2, S.IN_PROGRESS: 3, S.COMPLETED: 4, S.CANCELLED: 1, S.NO_SHOW: 2}
"""Number of changes of a visit in each status."""
SOON = timedelta(minutes=40)
"""Patients arrive this time before their visit."""
WRITTEN_FOR = timedelta(days=28)
"""Visits of this time have notes, and a time at which they were completed."""
WAITED = timedelta(minutes=12)
AVERAGE = 0.5


@dataclass(frozen=True)
class Visit:
    """A completed visit; prescriptions, referrals and laboratory orders refer to it."""

    id: int
    doctor: Doctor
    patient: Patient
    ends_at: datetime


class Visits:
    """Rows of visits.

    After `rows` has run, `completed` holds the completed ones of the last 60 days, and `coming` the times by patient from today
    on, which laboratory bookings must not overlap.
    """

    def __init__(self, people: People, schedule: Schedule) -> None:
        self.people, self.schedule, self.now = people, schedule, people.plan.now
        self.completed: list[Visit] = []
        self.coming: defaultdict[int, list[Span]] = defaultdict(list)
        self._rng = people.plan.random_for("visits")
        self._count = 0
        self._today: date | None = None
        self._busy: dict[int, list[Span]] = {}

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield visits by day, doctor and time."""
        missing = 0
        for day, doctor, times, count in self.schedule:
            if day != self._today:
                self._today, self._busy = day, {}
            slots = list(times)
            if fixed := self.schedule.fixed.get((day, doctor.id)):
                slot = slots.pop(next((i for i, slot in enumerate(slots) if slot[0] > self.now + SOON), len(slots) // 2))
                yield self._row(doctor, fixed[0], slot, fixed[1] or self._status(slot, AVERAGE))
            missing += count
            for slot in sorted(self._rng.sample(slots, min(missing, len(slots)))):
                if patient := self._free_patient(doctor.specialty, slot):
                    missing -= 1
                    yield self._row(doctor, patient, slot, self._status(slot, self._rng.random()))

    def _free_patient(self, specialty: str, slot: Span) -> Patient | None:
        """Return a patient without another visit at that time, or None."""
        candidates = self.people.by_specialty[specialty]
        first = self._rng.randrange(len(candidates))
        for step in range(len(candidates)):
            patient = candidates[(first + step) % len(candidates)]
            busy = self._busy.setdefault(patient.id, [])
            if not any(slot[0] < other[1] and other[0] < slot[1] for other in busy):
                busy.append(slot)
                return patient
        return None

    def _status(self, slot: Span, roll: float) -> S:
        starts_at, ends_at = slot
        if roll < 0.08:
            return S.CANCELLED
        if ends_at <= self.now:
            return S.NO_SHOW if roll < 0.14 else S.COMPLETED
        if starts_at <= self.now:
            return S.IN_PROGRESS
        if starts_at <= self.now + SOON:
            return S.ARRIVED if roll < 0.7 else S.CONFIRMED
        return S.CONFIRMED if roll < 0.55 else S.BOOKED

    def _row(self, doctor: Doctor, patient: Patient, slot: Span, status: S) -> dict[str, Any]:
        roll, (starts_at, ends_at) = self._rng.random(), slot
        self._count += 1
        if status is S.COMPLETED and self.now - ends_at < timedelta(days=PAST_DAYS):
            self.completed.append(Visit(self._count, doctor, patient, ends_at))
        if status not in (S.CANCELLED, S.NO_SHOW) and ends_at > self.now - timedelta(days=1):
            self.coming[patient.id].append(slot)
        reasons, notes = REASONS[doctor.specialty], NOTES[doctor.specialty]
        by_doctor = status is S.CANCELLED and roll < 0.2
        cancelled = CANCELLED_BY_DOCTOR if by_doctor else CANCELLED_BY_PATIENT
        return {
            "id": self._count,
            "reference": reference("CP", self._count),
            "patient_id": patient.id,
            "doctor_id": doctor.id,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "status": status.value,
            "reason": reasons[int(roll * 1000) % len(reasons)] if roll < 0.9 else None,
            "place": doctor.place,
            "note": notes[int(roll * 1000) % len(notes)] if status is S.COMPLETED else None,
            "cancelled_by": (Role.DOCTOR if by_doctor else Role.PATIENT).value if status is S.CANCELLED else None,
            "cancel_reason": cancelled[int(roll * 1000) % len(cancelled)] if status is S.CANCELLED else None,
            # unknown for older visits, as in a hospital that had an earlier version
            "completed_at": ends_at if status is S.COMPLETED and self.now - ends_at < WRITTEN_FOR else None,
            "arrived_at": min(starts_at, self.now) - WAITED if status in (S.ARRIVED, S.IN_PROGRESS) else None,
            # booked two hours to four weeks before
            "created_at": min(starts_at, self.now) - timedelta(minutes=120 + int(roll * 40_000)),
            "version": 1 + CHANGES[status],
        }
