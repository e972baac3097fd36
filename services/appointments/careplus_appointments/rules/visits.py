"""What may become of a visit, and when."""

from datetime import datetime, timedelta

from careplus_contracts.appointments import AppointmentStatus, TooLate
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


def check_transition(current: AppointmentStatus, wanted: AppointmentStatus) -> None:
    """Raise IllegalTransition naming the legal ones."""
    if wanted is not current and wanted not in TRANSITIONS[current]:
        raise _illegal(current, TRANSITIONS[current])


def check_changeable(current: AppointmentStatus, starts_at: datetime, now: datetime, notice: timedelta) -> None:
    """Raise IllegalTransition or TooLate unless the patient may still move or cancel this visit."""
    if current not in PATIENTS_OWN:
        raise _illegal(current, ())
    if starts_at - notice <= now:
        raise TooLate("This visit can no longer be changed here. Please call the hospital.")


def _illegal(current: AppointmentStatus, legal: tuple[AppointmentStatus, ...]) -> IllegalTransition:
    then = f"it can become {', '.join(legal)}" if legal else "that is final here"
    return IllegalTransition(f"This visit is {current}; {then}.", current=current.value, legal=[status.value for status in legal])
