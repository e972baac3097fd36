"""Visits to move: why a visit has to be moved, and times that several visits can move to at once."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from careplus_appointments.rules.slots import DayHours, merged, open_spans
from careplus_appointments.rules.visit_types import VisitPlan
from careplus_clinic.clinic_time import Span, days_from, local_date
from careplus_contracts.availability import OpenHours
from careplus_contracts.to_move import MoveReason

MOST_SUGGESTED = 3
SEARCHED_DAYS = 28
COLLEAGUE_DAYS = 7


@dataclass
class Hours:
    """When one doctor sees patients."""

    week: list[OpenHours] = field(default_factory=list)
    extra: list[DayHours] = field(default_factory=list)
    away: list[Span] = field(default_factory=list)
    _open: dict[date, list[Span]] = field(default_factory=dict)

    def open_on(self, day: date, zone: ZoneInfo) -> list[Span]:
        """Return the hours of a clinic day as spans that do not touch; computed once for each day."""
        if day not in self._open:
            self._open[day] = merged(open_spans(day, self.week, zone, self.extra))
        return self._open[day]


def reason(visit: Span, hours: Hours, closed: Container[date], zone: ZoneInfo, *, overbooked: bool) -> MoveReason | None:
    """Return why the visit has to be moved, or None. Staff overbook outside of the hours on purpose."""
    starts_at, ends_at = visit
    day = local_date(starts_at, zone)
    if day in closed:
        return MoveReason.CLOSED_DAY
    if any(left < ends_at and starts_at < back for left, back in hours.away):
        return MoveReason.TIME_OFF
    if overbooked or any(opens <= starts_at and ends_at <= closes for opens, closes in hours.open_on(day, zone)):
        return None
    return MoveReason.OUTSIDE_HOURS


UNTYPED = VisitPlan(None, 0)
"""A visit without a type, which is as long as the slots of the doctor."""


class Moving(NamedTuple):
    """A visit that looks for another time; `colleagues` may see the patient too."""

    id: int
    patient_id: int
    doctor_id: int
    span: Span
    day: date
    colleagues: Sequence[int] = ()
    plan: VisitPlan = UNTYPED


class Suggested(NamedTuple):
    """A free time of a doctor."""

    doctor_id: int
    span: Span


FreeOn = Callable[[int, date, VisitPlan], Sequence[Span]]
"""Returns the free times of a doctor on a clinic day for such a visit, in order of time."""


class _Assigned:
    """The times that are suggested so far. No two visits get times of one doctor, or of one patient, that overlap."""

    def __init__(self, busy: Mapping[int, Sequence[Span]]) -> None:
        self._busy = busy
        self._of_doctors: dict[int, list[Span]] = defaultdict(list)
        self._of_patients: dict[int, list[tuple[int, Span]]] = defaultdict(list)

    def is_free(self, visit: Moving, one: Suggested) -> bool:
        others = [other for id_, other in self._of_patients[visit.patient_id] if id_ != visit.id]
        occupied = [*(other for other in self._busy.get(visit.patient_id, ()) if other != visit.span), *others]
        is_taken = any(_overlap(one.span, other) for other in self._of_doctors[one.doctor_id])
        return not is_taken and not any(_overlap(one.span, other) for other in occupied)

    def add(self, visit: Moving, one: Suggested) -> None:
        self._of_doctors[one.doctor_id].append(one.span)
        self._of_patients[visit.patient_id].append((visit.id, one.span))


def suggest(visits: Sequence[Moving], free_on: FreeOn, busy: Mapping[int, Sequence[Span]]) -> dict[int, list[Suggested]]:
    """Return times by visit: later ones of its doctor, soonest first, then one of a colleague.

    `busy` are the appointments by patient. Each visit gets its first time before any gets a second one, and no time is suggested
    twice.
    """
    assigned = _Assigned(busy)
    found: dict[int, list[Suggested]] = {visit.id: [] for visit in visits}
    rounds = [{visit.id: _later(visit, free_on) for visit in visits}] * MOST_SUGGESTED
    for times in [*rounds, {visit.id: _of_colleagues(visit, free_on) for visit in visits}]:
        for visit in visits:
            if (one := next((one for one in times[visit.id] if assigned.is_free(visit, one)), None)) is not None:
                assigned.add(visit, one)
                found[visit.id].append(one)
    return found


def _later(visit: Moving, free_on: FreeOn) -> Iterator[Suggested]:
    """Yield the times of the same doctor after the visit."""
    for day in days_from(visit.day, SEARCHED_DAYS + 1):
        yield from (
            Suggested(visit.doctor_id, span) for span in free_on(visit.doctor_id, day, visit.plan) if span[0] > visit.span[0]
        )


def _of_colleagues(visit: Moving, free_on: FreeOn) -> Iterator[Suggested]:
    """Yield the times of colleagues day by day, on each day the nearest to the visit first."""
    for day in days_from(visit.day, COLLEAGUE_DAYS + 1):
        times = [Suggested(colleague, span) for colleague in visit.colleagues for span in free_on(colleague, day, visit.plan)]
        yield from sorted(times, key=lambda one: (abs(one.span[0] - visit.span[0]), one.span[0], one.doctor_id))


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
