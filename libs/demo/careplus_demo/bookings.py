"""A laboratory booking of the demo hospital, with the times that its status implies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from careplus_contracts.labs import LabBookingStatus as L
from careplus_contracts.labs import LabPriority
from careplus_demo.catalogue import LabTest
from careplus_demo.people import Patient
from careplus_demo.stories import Order
from careplus_demo.texts import REJECTIONS
from careplus_demo.visits import Visit

STAT_MINUTES, DAY_HOURS = 60, 24
CHANGES = {
    L.BOOKED: 0,
    L.COLLECTED: 1,
    L.RECEIVED: 2,
    L.REJECTED: 2,
    L.IN_PROGRESS: 3,
    L.RESULTED: 4,
    L.VERIFIED: 5,
    L.CANCELLED: 1,
}


@dataclass
class Booking:
    """A booking. `visit` is set where a doctor ordered it, and `order` where a story tells of it.

    `reviewed`: that doctor has seen and released the results.
    """

    patient: Patient
    visit: Visit | None
    tests: Sequence[LabTest]
    created_at: datetime
    starts_at: datetime | None
    place: int | None
    status: L
    reviewed: bool
    collected_at: datetime | None = None
    entered_at: datetime | None = None
    verified_at: datetime | None = None
    id: int = 0
    priority: LabPriority = LabPriority.ROUTINE
    order: Order | None = None

    @property
    def turnaround_minutes(self) -> int:
        longest = max(test.turnaround_hours for test in self.tests)
        return STAT_MINUTES if self.priority is LabPriority.STAT and longest < DAY_HOURS else longest * 60

    @property
    def rejection(self) -> str:
        """Return the reason for which a specimen is rejected; in a story it is haemolysed."""
        return REJECTIONS[0 if self.order else self.id % len(REJECTIONS)]

    def set_times(self, now: datetime, pace: float) -> None:
        """Set the times of the steps that the status implies; `pace` from 0 to 1."""
        if self.starts_at is None or self.status in (L.BOOKED, L.CANCELLED):
            return
        self.collected_at = self.starts_at + timedelta(minutes=4)
        if self.status in (L.RESULTED, L.VERIFIED):
            turnaround = timedelta(hours=max(test.turnaround_hours for test in self.tests))
            self.entered_at = self.collected_at + min(turnaround, now - self.collected_at) * (0.3 + 0.5 * pace)
        if self.entered_at and self.status is L.VERIFIED:
            self.verified_at = self.entered_at + min(timedelta(hours=3), now - self.entered_at) * (0.1 + 0.8 * pace)
