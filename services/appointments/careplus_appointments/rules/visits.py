"""Transitions of a visit, and when it may be booked, moved or cancelled."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import Span, day_bounds, day_start, local_date
from careplus_clinic.transitions import Transitions, illegal_transition
from careplus_contracts.appointments import AppointmentStatus, BookByPhone, TooEarly, TooLate
from careplus_contracts.doctors import BookingMode
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import IllegalTransition

S = AppointmentStatus

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)

STARTED = (S.IN_PROGRESS, S.COMPLETED)
"""The patient of a visit with one of these is in the room, or was."""
PATIENT_CHANGEABLE = (S.BOOKED, S.CONFIRMED)
"""While a visit has one of these, the patient may move or cancel it."""
MOVABLE = (*PATIENT_CHANGEABLE, S.ARRIVED)
"""While a visit has one of these, reception and its doctor may move it: a doctor may fall ill while the patient waits."""
EARLY_START = timedelta(hours=2)
"""A doctor may start a visit so long before its time, because the patient is there and a time has become free."""
OVER = (S.COMPLETED, S.CANCELLED, S.NO_SHOW, S.OFFERED, S.LAPSED)
"""A visit with one of these is not upcoming, even if its time is; an offer is no visit."""


def _detail(current: S, _: S, legal: tuple[S, ...]) -> str:
    then = f"it can become {', '.join(legal)}" if legal else "that is final here"
    return f"This visit is {current}; {then}."


DOCTOR_TRANSITIONS: Transitions[S] = Transitions(
    {
        S.BOOKED: (S.CONFIRMED, S.ARRIVED, S.IN_PROGRESS, S.CANCELLED, S.NO_SHOW),
        S.CONFIRMED: (S.ARRIVED, S.IN_PROGRESS, S.CANCELLED, S.NO_SHOW),
        # one step back corrects a click on the wrong line
        S.ARRIVED: (S.CONFIRMED, S.IN_PROGRESS, S.CANCELLED, S.NO_SHOW),
        S.IN_PROGRESS: (S.ARRIVED, S.COMPLETED),
        S.COMPLETED: (),
        S.CANCELLED: (),
        S.NO_SHOW: (S.ARRIVED,),
        # the patient alone answers an offer
        S.OFFERED: (),
        S.LAPSED: (),
    },
    _detail,
)
# reception calls in a patient that has arrived, and takes that back; the doctor completes
RECEPTION_TRANSITIONS = DOCTOR_TRANSITIONS.restricted(
    lambda current, wanted: wanted is not S.COMPLETED and (wanted is not S.IN_PROGRESS or current is S.ARRIVED)
)


def possible_from(status: S, starts_at: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant from which a visit can have this status."""
    if status is S.ARRIVED:
        return day_start(local_date(starts_at, zone), zone)
    if status is S.IN_PROGRESS:
        return starts_at - EARLY_START
    return starts_at if status in (S.NO_SHOW, S.COMPLETED) else EARLIEST


def arrival(status: S, arrived_at: datetime | None, now: datetime) -> datetime | None:
    """Return when the patient arrived, for a visit that gets this status: a step back from `in_progress` keeps the time."""
    if status is S.ARRIVED:
        return arrived_at or now
    return arrived_at if status in STARTED else None


def start(status: S, started_at: datetime | None, now: datetime) -> datetime | None:
    """Return when the visit started, for a visit that gets this status: reopening a completed one keeps the time."""
    if status is S.IN_PROGRESS:
        return started_at or now
    return started_at if status is S.COMPLETED else None


class TimedStatus(Protocol):
    """A visit with its status and start, as the table's row has them."""

    status: str
    starts_at: datetime


def check_transition(machine: Transitions[S], visit: TimedStatus, wanted: S, now: datetime, zone: ZoneInfo) -> None:
    """Raise IllegalTransition unless `wanted` may follow, and TooEarly before the time from which it may."""
    current = S(visit.status)
    machine.check(current, wanted)
    earliest = possible_from(wanted, visit.starts_at, zone)
    if wanted is not current and now < earliest:
        when = earliest.astimezone(zone).isoformat(timespec="minutes")
        detail = f"This visit can become {wanted} from {when} on. If the patient is here already, move the visit first."
        raise TooEarly(detail, possible_from=earliest)


def check_reopenable(current: S, completed_at: datetime | None, now: datetime, zone: ZoneInfo) -> None:
    """Raise IllegalTransition unless the visit is completed, and TooLate after the clinic day on which it was."""
    if current is not S.COMPLETED:
        raise illegal_transition(current, (), f"This visit is {current}; only a completed one can be reopened.")
    if completed_at is None or local_date(completed_at, zone) != local_date(now, zone):
        raise TooLate("A visit can be reopened only on the day on which it was completed. Add to its notes instead.")


def check_movable(current: AppointmentStatus) -> None:
    """Raise IllegalTransition unless reception and the doctor may still move this visit."""
    if current not in MOVABLE:
        raise _final(current)


def check_may_book(role: Role, booking: BookingMode) -> None:
    """Raise BookByPhone where patients do not choose the time themselves."""
    if role is Role.PATIENT and booking is BookingMode.PHONE:
        raise BookByPhone("Times of this doctor are given on the phone. Please call the hospital.")


def check_changeable(current: AppointmentStatus, starts_at: datetime, now: datetime, notice: timedelta) -> None:
    """Raise IllegalTransition or TooLate unless the patient may still move or cancel this visit."""
    if current not in PATIENT_CHANGEABLE:
        raise _final(current)
    if starts_at - notice <= now:
        raise TooLate("This visit can no longer be changed here. Please call the hospital.")


def span_of_days(day: date | None, first: date | None, last: date | None, today: date, zone: ZoneInfo) -> Span:
    """Return the instants between which a list's filter lets visits start.

    `day` overrules `first` and `last`. Without any of the three the list begins today; an open end has no bound.
    """
    if day is not None:
        return day_bounds(day, day, zone)
    if first is None and last is None:
        first = today
    return day_start(first, zone) if first else EARLIEST, day_bounds(last, last, zone)[1] if last else LATEST


def _final(current: AppointmentStatus) -> IllegalTransition:
    return illegal_transition(current, (), _detail(current, current, ()))
