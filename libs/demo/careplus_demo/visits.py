"""Visits of the demo hospital: the ones of the stories, and others that fill the doctors' days."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from careplus_clinic.clinic_time import Span
from careplus_contracts.appointments import AppointmentStatus as S
from careplus_contracts.endpoints import Role
from careplus_demo.complaints import Complaint, Complaints
from careplus_demo.people import Doctor, Patient, People
from careplus_demo.plan import PAST_DAYS
from careplus_demo.references import reference
from careplus_demo.schedule import PlacedVisit, Schedule
from careplus_demo.stories import StoryVisit
from careplus_demo.texts import CANCELLED_BY_DOCTOR, CANCELLED_BY_PATIENT

CHANGES = {S.BOOKED: 0, S.CONFIRMED: 1, S.ARRIVED: 2, S.IN_PROGRESS: 3, S.COMPLETED: 4, S.CANCELLED: 1, S.NO_SHOW: 2}
"""Number of changes of a visit in each status."""
WRITTEN_FOR = timedelta(days=14)
"""Past visits of this time have notes and a time of completion; the ones of stories always have both."""
SOON = timedelta(minutes=40)
"""Patients arrive this time before their visit."""
WAITED = timedelta(minutes=12)


@dataclass(frozen=True)
class Visit:
    """A visit that was completed or is in progress; prescriptions, referrals and laboratory orders refer to it.

    `told` is the visit of a story; `complaint` that of a patient without one.
    """

    id: int
    doctor: Doctor
    patient: Patient
    ends_at: datetime
    told: StoryVisit | None
    complaint: Complaint | None


class Visits:
    """Rows of visits.

    After `rows` has run, `completed` holds completed ones of the last weeks and of all stories, `present` the ones in progress
    in a story, and `coming` the times by patient from today on, which laboratory bookings must not overlap.
    """

    def __init__(self, people: People, schedule: Schedule) -> None:
        self.people, self.schedule, self.now = people, schedule, people.plan.now
        self.completed: list[Visit] = []
        self.present: list[Visit] = []
        self.coming: defaultdict[int, list[Span]] = defaultdict(list)
        self._rng = people.plan.random_for("visits")
        self._complaints = Complaints(self._rng)
        self._count = 0
        self._busy: dict[int, list[Span]] = {}

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the stories' visits by time, then the others by day, doctor and time."""
        for placed in self.schedule.placed:
            yield self._told_row(placed)
        missing, today = 0, None
        for day, doctor, slots, count in self.schedule:
            if day != today:
                today, self._busy = day, {}
            missing += count
            for slot in sorted(self._rng.sample(slots, max(0, min(missing, len(slots))))):
                if patient := self._free_patient(doctor.specialty, slot):
                    missing -= 1
                    complaint = self._complaints.draw(
                        doctor.specialty, patient, day, abs(self.now - slot[0]) < WRITTEN_FOR + timedelta(days=1)
                    )
                    status = self._status(
                        slot, self._rng.random(), day == self.people.plan.today and doctor.id in self.schedule.todays
                    )
                    yield self._row(doctor, patient, slot, status, complaint.reason, complaint=complaint)

    def _told_row(self, placed: PlacedVisit) -> dict[str, Any]:
        told = placed.told
        return self._row(placed.doctor, placed.patient, placed.slot, placed.status, told.reason, told=told)

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

    def _status(self, slot: Span, roll: float, all_wait: bool) -> S:
        """Return a status that the time allows; with `all_wait` the patients of the story are the ones that have arrived."""
        starts_at, ends_at = slot
        if roll < 0.06:
            return S.CANCELLED
        if ends_at <= self.now:
            return S.NO_SHOW if roll < 0.1 else S.COMPLETED
        if starts_at <= self.now:
            return S.IN_PROGRESS
        if starts_at <= self.now + SOON and not all_wait:
            return S.ARRIVED if roll < 0.7 else S.CONFIRMED
        return S.CONFIRMED if roll < 0.55 else S.BOOKED

    def _row(
        self,
        doctor: Doctor,
        patient: Patient,
        slot: Span,
        status: S,
        reason: str,
        told: StoryVisit | None = None,
        complaint: Complaint | None = None,
    ) -> dict[str, Any]:
        roll, (starts_at, ends_at) = self._rng.random(), slot
        self._count += 1
        self._list(Visit(self._count, doctor, patient, min(ends_at, self.now), told, complaint), slot, status)
        by_doctor = status is S.CANCELLED and roll < 0.2 and told is None
        is_written = told is not None or self.now - ends_at < WRITTEN_FOR
        is_there = status in (S.ARRIVED, S.IN_PROGRESS) or (status is S.COMPLETED and is_written)
        return {
            "id": self._count,
            "reference": reference("CP", self._count),
            "patient_id": patient.id,
            "doctor_id": doctor.id,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "status": status.value,
            "reason": reason if told or roll < 0.9 else None,
            "place": doctor.place,
            "note": None,
            "cancelled_by": (Role.DOCTOR if by_doctor else Role.PATIENT).value if status is S.CANCELLED else None,
            "cancel_reason": self._cancel_reason(by_doctor, roll, told) if status is S.CANCELLED else None,
            # unknown for older visits, as in a hospital that had an earlier version
            "completed_at": min(ends_at, self.now) if status is S.COMPLETED and is_written else None,
            "arrived_at": min(starts_at, self.now) - WAITED if is_there else None,
            "started_at": min(starts_at, self.now) if is_there and status is not S.ARRIVED else None,
            # booked two hours to four weeks before
            "created_at": min(starts_at, self.now) - timedelta(minutes=120 + int(roll * 40_000)),
            "version": 1 + CHANGES[status],
        }

    def _list(self, visit: Visit, slot: Span, status: S) -> None:
        """Keep a visit for the notes, orders and prescriptions that belong to it."""
        ends_at = slot[1]
        if status is S.COMPLETED and (visit.told or self.now - ends_at < timedelta(days=PAST_DAYS)):
            self.completed.append(visit)
        if status is S.IN_PROGRESS and visit.told:
            self.present.append(visit)
        if status not in (S.CANCELLED, S.NO_SHOW) and ends_at > self.now - timedelta(days=1):
            self.coming[visit.patient.id].append(slot)

    def _cancel_reason(self, by_doctor: bool, roll: float, told: StoryVisit | None) -> str:
        if told and told.cancel:
            return told.cancel
        reasons = CANCELLED_BY_DOCTOR if by_doctor else CANCELLED_BY_PATIENT
        return reasons[int(roll * 1000) % len(reasons)]
