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
from careplus_demo.catalogue import CHILDRENS, USUAL, Catalogue, LabTest
from careplus_demo.people import CHILD_UNTIL_DAYS, Patient, People
from careplus_demo.places import Places
from careplus_demo.references import reference
from careplus_demo.stories import Order
from careplus_demo.visits import Visit, Visits

ORDERED = 0.05
"""Share of visits without a story after which tests are ordered; the demo logins order for stories only."""
MOST_OWN = 160
"""Number of bookings by patients without a doctor."""
SETTLED_AFTER = timedelta(days=4)
STAT_SINCE = timedelta(minutes=25)
# days from today, the status, the test: each takes two days or longer, so that none is late
UNFINISHED = (
    (-1, L.COLLECTED, "CCP"),
    (-1, L.RECEIVED, "CALPRO"),
    (-1, L.IN_PROGRESS, "VITD"),
    (-1, L.IN_PROGRESS, "ANA"),
    (-2, L.IN_PROGRESS, "CALPRO"),
    (-2, L.RESULTED, "CELIAC"),
    (-1, L.RESULTED, "VITD"),
    (-1, L.REJECTED, "CBC"),
    (-12, L.CANCELLED, "LIPID"),
    (-33, L.VERIFIED, "CBC"),
    (3, L.BOOKED, "LIPID"),
)
"""Bookings that are there at any hour, for patients without a story."""


