"""Transitions of a visit, and when it may be booked, moved or cancelled."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import Span, day_bounds, day_start
from careplus_clinic.transitions import Transitions, illegal_transition
from careplus_contracts.appointments import AppointmentStatus, BookByPhone, TooLate
from careplus_contracts.doctors import BookingMode
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import IllegalTransition

S = AppointmentStatus

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)

DOCTOR_ONLY = (S.IN_PROGRESS, S.COMPLETED)
"""Reception takes a visit neither to one of these nor away from it."""
PATIENT_CHANGEABLE = (S.BOOKED, S.CONFIRMED)
"""While a visit has one of these, the patient may move or cancel it."""
MOVABLE = (*PATIENT_CHANGEABLE, S.ARRIVED)
"""While a visit has one of these, reception may move it: a doctor may fall ill while the patient waits."""
OVER = (S.COMPLETED, S.CANCELLED, S.NO_SHOW)
"""A visit with one of these is not upcoming, even if its time is."""


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
    },
    _detail,
)
RECEPTION_TRANSITIONS = DOCTOR_TRANSITIONS.restricted(
    lambda current, wanted: current not in DOCTOR_ONLY and wanted not in DOCTOR_ONLY
)


def check_movable(current: AppointmentStatus) -> None:
    """Raise IllegalTransition unless reception may still move this visit."""
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
