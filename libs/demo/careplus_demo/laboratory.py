"""Bookings of the demo hospital's laboratory, in every status from booked to verified."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from careplus_clinic.clinic_time import Span, local_date
from careplus_contracts.endpoints import Role
from careplus_contracts.labs import LabBookingStatus as L
from careplus_contracts.labs import LabPriority
from careplus_demo import texts
from careplus_demo.bookings import CHANGES, Booking
from careplus_demo.catalogue import LabTest
from careplus_demo.people import Patient, People
from careplus_demo.places import Places
from careplus_demo.references import reference
from careplus_demo.visits import Visit

ORDERED = 0.15
"""Share of visits after which tests are ordered."""
MOST_OWN = 300
"""Number of bookings by patients without a doctor."""
REVIEWED_AFTER = timedelta(days=4)
LATE_DAYS = 3
"""Days ago on which the specimen of the late order was collected, longer than the quickest test takes."""
# days from today, the patient's position in the list (pat 0, sam 1), the status
FIXED = (
    (-33, 0, L.VERIFIED),
    (-26, 1, L.VERIFIED),
    (-1, 0, L.IN_PROGRESS),
    (-1, 1, L.RECEIVED),
    (-1, 2, L.COLLECTED),
    (-1, 3, L.REJECTED),
    (-1, 4, L.RESULTED),
    (-1, 5, L.IN_PROGRESS),
    (4, 0, L.BOOKED),
    (6, 1, L.BOOKED),
    (7, 0, L.CANCELLED),
)


class Laboratory:
    """Bookings after completed `visits` in order of time; the demo logins' visits always order tests.

    `busy` holds the times of visits by patient; bookings are added to it.
    """

    def __init__(
        self, people: People, visits: Sequence[Visit], tests: Sequence[LabTest], busy: defaultdict[int, list[Span]]
    ) -> None:
        self.people, self.visits, self.tests, self.plan = people, visits, tests, people.plan
        self.now = self.plan.now
        self._rng = self.plan.random_for("laboratory")
        self._places = Places(self.plan, self._rng, busy)
        bookings = [*self._chosen(), *self._ordered(), *self._own(), *self._watched()]
        self.bookings = sorted(bookings, key=lambda one: one.created_at)
        for number, one in enumerate(self.bookings, start=1):
            one.id = number

    def booking_rows(self) -> Iterator[dict[str, Any]]:
        for one in self.bookings:
            has_place = one.starts_at is not None and one.status is not L.CANCELLED
            yield {
                "id": one.id,
                "reference": reference("LB", one.id),
                "patient_id": one.patient.id,
                "ordered_by_id": one.visit.doctor.id if one.visit else None,
                "appointment_id": one.visit.id if one.visit else None,
                "starts_at": one.starts_at,
                "window_starts_at": one.starts_at if has_place else None,
                "place": one.place if has_place else None,
                "status": one.status.value,
                "status_reason": self._reason(one),
                **self._cancelled(one),
                "note": texts.ORDER_NOTES[one.id % len(texts.ORDER_NOTES)] if one.visit else None,
                "collected_at": one.collected_at,
                "verified_at": one.verified_at,
                "created_at": one.created_at,
                "version": 1 + CHANGES[one.status],
                "priority": one.priority.value,
                "turnaround_minutes": one.turnaround_minutes,
            }

    def _cancelled(self, one: Booking) -> dict[str, Any]:
        """Return the columns of a cancellation by the patient, midway between booking and its time."""
        if one.status is not L.CANCELLED:
            return {"cancelled_by": None, "cancelled_by_id": None, "cancelled_at": None}
        at = one.created_at + (max(one.created_at, min(one.starts_at or self.now, self.now)) - one.created_at) / 2
        return {"cancelled_by": Role.PATIENT.value, "cancelled_by_id": one.patient.id, "cancelled_at": at}

    def test_rows(self) -> Iterator[dict[str, Any]]:
        for one in self.bookings:
            for position, test in enumerate(one.tests):
                copied = {"price_minor": test.price_minor, "currency": test.currency, "specimen_type": test.specimen}
                yield {"booking_id": one.id, "test_code": test.code, "position": position, **copied}

    def _chosen(self) -> Iterator[Booking]:
        for offset, number, status in FIXED:
            patient = self.people.patients[number]
            starts_at, place = self._places.find(self.plan.today + timedelta(days=offset), patient) or (None, None)
            created_at = self.now - timedelta(days=max(0, -offset) + 2, minutes=number)
            yield self._booking(patient, None, created_at, starts_at, place, status)

    def _ordered(self) -> Iterator[Booking]:
        # the latest results of pat and sam came yesterday and wait for review
        last = {visit.patient.id: visit for visit in self.visits if self.now - visit.ends_at > timedelta(days=3)}
        for visit in self.visits:
            known = visit.patient in (self.people.pat, self.people.sam)
            recent = self.now - visit.ends_at < timedelta(days=3)
            if not known and self._rng.random() > ORDERED:
                continue
            if recent and not known and self._rng.random() < 0.4:
                # an order without a time
                yield self._booking(visit.patient, visit, visit.ends_at, None, None, L.BOOKED)
                continue
            waits = known and last.get(visit.patient.id) is visit
            day = local_date(visit.ends_at, self.plan.zone) + timedelta(days=1 if known else self._rng.randint(1, 5))
            if found := self._places.find(self.plan.today - timedelta(days=1) if waits else day, visit.patient):
                status = L.VERIFIED if known and not recent else None
                reviewed = known or self._rng.random() < 0.93
                yield self._booking(visit.patient, visit, visit.ends_at, *found, status, reviewed)

    def _own(self) -> Iterator[Booking]:
        for patient in self.people.patients[2 : MOST_OWN + 2]:
            found = self._places.find(self.plan.today + timedelta(days=self._rng.randint(-45, 12)), patient)
            if found:
                created_at = min(found[0], self.now) - timedelta(minutes=self._rng.randint(300, 9000))
                yield self._booking(patient, None, created_at, *found)

    def _watched(self) -> Iterator[Booking]:
        """Yield orders of the demo doctor that need a look: an urgent one without a time, a late one, and a rejected one."""
        known = (self.people.pat, self.people.sam)
        visits = {
            visit.patient.id: visit
            for visit in self.visits
            if visit.doctor is self.people.osei and visit.patient not in known and visit.ends_at < self.now - timedelta(days=4)
        }
        quickest = min(self.tests, key=lambda test: test.turnaround_hours)
        wanted = ((L.BOOKED, None), (L.RECEIVED, LATE_DAYS), (L.REJECTED, 1))
        for (status, days_ago), visit in zip(wanted, list(visits.values())[::-1], strict=False):
            if days_ago is None:
                urgent = self._booking(visit.patient, visit, self.now - timedelta(minutes=25), None, None, status)
                urgent.tests, urgent.priority = [quickest], LabPriority.STAT
                yield urgent
            elif found := self._places.find(self.plan.today - timedelta(days=days_ago), visit.patient):
                order = self._booking(visit.patient, visit, found[0] - timedelta(hours=20), *found, status)
                order.tests = [quickest]
                yield order

    def _booking(
        self,
        patient: Patient,
        visit: Visit | None,
        created_at: datetime,
        starts_at: datetime | None,
        place: int | None,
        status: L | None = None,
        reviewed: bool = False,
    ) -> Booking:
        known = patient in (self.people.pat, self.people.sam)
        tests = self.tests[:2] if known else self._rng.sample(self.tests, self._rng.choice((1, 1, 2, 3)))
        settled = starts_at is not None and self.now - starts_at > REVIEWED_AFTER
        status = status or self._status(starts_at or self.now)
        booking = Booking(patient, visit, tests, created_at, starts_at, place, status, reviewed and settled)
        booking.set_times(self.now, self._rng.random())
        return booking

    def _status(self, starts_at: datetime) -> L:
        since, rng = self.now - starts_at, self._rng
        if since < timedelta(minutes=10):
            return L.CANCELLED if rng.random() < 0.08 else L.BOOKED
        if since < timedelta(hours=1):
            return rng.choice((L.BOOKED, L.COLLECTED, L.RECEIVED))
        if since < timedelta(hours=8):
            return rng.choice((L.COLLECTED, L.RECEIVED, L.IN_PROGRESS, L.RESULTED, L.REJECTED, L.VERIFIED))
        if since < timedelta(days=2):
            return rng.choices((L.VERIFIED, L.RESULTED, L.IN_PROGRESS, L.REJECTED), (12, 3, 1, 1))[0]
        return L.CANCELLED if rng.random() < 0.06 else L.VERIFIED

    def _reason(self, one: Booking) -> str | None:
        reasons = {L.REJECTED: texts.REJECTIONS, L.CANCELLED: texts.CANCELLED_BY_PATIENT}.get(one.status)
        return reasons[one.id % len(reasons)] if reasons else None