class Laboratory:
    """Bookings after completed `visits` and by patients themselves.

    The times of visits by patient are busy; bookings are added to them.
    """

    def __init__(self, people: People, visits: Visits, completed: Sequence[Visit], tests: Catalogue) -> None:
        self.people, self.completed, self.tests, self.plan = people, completed, tests, people.plan
        self.present = visits.present
        self.now = self.plan.now
        self._rng = self.plan.random_for("laboratory")
        busy: defaultdict[int, list[Span]] = visits.coming
        self._places = Places(self.plan, self._rng, busy)
        bookings = [*self._told(), *self._unfinished(), *self._ordered(), *self._own()]
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
                "note": self._note(one),
                "collected_at": one.collected_at,
                "verified_at": one.verified_at,
                "created_at": one.created_at,
                "version": 1 + CHANGES[one.status],
                "priority": one.priority.value,
                "turnaround_minutes": one.turnaround_minutes,
            }

    def test_rows(self) -> Iterator[dict[str, Any]]:
        for one in self.bookings:
            for position, test in enumerate(one.tests):
                copied = {"price_minor": test.price_minor, "currency": test.currency, "specimen_type": test.specimen}
                yield {"booking_id": one.id, "test_code": test.code, "position": position, **copied}

    def _cancelled(self, one: Booking) -> dict[str, Any]:
        """Return the columns of a cancellation by the patient, midway between booking and its time."""
        if one.status is not L.CANCELLED:
            return {"cancelled_by": None, "cancelled_by_id": None, "cancelled_at": None}
        at = one.created_at + (max(one.created_at, min(one.starts_at or self.now, self.now)) - one.created_at) / 2
        return {"cancelled_by": Role.PATIENT.value, "cancelled_by_id": one.patient.id, "cancelled_at": at}

    def _told(self) -> Iterator[Booking]:
        """Yield the orders and bookings of the stories."""
        for visit in [*self.completed, *self.present]:
            for order in visit.told.orders if visit.told else ():
                if booking := self._of_order(visit, order):
                    yield booking
        for patient in self.people.patients[: len(self.people.stories)]:
            for day, order in patient.story.lab if patient.story else ():
                created_at = self.now + timedelta(days=min(0, day) - 2, minutes=-(patient.id % 60))
                yield self._new(patient, None, self._tests(order.tests), created_at, day, L(order.status or L.BOOKED))

    def _of_order(self, visit: Visit, order: Order) -> Booking | None:
        tests = self._tests(order.tests)
        if order.priority == LabPriority.STAT:
            booking = Booking(visit.patient, visit, tests, self.now - STAT_SINCE, None, None, L.BOOKED, False)
            booking.priority, booking.order = LabPriority.STAT, order
            return booking
        day = (local_date(visit.ends_at, self.plan.zone) - self.plan.today).days + order.after
        day = order.collected if order.collected is not None else -1 if order.waits else min(day, -1)
        status = L(order.status) if order.status else L.VERIFIED
        booking = self._new(visit.patient, visit, tests, visit.ends_at, day, status)
        booking.order, booking.reviewed = order, not order.waits
        return booking

    def _unfinished(self) -> Iterator[Booking]:
        others = self.people.patients[len(self.people.stories) :]
        for (day, status, code), patient in zip(UNFINISHED, others, strict=False):
            created_at = self.now - timedelta(days=max(0, -day) + 2)
            yield self._new(patient, None, self._tests((code,)), created_at, day, status)

    def _ordered(self) -> Iterator[Booking]:
        order_for_stories = {self.people.osei.id, self.people.lind.id}
        for visit in self.completed:
            if visit.told or visit.doctor.id in order_for_stories or self._rng.random() > ORDERED:
                continue
            tests = self._drawn(visit.patient)
            recent = self.now - visit.ends_at < timedelta(days=3)
            if recent and self._rng.random() < 0.4:
                # an order without a time
                yield Booking(visit.patient, visit, tests, visit.ends_at, None, None, L.BOOKED, False)
                continue
            day = (local_date(visit.ends_at, self.plan.zone) - self.plan.today).days + self._rng.randint(1, 5)
            booking = self._new(visit.patient, visit, tests, visit.ends_at, day, None)
            settled = booking.starts_at is not None and self.now - booking.starts_at > SETTLED_AFTER
            booking.reviewed = settled and self._rng.random() < 0.95
            yield booking

    def _own(self) -> Iterator[Booking]:
        others = self.people.patients[len(self.people.stories) + len(UNFINISHED) :]
        for patient in others[:MOST_OWN]:
            # every third one is today
            day = 0 if self._rng.random() < 0.3 else self._rng.randint(-30, 12)
            created_at = self.now + timedelta(days=min(0, day)) - timedelta(minutes=self._rng.randint(1500, 9000))
            booking = self._new(patient, None, self._drawn(patient), created_at, day, None)
            if booking.starts_at is not None:
                yield booking

    def _new(
        self, patient: Patient, visit: Visit | None, tests: Sequence[LabTest], created_at: datetime, day: int, status: L | None
    ) -> Booking:
        """Return a booking on this day from today, with the status, or one that follows from the time."""
        date = self.plan.today + timedelta(days=day)
        starts_at, place = self._places.find(date, patient, created_at) or (None, None)
        status = status or self._status(starts_at or self.now, tests)
        if starts_at is None:
            status = L.BOOKED
        booking = Booking(patient, visit, tests, created_at, starts_at, place, status, False)
        booking.set_times(self.now, self._rng.random())
        return booking

    def _tests(self, codes: Sequence[str]) -> list[LabTest]:
        return [self.tests[code] for code in codes]

    def _drawn(self, patient: Patient) -> list[LabTest]:
        is_child = (self.plan.today - patient.date_of_birth).days < CHILD_UNTIL_DAYS
        return self._tests(self._rng.sample(CHILDRENS if is_child else USUAL, self._rng.choice((1, 1, 2))))

    def _status(self, starts_at: datetime, tests: Sequence[LabTest]) -> L:
        """Return the status of a booking at this hour; none of them is late."""
        since, rng = self.now - starts_at, self._rng
        if since < timedelta(minutes=10):
            return L.CANCELLED if rng.random() < 0.06 else L.BOOKED
        if since < timedelta(hours=1):
            return rng.choice((L.COLLECTED, L.COLLECTED, L.RECEIVED))
        due = timedelta(hours=max(test.turnaround_hours for test in tests))
        if since < due:
            return rng.choice((L.RECEIVED, L.IN_PROGRESS, L.IN_PROGRESS, L.RESULTED))
        return L.CANCELLED if rng.random() < 0.06 else L.VERIFIED

    def _note(self, one: Booking) -> str | None:
        """Return the doctor's note to the laboratory."""
        return texts.ORDER_NOTES[one.id % len(texts.ORDER_NOTES)] if one.visit and one.order is None else None

    def _reason(self, one: Booking) -> str | None:
        if one.status is L.CANCELLED:
            return texts.CANCELLED_BY_PATIENT[one.id % len(texts.CANCELLED_BY_PATIENT)]
        return one.rejection if one.status is L.REJECTED else None
