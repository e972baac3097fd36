"""Free times that one change offers to several entries of the waitlist, each for the type that its patient would book."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Protocol

from careplus_appointments.rules.slots import Calendar
from careplus_appointments.rules.visit_types import VisitPlan
from careplus_clinic.clinic_time import Span

MOST_SLOTS = 500
"""Free times that are offered by one change, such as new hours of a doctor."""


class Replacing(Protocol):
    """An entry of the waitlist: for a type, or for an earlier time of a visit with a type, or for neither."""

    @property
    def visit_type_id(self) -> int | None: ...

    @property
    def replaced_type_id(self) -> int | None: ...


class FreeTimes:
    """Free times of one doctor by type, without offered ones."""

    def __init__(self, calendar: Calendar, free: Callable[[Calendar], Iterable[Span]], after: datetime) -> None:
        self._calendar, self._free, self._after = calendar, free, after
        self._times: dict[VisitPlan, list[Span]] = {}
        self._offered: list[Span] = []

    def plan_of(self, entry: Replacing) -> VisitPlan | None:
        """Return the type that the entry names, or None where the doctor does not offer it.

        For other entries return the type of the visit that is replaced, if the doctor offers it; otherwise the one booked by
        default.
        """
        types = self._calendar.types
        if entry.visit_type_id is not None:
            return next((one for one in types if one.type_id == entry.visit_type_id), None)
        return next((one for one in types if one.type_id == entry.replaced_type_id), self._calendar.visit)

    def fitting(self, plan: VisitPlan) -> Sequence[Span]:
        """Return the free times for such a visit, in order of time."""
        if plan not in self._times:
            found = self._free(replace(self._calendar, planned=plan))
            self._times[plan] = list(islice((slot for slot in found if slot[1] > self._after), MOST_SLOTS))
        ends = plan.buffer
        return [
            slot
            for slot in self._times[plan]
            if not any(slot[0] < other[1] and other[0] < slot[1] + ends for other in self._offered)
        ]

    def occupy(self, slot: Span, plan: VisitPlan) -> None:
        """Leave out the times that overlap an offered visit, or the minutes after it."""
        self._offered.append((slot[0], slot[1] + plan.buffer))
