"""What may become of a visit, and when."""

from datetime import datetime, timedelta

from careplus_contracts.appointments import AppointmentStatus, BookByPhone, TooLate
from careplus_contracts.doctors import BookingMode
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import IllegalTransition

S = AppointmentStatus

TRANSITIONS: dict[AppointmentStatus, tuple[AppointmentStatus, ...]] = {
    S.BOOKED: (S.CONFIRMED, S.ARRIVED, S.IN_PROGRESS, S.CANCELLED, S.NO_SHOW),
    S.CONFIRMED: (S.ARRIVED, S.IN_PROGRESS, S.CANCELLED, S.NO_SHOW),
    # one step back is for a click on the wrong line
    S.ARRIVED: (S.CONFIRMED, S.IN_PROGRESS, S.CANCELLED, S.NO_SHOW),
    S.IN_PROGRESS: (S.ARRIVED, S.COMPLETED),
    S.COMPLETED: (),
    S.CANCELLED: (),
    S.NO_SHOW: (S.ARRIVED,),
}
"""What the doctor may do. Naming the status it has is always legal and changes nothing."""
PATIENTS_OWN = (S.BOOKED, S.CONFIRMED)
"""While a visit is one of these, the patient may move or cancel it."""
DOCTORS_OWN = (S.IN_PROGRESS, S.COMPLETED)
"""Reception neither takes a visit to one of these nor away from it."""
MOVABLE = (*PATIENTS_OWN, S.ARRIVED)
"""While a visit is one of these, reception may move it: a doctor may fall ill while the patient waits."""
OVER = (S.COMPLETED, S.CANCELLED, S.NO_SHOW)
"""Such a visit is no longer to come, whatever its time."""


def check_transition(current: AppointmentStatus, wanted: AppointmentStatus) -> None:
    """Raise IllegalTransition naming the legal ones."""
    if wanted is not current and wanted not in TRANSITIONS[current]:
        raise _illegal(current, TRANSITIONS[current])


def receptions(current: AppointmentStatus) -> tuple[AppointmentStatus, ...]:
    """What reception may take a visit to."""
    return () if current in DOCTORS_OWN else tuple(status for status in TRANSITIONS[current] if status not in DOCTORS_OWN)


def check_arrangement(current: AppointmentStatus, wanted: AppointmentStatus) -> None:
    """Raise IllegalTransition naming those that reception may take this visit to."""
    if wanted is not current and wanted not in receptions(current):
        raise _illegal(current, receptions(current))


def check_movable(current: AppointmentStatus) -> None:
    """Raise IllegalTransition unless reception may still move this visit."""
    if current not in MOVABLE:
        raise _illegal(current, ())


def check_may_book(role: Role, booking: BookingMode) -> None:
    """Raise BookByPhone where patients do not choose the time themselves."""
    if role is Role.PATIENT and booking is BookingMode.PHONE:
        raise BookByPhone("Times of this doctor are given on the phone. Please call the hospital.")


def check_changeable(current: AppointmentStatus, starts_at: datetime, now: datetime, notice: timedelta) -> None:
    """Raise IllegalTransition or TooLate unless the patient may still move or cancel this visit."""
    if current not in PATIENTS_OWN:
        raise _illegal(current, ())
    if starts_at - notice <= now:
        raise TooLate("This visit can no longer be changed here. Please call the hospital.")


def _illegal(current: AppointmentStatus, legal: tuple[AppointmentStatus, ...]) -> IllegalTransition:
    then = f"it can become {', '.join(legal)}" if legal else "that is final here"
    return IllegalTransition(f"This visit is {current}; {then}.", current=current.value, legal=[status.value for status in legal])
