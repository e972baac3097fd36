"""When a patient may check in with the code of the visit."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from careplus_appointments.rules.slots import LATE_START
from careplus_appointments.rules.visits import possible_from
from careplus_clinic.clinic_time import Span
from careplus_contracts.appointments import AppointmentStatus as S
from careplus_contracts.appointments import TooEarly
from careplus_contracts.check_in import CheckInClosed, CheckInState

EARLY_ARRIVAL = timedelta(minutes=60)
"""A patient may check in so long before the start."""
OF_STATUS = {
    S.ARRIVED: CheckInState.ARRIVED,
    S.IN_PROGRESS: CheckInState.STARTED,
    S.COMPLETED: CheckInState.COMPLETED,
    S.CANCELLED: CheckInState.CANCELLED,
    S.NO_SHOW: CheckInState.MISSED,
}
"""The states that do not depend on the time."""
HERE = (CheckInState.ARRIVED, CheckInState.STARTED)
CLOSED = {
    CheckInState.LATE: "The time of this visit has passed. Go to the desk: they ask the doctor.",
    CheckInState.COMPLETED: "This visit is over. Book a new one, or go to the desk.",
    CheckInState.CANCELLED: "This visit was cancelled. Book a new one, or go to the desk.",
    CheckInState.MISSED: "This visit was noted as missed. Go to the desk: they can still take you in.",
}


def open_span(starts_at: datetime, zone: ZoneInfo) -> Span:
    """Return the first and last instant at which the patient may check in: on the visit's day, as at the desk."""
    return max(starts_at - EARLY_ARRIVAL, possible_from(S.ARRIVED, starts_at, zone)), starts_at + LATE_START


def state_of(status: S, span: Span, now: datetime) -> CheckInState:
    """Return whether the patient of a visit can check in now."""
    if found := OF_STATUS.get(status):
        return found
    if now < span[0]:
        return CheckInState.EARLY
    return CheckInState.OPEN if now <= span[1] else CheckInState.LATE


def check_open(state: CheckInState, span: Span, zone: ZoneInfo) -> None:
    """Raise TooEarly or CheckInClosed unless the patient can check in now, or has done so."""
    if state is CheckInState.EARLY:
        when = span[0].astimezone(zone).isoformat(timespec="minutes")
        raise TooEarly(f"You can check in from {when} on, or go to the desk.", possible_from=span[0])
    if detail := CLOSED.get(state):
        raise CheckInClosed(detail, state=state)
